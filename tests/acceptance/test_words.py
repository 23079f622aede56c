"""Words as files: from everywhere, to everywhere, looked into, renamed, copied, deleted."""

import hashlib
import io
import struct
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
import safetensors.numpy
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.acceptance.stage import Stage, buttons_of, pictures, stage, text_of
from tests.sandboxed import File, Json
from trainer.embeddings.embedding import Embedding
from trainer.embeddings.reading import read_embedding
from trainer.embeddings.writing import own_file

pytestmark = pytest.mark.asyncio(loop_scope="module")

WIDTH = 96
"""Of the demo model."""
CONCEPT = "shelf/cat-toy"


def vectors(seed: int, width: int = WIDTH) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(2, width)).astype(np.float32)


def safe(**tensors: np.ndarray) -> bytes:
    return safetensors.numpy.save(tensors)


def zipped(files: dict[str, bytes], packing: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


EVIL = zipped({"archive/data.pkl": b"cos\nsystem\n(S'touch /tmp/evil'\ntR.", "archive/version": b"3\n"})


async def hub_file(request: web.Request) -> web.Response:
    """The one concept, as the hub answers for it."""
    if request.path != f"/{CONCEPT}/resolve/main/learned_embeds.safetensors":
        return web.Response(status=404, headers={"X-Error-Code": "RepoNotFound"})
    data = safe(**{"<cat-toy>": vectors(9)})
    return web.Response(body=data, headers={"ETag": f'"{hashlib.sha1(data).hexdigest()}"', "X-Repo-Commit": "0" * 40})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """One program for all, with a hub of its own; each test has words of its own."""
    application = web.Application()
    application.router.add_get("/{path:.+}", hub_file)
    async with TestServer(application) as hub:
        endpoint = str(hub.make_url("")).rstrip("/")
        settings = {"EMBEDSMITH_ALLOW_CONCEPTS": "true", "HF_ENDPOINT": endpoint}
        async with stage(tmp_path_factory.mktemp("stage"), **settings) as playing:
            await playing.create("heart", "red heart", 2)  # returns when the model is loaded
            yield playing


async def said(played: Stage, command: str, options: Json, *files: File, person: str = "Ada") -> Json:
    """The answer that only the person sees."""
    given = {f"file{n}": file for n, file in enumerate(files, start=1)}
    answer = await played.sandbox.run(f"embed {command}", options, given, person=person)
    return await played.sandbox.message(answer["message_id"], person=person)


async def imported(played: Stage, *files: File, person: str = "Ada", **options: Any) -> str:
    return text_of(await said(played, "import", options, *files, person=person))


def learned(played: Stage, name: str, person: str = "Ada") -> np.ndarray:
    path = played.word_file(name, person)
    return read_embedding(path.read_bytes(), path.name).vectors


def kept_files(played: Stage) -> list[Path]:
    return sorted([*(played.data / "embeddings").iterdir(), *played.data.glob("words/*/*")])


async def test_a_word_from_elsewhere_is_used_and_is_ones_own(played: Stage) -> None:
    shown = await imported(played, ("old-tree.safetensors", safe(emb_params=vectors(1))), note="CC0, by Ada")
    assert "yours alone" in shown
    assert "**old-tree** · 2 vectors of 96 numbers" in shown
    assert np.array_equal(learned(played, "old-tree"), vectors(1))
    drawn = await played.draw("an old-tree", steps=1)
    assert "old-tree (2 vectors)" in text_of(drawn)
    described = text_of(await said(played, "show", {"name": "old-tree"}))
    assert "imported · yours · private" in described
    assert "from old-tree.safetensors" in described
    assert "note: CC0, by Ada" in described
    hidden = text_of(await said(played, "show", {"name": "old-tree"}, person="Max"))
    assert hidden == "Nothing here is called `old-tree`."
    again = await imported(played, ("old-tree.safetensors", safe(emb_params=vectors(1))))
    assert again == "You already have a word called `old-tree`. Choose another name."
    theirs = await imported(played, ("old-tree.safetensors", safe(emb_params=vectors(9))), person="Max")
    assert "yours alone" in theirs
    assert np.array_equal(learned(played, "old-tree", "Max"), vectors(9))
    assert np.array_equal(learned(played, "old-tree"), vectors(1))


@pytest.mark.parametrize("kind", ["pt", "bin", "safetensors", "png"])
async def test_every_format_comes_back_with_the_same_numbers(played: Stage, kind: str) -> None:
    message = await said(played, "file", {"name": "heart", "format": kind})
    (file,) = message["attachments"]
    assert file["filename"] == f"heart.{kind}"
    data = await played.sandbox.fetch(file["url"])
    assert f"**back-{kind}**" in await imported(played, (file["filename"], data), name=f"back-{kind}")
    assert np.array_equal(learned(played, f"back-{kind}"), learned(played, "heart"))


async def test_refusals_name_the_file_and_nothing_is_kept(played: Stage) -> None:
    before = kept_files(played)
    cases = [
        (("cool.pt", EVIL), {}, "`cool.pt` contains instructions, not only numbers, and was not opened."),
        (("page.pt", b"<!doctype html><html>"), {}, "`page.pt` is a web page"),
        (("gta.safetensors", safe(emb_params=vectors(1, 768))), {}, "`gta` was made for SD 1 (768 numbers a vector)"),
        (("gta.safetensors", safe(emb_params=vectors(1, 1024))), {}, "`gta` was made for SD 2 (1,024 numbers a"),
        (("ok.safetensors", safe(emb_params=vectors(1))), {"name": "heart"}, "You already have a word called `heart`."),
        (("ok.safetensors", safe(emb_params=vectors(1))), {"name": "a/b"}, "cannot be a name"),
        (("words.zip", zipped({"../../evil.pt": b"x"})), {}, "lead out of its folder"),
    ]
    for file, options, expected in cases:
        assert expected in await imported(played, file, **options)
    twice = ("ok.safetensors", safe(emb_params=vectors(1)))
    assert "Two of the words here are called `ok`" in await imported(played, twice, twice)
    halves = [("a.safetensors", safe(a=vectors(1, 768))), ("a_2.safetensors", safe(a=vectors(1, 1280)))]
    assert "`a` was made for SDXL (2,048 numbers a vector)" in await imported(played, *halves)
    chinese = await imported(played, ("gta.safetensors", safe(emb_params=vectors(1, 1024))), person="Lin")
    assert "`gta` 是为 SD 2 制作的" in chinese
    chinese = await imported(played, ("cool.pt", EVIL), person="Lin")
    assert chinese.startswith("`cool.pt` 里有指令")
    assert "There is nothing to import." in await imported(played)
    assert kept_files(played) == before
    assert list((played.data / "incoming").iterdir()) == []


async def test_a_zip_gives_what_is_good_in_it(played: Stage) -> None:
    files = {"shelf/oak.safetensors": safe(emb_params=vectors(2)), "shelf/elm.bin": EVIL, "read me.txt": b"hi"}
    shown = await imported(played, ("trees.zip", zipped(files)))
    assert "✓ **oak**" in shown
    assert "✕ `elm.bin` contains instructions" in shown
    several = zipped({f"{name}.safetensors": safe(emb_params=vectors(3)) for name in ("ash", "yew")})
    assert "given for 2 words" in await imported(played, ("trees.zip", several), name="one")


async def test_a_word_that_cannot_be_trained_here_is_refused_before_pictures_are_read(played: Stage) -> None:
    many = np.random.default_rng(4).normal(size=(80, WIDTH)).astype(np.float32)
    await imported(played, ("too-many.safetensors", safe(emb_params=many)))
    await imported(played, ("of-sd1.safetensors", safe(emb_params=vectors(5))))
    other = Embedding(name="of-sd1", vectors=vectors(6, 768))
    played.word_file("of-sd1").write_bytes(own_file(other)[1])  # as a change of the model leaves it
    for name, expected in (("too-many", "80 vectors are too many"), ("of-sd1", "`of-sd1` was made for SD 1")):
        answer = await played.sandbox.run("embed train", {"name": name}, pictures("owl", 1))
        assert text_of(await played.sandbox.message(answer["message_id"])).startswith(expected)
    assert list(played.data.glob("pictures/*/*.png")) == []


async def test_the_bot_answers_while_a_bomb_is_read(played: Stage) -> None:
    bomb = zipped({f"{n}.pt": bytes(60_000_000) for n in range(4)}, zipfile.ZIP_DEFLATED)
    waiting = await played.sandbox.command("embed import", {}, {"file1": ("bomb.zip", bomb)})
    assert (await played.sandbox.run("help"))["state"] == "answered"
    assert (await said(played, "list", {}))["id"]
    answer = await played.sandbox.interaction(waiting)
    assert "unpacks to far more than it should" in text_of(await played.sandbox.message(answer["message_id"]))


async def test_names_in_each_others_way_are_told(played: Stage) -> None:
    await imported(played, ("pine.safetensors", safe(emb_params=vectors(4))))
    assert "pine2 contains pine" in await imported(played, ("pine2.safetensors", safe(emb_params=vectors(5))))
    assert "as the same text" in await imported(played, ("x.safetensors", safe(emb_params=vectors(5))), name="pine 2")


async def test_a_created_words_name_is_looked_at_too(played: Stage) -> None:
    await played.create("heart2", "heart", 1)
    await played.sandbox.until_message("general", lambda message: "heart2 contains heart" in text_of(message))


async def test_so_is_one_that_waited_for_consent(played: Stage) -> None:
    await imported(played, ("larch.safetensors", safe(emb_params=vectors(6))), person="Max")
    answer = await played.sandbox.run("embed train", {"name": "larch2"}, pictures("owl", 1), person="Max")
    question = await played.sandbox.message(answer["message_id"], person="Max")
    consent, _no = buttons_of(question)
    await played.press(question, consent, person="Max")
    await played.press(await played.card("larch2"), "Cancel", "Stop", person="Max")
    await played.sandbox.until_message(
        "general", lambda message: "larch2 contains larch" in text_of(message), person="Max"
    )


async def test_a_word_of_another_checkpoint_comes_with_a_note(played: Stage) -> None:
    told = Embedding(name="fir", vectors=vectors(12), step=500, model="a_model", model_hash="45dee52b00")
    shown = await imported(played, ("fir.pt", own_file(told)[1]))
    assert "2 vectors of 96 numbers · 500 steps" in shown
    assert "fir was trained on a\\_model [45dee52b00]; this is" in shown
    drawn = await played.draw("a fir", steps=1)
    assert "was trained on a\\_model" in text_of(drawn)


async def test_a_word_is_renamed_with_its_file(played: Stage) -> None:
    await imported(played, ("birch.safetensors", safe(emb_params=vectors(6))))
    renamed = await said(played, "rename", {"name": "birch", "new_name": "silver birch"})
    assert "birch is now called **silver birch**" in text_of(renamed)
    assert not played.word_file("birch").exists()
    assert np.array_equal(learned(played, "silver birch"), vectors(6))
    assert "Nothing here is called `birch`" in text_of(await said(played, "show", {"name": "birch"}))
    taken = await said(played, "rename", {"name": "silver birch", "new_name": "Heart"})
    assert "You already have a word called `Heart`." in text_of(taken)


async def test_a_shared_word_is_copied_but_not_anothers_to_change(played: Stage) -> None:
    await imported(played, ("my-maple.safetensors", safe(emb_params=vectors(7))))
    for command, options in (("copy", {"new_name": "mine"}), ("rename", {"new_name": "mine"}), ("delete", {})):
        secret = await said(played, command, {"name": "my-maple", **options}, person="Max")
        assert text_of(secret) == "Nothing here is called `my-maple`."
    shown = await said(played, "show", {"name": "my-maple"})
    await played.press(shown, "Share with this server")
    for command, options in (("rename", {"new_name": "mine"}), ("delete", {})):
        refused = await said(played, command, {"name": "my-maple", **options}, person="Max")
        assert "Only the person" in text_of(refused)
    copied = await said(played, "copy", {"name": "my-maple", "new_name": "acer"}, person="Max")
    assert "**acer** is yours" in text_of(copied)
    assert np.array_equal(learned(played, "acer", "Max"), vectors(7))
    assert "Nothing here is called `acer`" in text_of(await said(played, "show", {"name": "acer"}))


async def test_deleting_asks_once_and_leaves_nothing(played: Stage) -> None:
    await played.agree()
    await played.train("willow", steps=4)
    await played.result("willow")
    runs = {path.name for path in (played.data / "runs").iterdir()}
    question = await said(played, "delete", {"name": "willow"})
    assert "Delete **willow** for good?" in text_of(question)
    assert played.word_file("willow").exists()
    await played.press(question, "Delete for good")
    await played.sandbox.until_message("general", lambda message: text_of(message) == "willow is deleted.")
    assert list(played.data.glob("words/*/willow*")) == []
    assert len(runs - {path.name for path in (played.data / "runs").iterdir()}) == 1
    assert buttons_of(await played.sandbox.message(question["id"])) == {}
    assert "Nothing here is called" in text_of(await said(played, "delete", {"name": "willow"}))


async def test_the_inside_of_a_word(played: Stage) -> None:
    shown = text_of(await said(played, "inspect", {"name": "heart"}))
    first, second = (line for line in shown.splitlines() if "near" in line)
    assert "moved 0.00 · near `red` 1.00" in first
    assert "near `heart` 1.00" in second
    assert "takes 1 token" in shown
    elsewhere = await imported(played, ("cedar.safetensors", safe(emb_params=vectors(8))))
    assert "cedar" in elsewhere
    assert "moved" not in text_of(await said(played, "inspect", {"name": "cedar"}))
    tests = await said(played, "inspect", {"name": "cedar"})
    await played.press(tests, "Test: a painting")
    drawn = await played.sandbox.until_message(
        "general", lambda message: "an oil painting of cedar" in text_of(message) and len(message["attachments"]) == 4
    )
    assert "cedar (2 vectors)" in text_of(drawn)


async def test_a_damaged_file_in_the_folder_is_shown_as_such(played: Stage) -> None:
    header = struct.pack("<Q", 2**40)
    (played.data / "embeddings" / "broken.safetensors").write_bytes(header + b"{}")
    assert "cannot be read" in text_of(await said(played, "show", {"name": "broken"}))
    assert "is not a kind of file that embeddings come in" in text_of(await said(played, "inspect", {"name": "broken"}))
    assert "is not a kind of file that embeddings come in" in text_of(await said(played, "file", {"name": "broken"}))
    chinese = text_of(await said(played, "inspect", {"name": "broken"}, person="Lin"))
    assert chinese == "`broken.safetensors` 不是嵌入会用的文件类型，或已损坏。"


async def test_what_holds_a_program_or_leads_out_of_the_folder_is_never_sent(played: Stage) -> None:
    (played.data / "embeddings" / "cool.pt").write_bytes(EVIL)
    (played.data / "embeddings" / "secret.pt").symlink_to("/etc/passwd")
    listed = text_of(await said(played, "list", {}))
    for name in ("cool", "secret"):
        assert name not in listed
        for command, options in (("file", {}), ("file", {"format": "safetensors"}), ("show", {}), ("inspect", {})):
            answer = await said(played, command, {"name": name, **options})
            assert text_of(answer) == f"Nothing here is called `{name}`."
            assert not answer["attachments"]


async def test_a_file_that_was_changed_for_a_program_is_not_sent(played: Stage) -> None:
    """Whoever can write into the folder can also replace somebody's word."""
    await imported(played, ("yew.safetensors", safe(emb_params=vectors(21))))
    played.word_file("yew").write_bytes(EVIL)
    answer = await said(played, "file", {"name": "yew"})
    assert "contains instructions, not only numbers" in text_of(answer)
    assert not answer["attachments"]


async def test_a_file_too_large_for_a_word_is_refused_before_it_is_copied(played: Stage) -> None:
    """The disk does not have what this copy would take: it is sparse."""
    with (played.data / "embeddings" / "sparse.safetensors").open("wb") as file:
        file.truncate(2**43)
    answer = await said(played, "file", {"name": "sparse"})
    assert "is larger than 64 MB" in text_of(answer)
    (played.data / "embeddings" / "sparse.safetensors").unlink()


async def test_a_file_keeps_the_name_that_its_person_gave_it(played: Stage) -> None:
    assert "**红猫**" in await imported(played, ("红猫.safetensors", safe(emb_params=vectors(22))))
    assert "**my cat**" in await imported(played, ("my cat.safetensors", safe(emb_params=vectors(23))))
    pair = [(f"{name}.safetensors", safe(emb_params=vectors(24))) for name in ("白猫", "黑猫")]
    shown = await imported(played, *pair)
    assert "**白猫**" in shown
    assert "**黑猫**" in shown
    assert "`灰猫.pt` is empty." in await imported(played, ("灰猫.pt", b""))
    names = ("2", "one.safetensors", "one.safetensors")
    assert "called `one`" in await imported(played, *((name, safe(emb_params=vectors(25))) for name in names))
    long = ("\N{CAT FACE}" * 80 + ".safetensors", safe(emb_params=vectors(25)))
    assert "`🐱` is not allowed" in await imported(played, long)


async def test_a_name_may_begin_with_a_dash(played: Stage) -> None:
    assert "**\\-x**" in await imported(played, ("-x.safetensors", safe(emb_params=vectors(26))))
    assert "**\\-rf**" in await imported(played, ("plain.safetensors", safe(emb_params=vectors(26))), name="-rf")
    assert "**\\-y** is yours" in text_of(await said(played, "copy", {"name": "-x", "new_name": "-y"}))
    for kind in ("pt", "bin", "safetensors", "png"):
        (file,) = (await said(played, "file", {"name": "-x", "format": kind}))["attachments"]
        assert file["filename"].endswith(f".{kind}")
    assert "**\\--to**" in text_of(await said(played, "rename", {"name": "-x", "new_name": "--to"}))
    assert np.array_equal(learned(played, "--to"), vectors(26))


async def test_several_words_of_one_file_are_each_taken(played: Stage) -> None:
    both = {
        "bundle_emb.red.x": vectors(27),
        "bundle_emb.blue.x": vectors(28),
        "lora_unet_a.lora_down.weight": vectors(29),
    }
    shown = await imported(played, ("pair.safetensors", safe(**both)))
    assert "**pair-red**" in shown
    assert "**pair-blue**" in shown
    assert "only the embedding is used" in shown
    assert np.array_equal(learned(played, "pair-blue"), vectors(28))
    rows = {"<jay>": vectors(27)[0], "<jay>_1": vectors(27)[1]}
    assert "**jay** · 2 vectors" in await imported(played, ("jay.safetensors", safe(**rows)))


async def test_readers_speak_the_persons_language(played: Stage) -> None:
    lora = {"a.lora_down.weight": vectors(1), "a.lora_up.weight": vectors(1)}
    assert await imported(played, ("x.safetensors", safe(**lora)), person="Lin") == (
        "`x.safetensors` 是 LoRA，会改变模型；这里只读嵌入。"
    )
    noted = ("鹤.safetensors", safe(**{"<crane>": vectors(30)}))
    assert "在 `鹤.safetensors` 里这个词叫 `<crane>`。" in await imported(played, noted, person="Lin")


async def test_what_the_operator_put_into_the_folder_is_everybodys_to_see_and_copy(played: Stage) -> None:
    (played.data / "embeddings" / "spruce.safetensors").write_bytes(safe(emb_params=vectors(10)))
    described = text_of(await said(played, "show", {"name": "spruce"}, person="Max"))
    assert "2 vectors · steps unknown" in described
    await said(played, "copy", {"name": "spruce", "new_name": "my spruce"}, person="Max")
    described = text_of(await said(played, "show", {"name": "my spruce"}, person="Max"))
    assert "2 vectors · imported · yours · private" in described
    assert np.array_equal(learned(played, "my spruce", "Max"), vectors(10))
    assert "Only the person" in text_of(await said(played, "delete", {"name": "spruce"}))


async def test_pages_of_a_search_stay_in_the_search(played: Stage) -> None:
    many = {f"leaf{n:02}.safetensors": safe(emb_params=vectors(11)) for n in range(12)}
    await imported(played, ("leaves.zip", zipped(many)))
    first = await said(played, "list", {"search": "leaf"})
    assert "1 of 2" in text_of(first)
    second = await played.press(first, "Later")
    shown = text_of(await played.sandbox.message(second["message_id"]))
    assert "**leaf11**" in shown
    assert "heart" not in shown


async def test_a_concept_by_its_name(played: Stage) -> None:
    assert "**cat-toy** · 2 vectors" in await imported(played, concept=CONCEPT)
    assert np.array_equal(learned(played, "cat-toy"), vectors(9))
    assert "from shelf/cat-toy" in text_of(await said(played, "show", {"name": "cat-toy"}))
    for name in ("https://example.com/x", "--to/x", "a/..", "owner/na--me"):
        assert "is not the name of a concept" in await imported(played, concept=name)
    assert "does not offer" in await imported(played, concept="shelf/none")

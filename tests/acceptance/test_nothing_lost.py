"""What people typed and uploaded outlives refusals; their files keep their names; consent comes before storing."""

import asyncio
import io
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing

import numpy as np
import pytest
import pytest_asyncio
import safetensors.numpy
from PIL import Image

from tests.acceptance.stage import Stage, buttons_of, components, pictures, stage, text_of
from tests.sandboxed import File, Json

pytestmark = pytest.mark.asyncio(loop_scope="module")

HTML = b"<html><body>hi</body></html>"
EDIT = "Edit and try again"
WIDTH = 96
"""Of the demo model."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with stage(tmp_path_factory.mktemp("stage"), EMBEDSMITH_WAITING_PER_PERSON="20") as playing:
        await playing.agree("Ada")
        yield playing


def picture(colour: tuple[int, int, int]) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(stream, "PNG")
    return stream.getvalue()


RED, BLACK = picture((200, 0, 0)), picture((0, 0, 0))


def given(*files: File) -> dict[str, File]:
    return {f"picture{n}": file for n, file in enumerate(files, start=1)}


async def train(played: Stage, options: Json, files: dict[str, File], person: str = "Ada") -> Json:
    """The answer to `/embed train`, as the person sees it."""
    answer = await played.sandbox.run("embed train", {"from": "emoji", **options}, files, person=person, wait=60)
    return await played.sandbox.message(answer["message_id"], person=person)


async def accepted(played: Stage, options: Json, files: dict[str, File]) -> None:
    """`/embed train` where the card takes the answer's place."""
    await played.sandbox.run("embed train", {"from": "emoji", **options}, files, wait=60)


def request_of(played: Stage, name: str) -> Json:
    """The newest request for this word."""
    with closing(sqlite3.connect(f"file:{played.data / 'embedsmith.sqlite3'}?mode=ro", uri=True)) as database:
        rows = database.execute("SELECT request FROM jobs WHERE kind = 'train' ORDER BY id DESC").fetchall()
    return next(request for request in map(json.loads, (row[0] for row in rows)) if request["name"] == name)


async def requested(played: Stage, name: str) -> Json:
    """The request for this word, when it is there."""
    async with asyncio.timeout(60):
        while True:
            try:
                return request_of(played, name)
            except StopIteration:
                await asyncio.sleep(0.05)


def captions(request: Json) -> dict[str, str | None]:
    return {each["file_name"]: each.get("caption") for each in request["pictures"]}


def fields(opened: Json) -> dict[str, Json]:
    return {part["component"]["custom_id"]: part["component"] for part in opened["modal"]["components"]}


async def edited(played: Stage, refused: Json, values: Json, files: list[tuple[str, File]] | None = None) -> Json:
    """Opens the form of a refusal and sends it with these changes; answers what the person then sees."""
    opened = await played.press(refused, EDIT)
    sent = await played.sandbox.submit(opened["id"], values, files or [])
    return await played.sandbox.interaction(sent, 60)


async def test_names_are_the_persons_own(played: Stage) -> None:
    files = given(("000001-1-a man in suit.png", RED), ("2-red hat, blue eyes, 1girl.png", BLACK))
    await accepted(played, {"name": "own-names", "template": "subject_filewords"}, files)
    names = [each["file_name"] for each in (await requested(played, "own-names"))["pictures"]]
    assert names == ["000001-1-a man in suit.png", "2-red hat, blue eyes, 1girl.png"]


async def test_captions_find_pictures_whose_names_discord_changes(played: Stage) -> None:
    files = given(("红猫.png", RED), ("红猫.txt", b"a red cat"), ("黑猫.png", BLACK), ("黑猫.txt", b"a black cat"))
    await accepted(played, {"name": "by-title", "template": "subject_filewords"}, files)
    assert captions(await requested(played, "by-title")) == {"红猫.png": "a red cat", "黑猫.png": "a black cat"}


async def test_the_word_may_stand_in_the_captions_instead_of_the_template(played: Stage) -> None:
    files = given(("a.png", RED), ("a.txt", b"a photo of [name] on a table")) | {
        "template_file": ("template.txt", b"[filewords]")
    }
    await accepted(played, {"name": "in-captions", "steps": 2, "vectors": 1, "tuning": "drop 0.9"}, files)
    request = await requested(played, "in-captions")
    assert request["template"] == ["[filewords]"]
    assert captions(request) == {"a.png": "a photo of [name] on a table"}


async def test_a_picture_whose_prompt_would_lack_the_word_is_named(played: Stage) -> None:
    files = given(("a.png", RED), ("a.txt", b"a photo of [name]"), ("b.png", BLACK), ("b.txt", b"a table"))
    template = {"template_file": ("template.txt", b"[filewords]")}
    refused = await train(played, {"name": "lacks-it"}, files | template)
    assert "With `[filewords]`, the prompt of `b.png` would not contain the word." in text_of(refused)
    assert "Edit and try again" in buttons_of(refused)


async def test_one_caption_for_two_pictures_of_one_name_is_given_to_neither(played: Stage) -> None:
    files = given(("cat.png", RED), ("cat.png", BLACK), ("cat.txt", b"a red cat"))
    refused = await train(played, {"name": "two-cats"}, files)
    assert "It is not clear which picture `cat.txt` is about" in text_of(refused)
    two = given(("cat.png", RED), ("cat.txt", b"a red cat"), ("cat.txt", b"a black cat"))
    assert "It is not clear" in text_of(await train(played, {"name": "two-cats"}, two))


@pytest.mark.parametrize("command", ["embed train", "imagine"])
async def test_an_empty_file_is_called_empty(played: Stage, command: str) -> None:
    files = {"picture1" if command == "embed train" else "picture": ("empty.png", b"")}
    options = {"name": "em"} if command == "embed train" else {"prompt": "house"}
    answer = await played.sandbox.run(command, options, files)
    assert text_of(await played.sandbox.message(answer["message_id"])).startswith("`empty.png` is empty.")


async def test_all_that_cannot_be_used_is_named_and_the_rest_goes_on(played: Stage) -> None:
    files = given(("good one.png", RED), ("notes.png", HTML), ("other.png", BLACK), ("empty.png", b""))
    refused = await train(played, {"name": "goes-on", "steps": 7}, files)
    assert "`notes.png` is not a picture" in text_of(refused)
    assert "`empty.png` is empty." in text_of(refused)
    await played.press(refused, "Go on with the other 2")
    request = await requested(played, "goes-on")
    assert [each["file_name"] for each in request["pictures"]] == ["good one.png", "other.png"]
    assert request["steps"] == 7


async def test_a_refused_form_opens_again_with_all_that_was_given(played: Stage) -> None:
    options = {"name": "a/b", "kind": "style", "steps": 9, "vectors": 2, "tuning": "flip", "where": "here"}
    template = ("mine.txt", b"a picture of [name]\n[name] at night")
    refused = await train(played, options, given(("cat.png", RED)) | {"template_file": template})
    assert "cannot be a name" in text_of(refused)
    opened = await played.press(refused, EDIT)
    shown = fields(opened)
    assert (shown["name"]["value"], shown["from"]["value"]) == ("a/b", "emoji")
    assert shown["pictures"]["required"] is False
    assert "steps: 9" in shown["settings"]["value"]
    assert "vectors: 2" in shown["settings"]["value"]
    assert [each["value"] for each in shown["kind"]["options"] if each.get("default")] == ["style"]
    sent = await played.sandbox.submit(opened["id"], {"name": "a-b"}, [("pictures", ("dog.png", BLACK))])
    await played.sandbox.interaction(sent, 60)
    request = await requested(played, "a-b")
    assert [each["file_name"] for each in request["pictures"]] == ["cat.png", "dog.png"]
    assert (request["steps"], request["vectors_per_token"], request["tuning"]["flip"]) == (9, 2, True)
    assert request["template"] == ["a picture of [name]", "[name] at night"]


async def test_settings_that_cannot_be_read_come_back_as_typed(played: Stage) -> None:
    refused = await train(played, {"name": "typed", "learning_rate": "fast"}, given(("cat.png", RED)))
    assert "`fast`" in text_of(refused)
    lines = "learning_rate: 0.01\nstepps: 20"
    answer = await edited(played, refused, {"settings": lines})
    refused = await played.sandbox.message(answer["message_id"])
    assert "`stepps: 20` is not a setting here" in text_of(refused)
    opened = await played.press(refused, EDIT)
    assert fields(opened)["settings"]["value"] == lines
    await played.sandbox.submit(opened["id"], {"settings": "learning_rate: 0.01\nsteps: 20"})
    request = await requested(played, "typed")
    assert (request["learning_rate"], request["steps"]) == ("0.01", 20)


async def test_a_refused_drawing_opens_again_and_two_windows_stay_apart(played: Stage) -> None:
    options = {"prompt": "a green hill", "negative_prompt": "dogs", "width": 500, "height": 300, "steps": 2, "seed": 5}
    answer = await played.sandbox.run("imagine", options | {"settings": "eta 0.5"}, {"picture": ("red hat.png", RED)})
    refused = await played.sandbox.message(answer["message_id"])
    assert "500 × 300 cannot be drawn" in text_of(refused)
    windows = [await played.press(refused, EDIT) for _ in range(2)]
    shown = fields(windows[0])
    assert (shown["size"]["value"], shown["settings"]["value"]) == ("500x300", "eta 0.5")
    for opened, prompt in zip(windows, ("first window", "second window"), strict=True):
        await played.sandbox.submit(opened["id"], {"size": "128x128", "prompt": prompt})
    for prompt in ("first window", "second window"):
        card = await played.sandbox.until_message(
            "general", lambda each, prompt=prompt: prompt in text_of(each) and each["attachments"]
        )
        file = await played.sandbox.fetch(card["attachments"][0]["url"])
        assert "Negative prompt: dogs" in Image.open(io.BytesIO(file)).info["parameters"]
        assert "Denoising strength" in text_of(card), "the picture to draw over is still there"
        assert "Eta: 0.5" in text_of(card)


async def test_only_its_own_person_opens_a_draft(played: Stage) -> None:
    refused = await train(played, {"name": "a/b"}, given(("cat.png", RED)))
    drafted = buttons_of(refused)[EDIT]
    assert drafted.startswith("edit:")
    with closing(sqlite3.connect(played.data / "embedsmith.sqlite3")) as database, database:
        database.execute("UPDATE drafts SET owner_id = 1 WHERE id = ?", (int(drafted.removeprefix("edit:")),))
    answer = await played.press(refused, EDIT)
    assert "is no longer here" in text_of(await played.sandbox.message(answer["message_id"]))


async def test_discords_weather_is_waited_for_and_then_said(played: Stage) -> None:
    fault = {"match": "GET /attachments/*/*/*", "kind": "status"}
    await played.sandbox.weather(fault | {"status": 503, "times": 2})
    await accepted(played, {"name": "through-weather"}, given(("cat.png", RED)))
    assert len((await requested(played, "through-weather"))["pictures"]) == 1
    await played.sandbox.weather(fault | {"status": 404, "times": 1})
    refused = await train(played, {"name": "lost"}, given(("a cat.png", RED), ("dog.png", BLACK)))
    await played.sandbox.weather()
    (sentence,) = [line for line in text_of(refused).splitlines() if "could not be fetched" in line]
    assert sentence in {
        f"`{name}` could not be fetched from Discord. Send it again." for name in ("a cat.png", "dog.png")
    }
    assert list(buttons_of(refused)) == [EDIT, "Go on with the other 1"]


async def test_nothing_is_stored_before_the_consent(played: Stage) -> None:
    before = sorted(played.data.glob("pictures/*/*.png"))
    file = ("max.png", picture((1, 2, 3)))
    question = await train(played, {"name": "of-max", "steps": 5}, given(file), "Max")
    assert "Others in this channel will see the word's name" in text_of(question)
    assert sorted(played.data.glob("pictures/*/*.png")) == before
    no = buttons_of(question)["No"]
    await played.press(question, "No", person="Max")
    await played.sandbox.until_message("general", lambda each: text_of(each) == "Nothing was kept.", person="Max")
    assert sorted(played.data.glob("pictures/*/*.png")) == before
    assert buttons_of(await played.sandbox.message(question["id"], person="Max")) == {}
    question = await train(played, {"name": "of-max", "steps": 5}, given(file), "Max")
    assert no != buttons_of(question)["No"]
    yes = buttons_of(question)["Yes, these are mine or I may use them"]
    await played.sandbox.weather({"match": "POST /interactions/*/*/callback", "kind": "slow", "seconds": 1.0})
    presses = [await played.sandbox.click(question["id"], yes, person="Max") for _ in range(2)]
    await asyncio.gather(*(played.sandbox.interaction(press, 60) for press in presses))
    await played.sandbox.weather()
    assert buttons_of(await played.sandbox.message(question["id"], person="Max")) == {}
    assert (await requested(played, "of-max"))["steps"] == 5
    told = [text_of(each) for each in await played.sandbox.messages(person="Max")]
    assert sum("This question has already been answered" in each for each in told) == 1, told


async def test_what_is_refused_for_its_name_or_the_quota_is_never_fetched(played: Stage) -> None:
    stored = sorted(played.data.glob("pictures/*/*.png"))
    await train(played, {"name": "a:b"}, given(("cat.png", picture((9, 9, 10)))))
    assert sorted(played.data.glob("pictures/*/*.png")) == stored


async def test_only_for_me_is_shown_in_the_private_chat_alone(played: Stage) -> None:
    await accepted(played, {"name": "hidden-one", "steps": 4, "where": "me"}, given(("cat.png", RED)))
    chat = await played.sandbox.open_direct("Ada")
    await played.sandbox.until_message(
        chat, lambda each: "hidden-one.pt" in [file["filename"] for file in each["attachments"]]
    )
    assert not any("hidden-one" in text_of(each) for each in await played.sandbox.messages(person="Max"))
    threads = [channel for channel in (await played.sandbox.world())["channels"] if "hidden-one" in channel["name"]]
    assert threads == []


async def test_what_was_taught_only_for_me_stays_so(played: Stage) -> None:
    """Whatever is pressed in the channel, where only she sees the buttons."""
    await accepted(played, {"name": "hidden-two", "steps": 3, "where": "me"}, given(("cat.png", RED)))
    chat = await played.sandbox.open_direct("Ada")
    await until_file(played, chat, "hidden-two", 1)
    shown = await told(played, "embed show", {"name": "hidden-two"})
    further = await played.press(shown, "Train further")
    sent = await played.sandbox.submit(further["id"], {"steps": "3"})
    await played.sandbox.interaction(sent, 60)
    await until_file(played, chat, "hidden-two", 2)
    form = await played.press(shown, "Train")
    (chosen,) = [
        option["value"]
        for part in components({"components": form["modal"]["components"]})
        for field in [part.get("component", {})]
        for option in field.get("options", [])
        if field["custom_id"] == "kind" and option.get("default")
    ]
    assert chosen == "subject-me"
    await accepted(played, {"name": "hidden-two", "steps": 3}, given(("cat.png", RED)))
    await until_file(played, chat, "hidden-two", 3)
    tests = await told(played, "embed inspect", {"name": "hidden-two"})
    number, _ = next((label, press) for label, press in buttons_of(tests).items() if press.startswith("test_grid:1"))
    await played.press(tests, number)
    await played.sandbox.until_message(
        chat, lambda each: "a photo of hidden-two" in text_of(each) and bool(each["attachments"])
    )
    assert not any("hidden-two" in text_of(each) for each in await played.sandbox.messages(person="Max"))
    threads = [channel for channel in (await played.sandbox.world())["channels"] if "hidden-two" in channel["name"]]
    assert threads == []


async def imported(played: Stage, file: str, channel: str = "general", **options: str) -> None:
    vectors = np.random.default_rng(1).normal(size=(2, WIDTH)).astype(np.float32) / 50
    given = {"file1": (f"{file}.safetensors", safetensors.numpy.save({"emb_params": vectors}))}
    answer = await played.sandbox.run("embed import", options, given, channel=channel, wait=60)
    said = text_of(await played.sandbox.message(answer["message_id"], channel))
    assert f"**{options.get('name', file)}**" in said


async def in_private_chat(played: Stage, name: str) -> bool:
    """Where the newest run of this word is shown, once there is one."""
    await requested(played, name)
    with closing(sqlite3.connect(f"file:{played.data / 'embedsmith.sqlite3'}?mode=ro", uri=True)) as database:
        rows = database.execute(
            "SELECT guild_id FROM jobs WHERE json_extract(request, '$.name') = ? ORDER BY id DESC LIMIT 1", (name,)
        )
        return bool(rows.fetchone() == (None,))


async def test_what_is_made_of_a_private_word_is_private(played: Stage) -> None:
    chat = await played.sandbox.open_direct("Ada")
    await imported(played, "alone", chat)
    await told(played, "embed copy", {"name": "alone", "new_name": "alone-copy"})
    await told(played, "embed copy", {"name": "alone-copy", "new_name": "alone-twice"})
    await told(played, "embed rename", {"name": "alone-twice", "new_name": "alone-named"})
    await imported(played, "alone", name="alone-again")
    await imported(played, "other", name="other-word")
    for name, private in (("alone-copy", True), ("alone-named", True), ("alone-again", True), ("other-word", False)):
        await accepted(played, {"name": name, "steps": 2}, given(("cat.png", RED)))
        assert await in_private_chat(played, name) is private, name


@pytest.mark.parametrize(("label", "private"), [("Only to me", True), ("Here, to everybody", False)])
async def test_a_form_that_knew_no_word_asks_before_a_private_one_is_shown(
    played: Stage, label: str, private: bool
) -> None:
    name = f"hushed-{private}"
    await imported(played, name, await played.sandbox.open_direct("Ada"))
    form = await played.sandbox.run("embed train")
    values = {"name": name.upper(), "kind": ["subject"], "thoroughness": ["quick"]}
    sent = await played.sandbox.submit(form["id"], values, [("pictures", ("cat.png", RED))])
    asked = await played.sandbox.interaction(sent, 60)
    question = await played.sandbox.message(asked["message_id"])
    assert "was shown to you alone" in text_of(question)
    with pytest.raises(StopIteration):
        request_of(played, name)
    await played.press(question, label)
    assert await in_private_chat(played, name) is private


async def test_more_pictures_than_a_run_takes_are_refused_before_any_is_fetched(played: Stage) -> None:
    """As after many times of adding ten; the rows of a draft are made up to save the uploads."""
    refused = await train(played, {"name": "a:b"}, given(("cat.png", RED)))
    many = [{"sha256": f"{n:064x}", "file_name": f"{n}.png"} for n in range(95)]
    with closing(sqlite3.connect(played.data / "embedsmith.sqlite3")) as database, database:
        id_, content = database.execute("SELECT id, content FROM drafts ORDER BY created_at DESC LIMIT 1").fetchone()
        wider = {**json.loads(content), "pictures": many, "waiting": []}
        database.execute("UPDATE drafts SET content = ? WHERE id = ?", (json.dumps(wider), id_))
    traffic = len([each for each in await played.sandbox.traffic() if "/attachments/" in str(each)])
    opened = await played.press(refused, EDIT)
    files = [("pictures", (f"late{n}.png", RED)) for n in range(9)]
    sent = await played.sandbox.submit(opened["id"], {"name": "many"}, files)
    answer = await played.sandbox.interaction(sent, 60)
    refused = await played.sandbox.message(answer["message_id"])
    assert "104 pictures are too many: one run takes 100." in text_of(refused)
    assert len([each for each in await played.sandbox.traffic() if "/attachments/" in str(each)]) == traffic
    opened = await played.press(refused, EDIT)
    assert "100" in json.dumps(fields(opened)["pictures"]) or "100" in json.dumps(opened["modal"])
    with closing(sqlite3.connect(f"file:{played.data / 'embedsmith.sqlite3'}?mode=ro", uri=True)) as database:
        (content,) = database.execute("SELECT content FROM drafts ORDER BY created_at DESC LIMIT 1").fetchone()
    kept = json.loads(content)
    assert len(kept["pictures"]) == 95
    assert [each["name"] for each in kept["waiting"]] == [f"late{n}.png" for n in range(5)]


async def told(played: Stage, command: str, options: Json) -> Json:
    answer = await played.sandbox.run(command, options, wait=60)
    return await played.sandbox.message(answer["message_id"])


async def until_file(played: Stage, chat: str, name: str, count: int) -> None:
    """Until so many runs of the word have handed over there what they learned."""
    async with asyncio.timeout(90):
        while sum(has_file(each, f"{name}.pt") for each in await played.sandbox.messages(chat)) < count:
            await asyncio.sleep(0.05)


def has_file(message: Json, name: str) -> bool:
    return name in [file["filename"] for file in message["attachments"]]


async def test_a_closed_private_chat_is_found_out_at_once(played: Stage) -> None:
    fault = {"match": "POST /channels/*/messages", "kind": "status", "status": 403, "times": 1}
    await played.sandbox.weather(fault)
    refused = await train(played, {"name": "closed", "where": "me"}, given(("cat.png", RED)))
    await played.sandbox.weather()
    assert "cannot write to you privately" in text_of(refused)
    await edited(played, refused, {"kind": ["subject"]})
    assert (await requested(played, "closed"))["name"] == "closed"


async def test_a_form_holds_only_what_discord_takes(played: Stage) -> None:
    refused = await train(played, {"name": "x" * 64, "tuning": "flip, slow"}, pictures("owl", 1))
    opened = await played.press(refused, EDIT)
    assert len(components({"components": opened["modal"]["components"]})) <= 10


async def test_who_was_too_late_for_a_name_is_not_offered_to_go_on(played: Stage) -> None:
    """No picture is bad: without the rest it would be refused again."""
    await played.sandbox.weather({"match": "GET /attachments/*/*/*", "kind": "slow", "seconds": 1.0, "times": 2})
    options = {"name": "too-late", "from": "emoji", "steps": 2}
    await asyncio.gather(
        *(played.sandbox.run("embed train", options, given(("cat.png", shade))) for shade in (RED, BLACK))
    )
    await played.sandbox.weather()
    late = await played.sandbox.until_message(
        "general",
        lambda each: text_of(each).startswith("`too-late` is still"),
    )
    assert list(buttons_of(late)) == [EDIT]


async def test_a_draft_of_another_release_is_told_calmly(played: Stage) -> None:
    refused = await train(played, {"name": "a/b"}, given(("cat.png", RED)))
    drafted = buttons_of(refused)[EDIT].removeprefix("edit:")
    with closing(sqlite3.connect(played.data / "embedsmith.sqlite3")) as database, database:
        database.execute("UPDATE drafts SET content = '{\"version\": 99}' WHERE id = ?", (int(drafted),))
    pressed = await played.press(refused, EDIT)
    told = await played.sandbox.message(pressed["message_id"], person="Ada")
    assert "by another release of the bot" in text_of(told)

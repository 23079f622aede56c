"""Words of one name, two people's, a server's, the operator's: a prompt means the nearest, and nobody sees more."""

from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio
import safetensors.numpy

from tests.acceptance.stage import Stage, stage, text_of
from tests.acceptance.test_main_job import pixels
from tests.sandboxed import Json

pytestmark = pytest.mark.asyncio(loop_scope="module")

WIDTH = 96
"""Of the demo model."""
ADAS, MAXS, OPERATORS = 1, 2, 3


def file(seed: int) -> bytes:
    vectors = np.random.default_rng(seed).normal(size=(2, WIDTH)).astype(np.float32) / 20
    return safetensors.numpy.save({"emb_params": vectors})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with stage(tmp_path_factory.mktemp("stage")) as playing:
        await playing.create("heart", "red heart", 2)  # returns when the model is loaded
        yield playing


async def answered(played: Stage, command: str, options: Json, person: str, **files: tuple[str, bytes]) -> Json:
    answer = await played.sandbox.run(f"embed {command}", options, files, person=person)
    return await played.sandbox.message(answer["message_id"], person=person)


async def draw(played: Stage, name: str, person: str) -> tuple[object, str]:
    """The pixels that a prompt with the name gives this person, and what its card says."""
    message = await played.draw(f"a photo of {name}", person=person, steps=2, seed=1)
    return await pixels(played, message), text_of(message)


def put(played: Stage, name: str, seed: int) -> None:
    """Among the operator's."""
    (played.data / "embeddings" / f"{name}.safetensors").write_bytes(file(seed))


async def alone(played: Stage, seed: int) -> object:
    """The pixels that these vectors give under a name that nobody else has."""
    put(played, f"only{seed}", seed)
    return (await draw(played, f"only{seed}", "Lin"))[0]


async def test_of_one_name_each_person_means_the_nearest(played: Stage) -> None:
    adas, maxs, operators = [await alone(played, seed) for seed in (ADAS, MAXS, OPERATORS)]
    for seed, person in ((ADAS, "Ada"), (MAXS, "Max")):
        imported = await answered(played, "import", {}, person, file1=("usagi.safetensors", file(seed)))
        assert "yours alone" in text_of(imported)
    for person, expected in (("Ada", adas), ("Max", maxs)):
        assert (await draw(played, "usagi", person))[0] == expected
    _, card = await draw(played, "usagi", "Lin")
    assert "words:" not in card, "they are nobody else's"
    assert await played.sandbox.autocomplete("embed show", {"name": "usa"}, "name", person="Lin") == []
    assert text_of(await answered(played, "show", {"name": "usagi"}, "Lin")) == "这里没有叫 `usagi` 的词。"

    put(played, "Usagi", OPERATORS)
    drawn, card = await draw(played, "usagi", "Ada")
    assert drawn == adas
    assert "own word here. There are others of that name." in card
    drawn, card = await draw(played, "usagi", "Lin")
    assert drawn == operators
    assert "of that name" not in card

    shown = await answered(played, "show", {"name": "usagi"}, "Max")
    assert "Several words here are called usagi. This is your own." in text_of(shown)
    await played.press(shown, "Share with this server", person="Max")
    drawn, card = await draw(played, "usagi", "Lin")
    assert drawn == maxs
    assert "usagi is the word that was shared with this server." in card
    assert (await draw(played, "usagi", "Ada"))[0] == adas
    shown = await answered(played, "show", {"name": "usagi"}, "Lin")
    assert "这里有几个词都叫 usagi。这是分享到本服务器的。" in text_of(shown)
    pressed = await played.press(await answered(played, "show", {"name": "usagi"}, "Ada"), "Share with this server")
    refused = text_of(await played.sandbox.message(pressed["message_id"]))
    assert "Another word called `usagi` is shared with this server." in refused


async def test_whoever_takes_a_name_learns_nothing_of_who_has_it(played: Stage) -> None:
    await answered(played, "import", {"name": "kept"}, "Ada", file1=("kept.safetensors", file(ADAS)))
    free = text_of(await answered(played, "import", {"name": "free"}, "Max", file1=("a.safetensors", file(MAXS))))
    kept = text_of(await answered(played, "import", {"name": "kept"}, "Max", file1=("a.safetensors", file(MAXS))))
    assert kept == free.replace("free", "kept")
    renamed = await answered(played, "rename", {"name": "free", "new_name": "heart"}, "Max")
    assert "free is now called **heart**" in text_of(renamed)
    assert played.word_file("heart", "Max").exists()
    assert played.word_file("heart").exists()

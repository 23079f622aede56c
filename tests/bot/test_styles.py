"""Styles: what they make of a prompt, and whose they are."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from bot.access import Actor
from bot.db.database import migrations, open_database
from bot.errors import EmptyStyle, NameTaken, NoSuchStyle, StyledPromptTooLong, StyleNotYours, TooManyStyles
from bot.library.styles import MOST_STYLES, Style, Styles, apply_styles, split_names
from trainer.protocol import LONGEST_PROMPT

SERVER, OTHER_SERVER, PRIVATE = 20, 21, -1
FILM = Style("Film Noir", owner_id=1, prompt="a still of {prompt}, grainy", negative_prompt="colour")


@pytest_asyncio.fixture
async def styles(tmp_path: Path) -> AsyncIterator[Styles]:
    async with open_database(tmp_path / "e.sqlite3") as database:
        yield Styles(database)


def styled(prompt: str, negative: str = "", /, **parts: str) -> tuple[str, str]:
    return apply_styles([Style("s", 1, **parts)], prompt, negative)


def test_a_part_goes_behind_the_prompt_or_around_it() -> None:
    assert styled("a cat", prompt="oil on canvas") == ("a cat, oil on canvas", "")
    assert styled("a cat", prompt="{prompt} and {prompt}, again") == ("a cat and a cat, again", "")
    assert styled("a cat", "blurry", negative_prompt="ugly") == ("a cat", "blurry, ugly")
    assert styled("a cat", "dogs", negative_prompt="no {prompt}") == ("a cat", "no dogs")


def test_empty_parts_add_nothing() -> None:
    assert styled(" a cat ", negative_prompt="ugly") == ("a cat", "ugly")
    assert styled(" ", prompt="mist") == ("mist", "")
    assert apply_styles([], " a cat", "") == (" a cat", "")


def test_what_a_person_writes_is_not_read_as_a_style() -> None:
    assert styled("a {prompt}", prompt="photo of {prompt}") == ("photo of a {prompt}", "")
    assert styled("a {prompt}", prompt="mist") == ("a {prompt}, mist", "")


def test_several_styles_come_one_after_the_other() -> None:
    both = [FILM, Style("pastel", 2, prompt="soft", negative_prompt="black")]
    assert apply_styles(both, "a cat", "dogs") == ("a still of a cat, grainy, soft", "dogs, colour, black")
    assert apply_styles(both[::-1], "a cat", "") == ("a still of a cat, soft, grainy", "black, colour")


def test_what_multiplies_a_prompt_is_stopped_at_the_first_style() -> None:
    bomb = Style("bomb", 1, prompt="{prompt}" * 250)
    with pytest.raises(StyledPromptTooLong) as refused:
        apply_styles([bomb] * 100, "x" * 2000, "")
    assert refused.value.facts == {"characters": 250 * 2000, "limit": LONGEST_PROMPT}
    with pytest.raises(StyledPromptTooLong):
        styled("a cat", "x" * 2000, negative_prompt="x" * 2000)


def test_names_stand_between_commas_of_any_script() -> None:
    assert split_names("film, pastel，水彩、墨 ") == ["film", "pastel", "水彩", "墨"]


async def test_a_style_is_found_in_any_case_and_on_its_own_shelf_only(styles: Styles) -> None:
    assert not await styles.save(SERVER, FILM)
    watercolour = Style("Éclat 水彩", 2, prompt="watercolour")
    await styles.save(SERVER, watercolour)
    assert await styles.named(SERVER, ["éCLAT 水彩", " ＦＩＬＭ noir "]) == [watercolour, FILM]
    assert await styles.on(SERVER) == [FILM, watercolour]
    for shelf in (OTHER_SERVER, PRIVATE, 1):
        assert await styles.on(shelf) == []
        with pytest.raises(NoSuchStyle):
            await styles.named(shelf, ["film noir"])


async def test_ones_own_style_is_replaced_and_nobody_elses(styles: Styles) -> None:
    await styles.save(SERVER, FILM)
    with pytest.raises(NameTaken):
        await styles.save(SERVER, Style("FILM NOIR", owner_id=2, prompt="mine now"))
    changed = Style("film noir", owner_id=1, prompt="grainy")
    assert await styles.save(SERVER, changed)
    assert await styles.on(SERVER) == [changed]
    assert not await styles.save(OTHER_SERVER, FILM)


async def test_a_style_is_deleted_by_its_maker_or_who_manages_the_server(styles: Styles) -> None:
    await styles.save(SERVER, FILM)
    with pytest.raises(StyleNotYours):
        await styles.delete(SERVER, "film noir", Actor(2, SERVER))
    assert await styles.delete(SERVER, "film noir", Actor(2, SERVER, manages_server=True)) == FILM
    await styles.save(SERVER, FILM)
    await styles.save(PRIVATE, FILM)
    await styles.delete(SERVER, "FILM NOIR", Actor(1, SERVER))
    assert await styles.on(SERVER) == []
    assert await styles.on(PRIVATE) == [FILM]
    with pytest.raises(NoSuchStyle):
        await styles.delete(SERVER, "film noir", Actor(1, SERVER, manages_server=True))


async def test_a_shelf_holds_so_many_and_a_style_something(styles: Styles) -> None:
    with pytest.raises(EmptyStyle):
        await styles.save(SERVER, Style("nothing", 1))
    for number in range(MOST_STYLES):
        await styles.save(SERVER, Style(f"style {number}", 1, prompt="mist"))
    with pytest.raises(TooManyStyles):
        await styles.save(SERVER, FILM)
    assert await styles.save(SERVER, Style("style 7", 1, prompt="fog"))
    await styles.save(OTHER_SERVER, FILM)


async def test_a_database_from_before_styles_takes_them(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    with closing(sqlite3.connect(path)) as old:
        old.executescript("".join(migrations()[:2]))
        old.execute("PRAGMA user_version = 2")
        old.execute("INSERT INTO consents (person_id, given_at) VALUES (1, 1.0)")
        old.commit()
    async with open_database(path) as database:
        await Styles(database).save(SERVER, FILM)
        assert await database.queries.has_consented(database.connection, person_id=1)
    async with open_database(path) as database:
        assert await Styles(database).on(SERVER) == [FILM]

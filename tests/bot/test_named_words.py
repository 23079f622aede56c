"""Which files go along with a drawing: those its prompts may mean, for its owner, as they are when it starts."""

import hashlib
import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.access import Actor
from bot.files.hashes import FileHashes
from bot.files.looking import Looking
from bot.jobs.job import State
from bot.library.embeddings import Library, Word
from bot.library.meanings import words_meant
from bot.library.shelf import Shelf
from bot.library.whose import ChosenWord
from bot.library.word_files import WordFiles
from tests.bot.jobs import DRAW, TRAIN
from tests.bot.test_isolation import House, at_work, drawn, house
from trainer.protocol import Failed, Start, WordFile

HERE = Actor(1, 2)


def put(path: Path, data: bytes = b"vectors") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def file(path: Path) -> WordFile:
    return WordFile(name=path.stem, path=str(path), sha256=hashlib.sha256(path.read_bytes()).hexdigest())


def library(played: House, folder: Path) -> Library:
    return Library(played.database, folder, Shelf(Looking(folder / "incoming")))


async def meant(played: House, folder: Path, *prompts: str, actor: Actor = HERE) -> tuple[WordFile, ...]:
    return (await words_meant(played.database, WordFiles(folder), FileHashes(), actor, prompts)).files


async def test_each_person_is_given_their_words_and_no_others(tmp_path: Path) -> None:
    async with house(tmp_path) as played:
        words = library(played, tmp_path)
        for name, owner, guilds in (("oak", 1, ()), ("elm", 9, ()), ("ash", 9, (2,)), ("fir", 9, (3,))):
            word = Word(name, owner, frozenset(guilds), vectors=1, step=1)
            await words.add(word, put(tmp_path / f"{name}.pt", name.encode()))
        put(tmp_path / "embeddings" / "yew.png")
        prompt = "oak, elm, ash, fir and a yew"
        given = {word.name for word in await meant(played, tmp_path, prompt)}
        assert given == {"oak", "ash", "yew"}
        assert {word.name for word in await meant(played, tmp_path, prompt, actor=Actor(9, None))} == {
            *("elm", "ash", "fir", "yew")
        }
        assert await meant(played, tmp_path, "a pine", "a") == ()
        oak = tmp_path / "words" / "1" / "oak.pt"
        assert await meant(played, tmp_path, "a", "an Oak") == (file(oak),)


async def test_of_one_name_the_nearest_is_meant_and_told(tmp_path: Path) -> None:
    async with house(tmp_path) as played:
        words = library(played, tmp_path)
        operators = put(tmp_path / "embeddings" / "deep" / "OAK.png", b"operator")
        second = put(tmp_path / "embeddings" / "oak_2.png", b"its second file")
        own, shared = (Word("Oak", 1, vectors=1, step=1), Word("oak", 9, frozenset({2}), vectors=1, step=1))
        await words.add(own, put(tmp_path / "Oak.pt", b"own"))
        theirs = await words.add(shared, put(tmp_path / "oak.pt", b"shared"))
        put(tmp_path / "words" / "9" / "elm.pt")  # without a row

        async def chosen(actor: Actor) -> tuple[list[str], tuple[ChosenWord, ...]]:
            prompts = ["an oak and an elm"]
            files, told = await words_meant(played.database, WordFiles(tmp_path), FileHashes(), actor, prompts)
            return [each.path for each in files], told

        own_file, shared_file = (tmp_path / "words" / "1" / "Oak.pt", tmp_path / "words" / "9" / "oak.pt")
        assert await chosen(HERE) == ([str(own_file)], (ChosenWord("Oak", "own"),))
        assert await chosen(Actor(7, 2)) == ([str(shared_file)], (ChosenWord("oak", "server"),))
        assert await chosen(Actor(7, 3)) == ([str(operators), str(second)], ())
        await words.unshare(theirs)
        assert (await chosen(Actor(9, 3)))[1] == (ChosenWord("oak", "own"),)
        own_file.unlink()
        assert (await chosen(HERE))[0][0] == str(operators), "what has no file hides nothing"


async def test_all_files_of_a_name_go_along_the_preferred_one_first(tmp_path: Path) -> None:
    async with house(tmp_path) as played:
        folder = tmp_path / "embeddings"
        deep, bin_, pt = (put(folder / name) for name in ("deep/Oak.pt", "Oak.bin", "oak.pt"))
        assert await meant(played, tmp_path, "an oak") == (file(pt), file(bin_), file(deep))


async def test_the_second_of_two_files_goes_along_with_the_first(tmp_path: Path) -> None:
    async with house(tmp_path) as played:
        names = ("oak.safetensors", "oak_2.safetensors", "learned_embeds-9.bin", "learned_embeds_2-9.bin", "elm_2.pt")
        for name in names:
            put(tmp_path / "embeddings" / name)
        assert [word.name for word in await meant(played, tmp_path, "an oak")] == ["oak", "oak_2"]
        learned = await meant(played, tmp_path, "a learned_embeds-9")
        assert [word.name for word in learned] == ["learned_embeds-9", "learned_embeds_2-9"]


async def test_what_cannot_be_a_word_is_named_unread(tmp_path: Path) -> None:
    async with house(tmp_path) as played:
        put(tmp_path / "embeddings" / "oak.pt")
        os.truncate(tmp_path / "embeddings" / "oak.pt", 2**43)
        (word,) = await meant(played, tmp_path, "an oak")
        assert (word.name, word.sha256) == ("oak", "")


def test_a_file_is_hashed_again_when_it_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hashes, path = FileHashes(), put(tmp_path / "oak.pt")
    assert hashes.of(path) == file(path).sha256
    before = path.stat()
    put(path, b"VECTORS")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    again = hashes.of(path)
    assert again == file(path).sha256
    monkeypatch.setattr("hashlib.file_digest", None)
    assert hashes.of(path) == again


async def next_start(played: House, *, fails: Start | None = None) -> Start:
    if fails is not None:
        changed = Failed(attempt=fails.attempt, n=1, reason="word_changed", facts={"name": "oak"})
        played.worker.says.put_nowait(changed)
    return await played.worker.started()


async def test_a_waiting_drawing_is_given_what_there_is_when_it_starts(tmp_path: Path) -> None:
    async with house(tmp_path) as played:
        words = library(played, tmp_path)
        oak = await words.add(Word("oak", 1, vectors=1, step=1), put(tmp_path / "oak.pt"))
        job = await played.ask(replace(DRAW, prompt="an oak and an elm", negative_prompt="a larch"))
        await words.remove(oak)
        elm = await words.add(Word("elm", 1, vectors=1, step=1), put(tmp_path / "elm.pt"))
        await words.rename(elm, "larch", put(tmp_path / "larch.pt"))
        async with at_work(played):
            start = await next_start(played)
            assert start.words == (file(tmp_path / "words" / "1" / "larch.pt"),)
            played.worker.says.put_nowait(drawn(start))
            await played.until(job, State.SUCCEEDED)


async def test_a_drawing_that_is_begun_again_is_given_its_words_anew(tmp_path: Path) -> None:
    async with house(tmp_path) as played:
        words = library(played, tmp_path)
        oak = await words.add(Word("oak", 1, vectors=1, step=1), put(tmp_path / "oak.pt", b"old"))
        job = await played.ask(replace(DRAW, prompt="an oak"))
        async with at_work(played):
            first = await next_start(played)
            await words.replace(oak, put(tmp_path / "oak.pt", b"new"))
            second = await next_start(played, fails=first)
            path = tmp_path / "words" / "1" / "oak.pt"
            assert (first.words[0].path, second.words) == (str(path), (file(path),))
            assert first.words != second.words
            await words.remove(oak)
            third = await next_start(played, fails=second)
            assert (third.job, third.words) == (job.id, ())


async def test_a_runs_prompts_mean_no_word_but_its_own(tmp_path: Path) -> None:
    async with house(tmp_path) as played:
        put(tmp_path / "embeddings" / "oak.pt")
        await played.ask(replace(TRAIN, preview_prompt="[name] under an oak"))
        async with at_work(played):
            assert (await next_start(played)).words == ()

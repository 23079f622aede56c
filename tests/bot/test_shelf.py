"""Which files of the embeddings folder are words."""

import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from bot.access import Actor
from bot.db.database import open_database
from bot.errors import NothingCalled
from bot.files.folder_listing import FolderListing
from bot.files.looking import Looking
from bot.library.embeddings import Library
from bot.library.shelf import PICTURES, SUFFIXES, Shelf, files_in
from tests.trainer.embeddings.making import program

GOOD = safetensors.numpy.save({"emb_params": np.ones((1, 96), np.float32)})
EVIL = program(b"cos\nsystem\n(S'touch /tmp/evil'\ntR.")
ANYBODY = Actor(7, 2)


def put(path: Path, data: bytes = GOOD) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def linked(path: Path, target: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


ODD: dict[str, Callable[[Path, Path], object]] = {
    "a file": lambda folder, _: put(folder / "a.pt"),
    "capitals": lambda folder, _: put(folder / "A.PT"),
    "in a folder": lambda folder, _: put(folder / "b" / "c" / "a.safetensors"),
    "a dash in front": lambda folder, _: put(folder / "-x.pt"),
    "Chinese": lambda folder, _: put(folder / "我的猫.pt"),
    "an empty file": lambda folder, _: put(folder / "a.pt", b""),
    "a folder called like a file": lambda folder, _: (folder / "a.pt").mkdir(),
    "a file in such a folder": lambda folder, _: put(folder / "a.pt" / "b.pt"),
    "a hidden file": lambda folder, _: put(folder / ".a.pt"),
    "a hidden folder": lambda folder, _: put(folder / ".git" / "a.pt"),
    "another suffix": lambda folder, _: put(folder / "a.ckpt"),
    "no suffix": lambda folder, _: put(folder / "pt"),
    "an optimizer's state": lambda folder, _: put(folder / "a.pt.optim"),
    "a pipe": lambda folder, _: os.mkfifo(folder / "a.pt"),
    "bytes that are no text": lambda folder, _: put(Path(os.fsdecode(os.fsencode(folder) + b"/\xff.pt"))),
    "such a folder": lambda folder, _: put(Path(os.fsdecode(os.fsencode(folder) + b"/\xff")) / "a.pt"),
    "a preview": lambda folder, _: put(folder / "a.preview.png"),
    "a link inside": lambda folder, _: linked(folder / "b.pt", put(folder / "sub" / "a.pt")),
    "a relative link inside": lambda folder, _: (put(folder / "a.pt"), linked(folder / "b.pt", Path("a.pt"))),
    "a link that leads out": lambda folder, outside: linked(folder / "a.pt", put(outside / "a.pt")),
    "a link to the password file": lambda folder, _: linked(folder / "secret.pt", Path("/etc/passwd")),
    "a link out and in again": lambda folder, outside: (
        put(folder / "a.pt"),
        linked(outside / "c", folder),
        linked(folder / "b.pt", outside / "c" / "a.pt"),
    ),
    "a linked folder outside": lambda folder, outside: (put(outside / "a.pt"), linked(folder / "sub", outside)),
    "a linked folder inside": lambda folder, _: (
        put(folder / "real" / "a.pt"),
        linked(folder / "sub", folder / "real"),
    ),
    "a broken link": lambda folder, _: linked(folder / "a.pt", folder / "missing.pt"),
    "a link to itself": lambda folder, _: linked(folder / "a.pt", folder / "a.pt"),
    "a circle of folders": lambda folder, _: (put(folder / "a.pt"), linked(folder / "round", folder)),
    "a link to a folder, called like a file": lambda folder, outside: linked(folder / "a.pt", outside),
}


WORDS = {
    "a file": ["a"],
    "capitals": ["A"],
    "in a folder": ["a"],
    "a dash in front": ["-x"],
    "Chinese": ["我的猫"],
    "a file in such a folder": ["b"],
    "a link inside": ["a", "b"],
    "a relative link inside": ["a", "b"],
    "a link out and in again": ["a", "b"],
    "a linked folder inside": ["a"],
    "a circle of folders": ["a"],
}
"""The stems that are words; those of nothing else that is odd."""


@pytest.mark.parametrize("kind", ODD)
def test_which_files_are_words(tmp_path: Path, kind: str) -> None:
    folder, outside = tmp_path / "embeddings", tmp_path / "outside"
    for made in (folder, outside):
        made.mkdir()
    ODD[kind](folder, outside)
    found = files_in(FolderListing(folder), (*SUFFIXES, *PICTURES))
    assert [stem for stem, _ in found] == WORDS.get(kind, [])
    assert all(path.is_file() for _, path in found)


def test_a_folder_that_is_itself_a_link_is_looked_into(tmp_path: Path) -> None:
    put(tmp_path / "real" / "a.pt")
    linked(tmp_path / "embeddings", tmp_path / "real")
    assert [stem for stem, _ in files_in(FolderListing(tmp_path / "embeddings"))] == ["a"]


def test_a_folder_that_is_gone_has_no_words(tmp_path: Path) -> None:
    assert files_in(FolderListing(tmp_path / "missing")) == []


async def test_a_file_that_holds_a_program_is_neither_seen_nor_found(tmp_path: Path) -> None:
    folder = tmp_path / "embeddings"
    put(folder / "good.pt")
    put(folder / "evil.pt", EVIL)
    put(folder / "broken.safetensors", struct.pack("<Q", 2**40) + b"{}")
    linked(folder / "secret.pt", Path("/etc/passwd"))
    async with open_database(tmp_path / "e.sqlite3") as database:
        library = Library(database, tmp_path, Shelf(Looking(tmp_path / "incoming")))
        assert [word.name for word in await library.seen_by(ANYBODY)] == ["broken", "good"]
        for name in ("evil", "secret"):
            with pytest.raises(NothingCalled):
                await library.find(name, ANYBODY)
        put(folder / "evil.pt")
        assert [word.name for word in await library.seen_by(ANYBODY)] == ["broken", "evil", "good"], "it was replaced"


async def test_an_unchanged_file_is_looked_into_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, path = Shelf(Looking(tmp_path / "incoming")), put(tmp_path / "a.pt")
    assert await shelf.harmless([path]) == {path}
    monkeypatch.setattr("bot.files.looking.LOOK", "no.such.program")
    assert await shelf.harmless([path]) == {path}
    put(path, GOOD + b" ")
    assert await shelf.harmless([path]) == set(), "a reader that fails has found nothing harmless"

"""A folder that is not walked through each time, and whose changes are seen all the same."""

import os
import time
from pathlib import Path

import pytest

from bot.files import folder_listing
from bot.files.folder_listing import FolderListing

LONG_AGO_NS = 10_000_000_000


def aged(*folders: Path) -> None:
    """As if nothing had changed for a while, but still a little different each time."""
    for folder in folders:
        at = folder.stat().st_mtime_ns - LONG_AGO_NS
        os.utime(folder, ns=(at, at))


def names(listing: FolderListing) -> list[str]:
    return sorted(path.name for path in listing.files())


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Each walk through a folder."""
    walked: list[Path] = []
    walk = folder_listing._walk

    def counted(folder: Path) -> folder_listing._Walk:
        walked.append(folder)
        return walk(folder)

    monkeypatch.setattr(folder_listing, "_walk", counted)
    return walked


def test_a_folder_that_did_not_change_is_walked_through_once(tmp_path: Path, walks: list[Path]) -> None:
    (tmp_path / "a.pt").touch()
    aged(tmp_path)
    listing = FolderListing(tmp_path)
    assert [names(listing) for _ in range(3)] == [["a.pt"]] * 3
    assert len(walks) == 1


def test_changes_are_seen_in_folders_within_too(tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    aged(tmp_path, shelf)
    listing = FolderListing(tmp_path)
    assert names(listing) == []
    (shelf / "b.pt").touch()
    assert names(listing) == ["b.pt"]
    aged(shelf)
    assert names(listing) == ["b.pt"]
    (shelf / "b.pt").rename(tmp_path / "c.pt")
    assert names(listing) == ["c.pt"]


def test_a_change_right_after_the_walk_is_seen_though_the_time_is_the_same(tmp_path: Path) -> None:
    now = time.time_ns()
    listing = FolderListing(tmp_path)
    for name in ("a.pt", "b.pt"):
        (tmp_path / name).touch()
        os.utime(tmp_path, ns=(now, now))
        assert name in names(listing)


def test_a_folder_that_is_gone_is_empty_until_it_is_back(tmp_path: Path) -> None:
    folder = tmp_path / "embeddings"
    listing = FolderListing(folder)
    assert names(listing) == []
    folder.mkdir()
    (folder / "a.pt").touch()
    aged(folder)
    assert names(listing) == ["a.pt"]
    (folder / "a.pt").unlink()
    folder.rmdir()
    assert names(listing) == []

"""The child that looks into files, and what becomes of a file that is too much for it."""

from pathlib import Path

import numpy as np
import safetensors.numpy

from bot.errors import EmbeddingTooHard, EmbeddingTooSlow, NotAnEmbedding
from bot.looking import Looking


def put(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes(safetensors.numpy.save({"emb_params": np.ones((1, 96), np.float32)}))
    return path


async def test_good_and_bad_files_are_told_apart(tmp_path: Path) -> None:
    bad = tmp_path / "bad.pt"
    bad.write_bytes(b"<html>")
    looked = await Looking(tmp_path / "incoming").look([put(tmp_path, "good.safetensors"), bad])
    assert [seen.name for seen in looked.seen] == ["good"]
    (refusal,) = looked.refused
    assert isinstance(refusal, NotAnEmbedding)
    assert refusal.facts["file"] == "bad.pt"


async def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    looked = await Looking(tmp_path / "incoming", seconds=0.01).look([put(tmp_path, "slow.safetensors")])
    assert looked.seen == ()
    (refusal,) = looked.refused
    assert isinstance(refusal, EmbeddingTooSlow)
    assert refusal.facts["file"] == "slow.safetensors"


async def test_a_reader_that_ends_badly_has_taken_nothing(tmp_path: Path) -> None:
    looked = await Looking(tmp_path / "incoming").look([put(tmp_path, "hard.safetensors")], "--write", "no-format")
    (refusal,) = looked.refused
    assert isinstance(refusal, EmbeddingTooHard)


async def test_a_desk_is_gone_in_the_end_and_after_a_killed_bot(tmp_path: Path) -> None:
    folder = tmp_path / "incoming"
    async with Looking(folder).desk() as desk:
        put(desk, "a.pt")
    assert list(folder.iterdir()) == []
    (folder / "left-behind").mkdir()
    Looking(folder)
    assert not folder.exists()

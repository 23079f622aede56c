"""The web UI's two hashes, and that gigabytes are read once."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from trainer.models.loading.hashes import old_hash, weights_hash
from trainer.pulse import silent

DATA = bytes(range(256)) * 5000  # 1.28 MB, so that it reaches into the second mebibyte


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "model.safetensors"
    path.write_bytes(DATA)
    return path


def test_hashes_are_the_web_uis(file: Path) -> None:
    assert weights_hash([file], file, None, silent()) == hashlib.sha256(DATA).hexdigest()[:10]
    assert old_hash(file) == hashlib.sha256(DATA[0x100000:0x110000]).hexdigest()[:8]


def test_a_small_file_has_the_old_hash_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "small").write_bytes(b"x")
    assert old_hash(tmp_path / "small") == "e3b0c442"


def test_a_remembered_hash_is_not_computed_again(file: Path, tmp_path: Path) -> None:
    known = tmp_path / "hashes.json"
    first = weights_hash([file], file, known, silent())
    assert first == weights_hash([file], file, None, silent())
    remembered = json.loads(known.read_text())
    remembered[str(file)]["sha256"] = "0123456789abcdef"
    known.write_text(json.dumps(remembered))
    assert weights_hash([file], file, known, silent()) == "0123456789"


def test_a_changed_file_is_read_again(file: Path, tmp_path: Path) -> None:
    known = tmp_path / "hashes.json"
    weights_hash([file], file, known, silent())
    before = file.stat()
    file.write_bytes(DATA[::-1])
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert weights_hash([file], file, known, silent()) == hashlib.sha256(DATA[::-1]).hexdigest()[:10]


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"other": 1}', "null"])
def test_a_damaged_memory_costs_only_time(file: Path, tmp_path: Path, damage: str) -> None:
    known = tmp_path / "hashes.json"
    known.write_text(damage)
    assert weights_hash([file], file, known, silent()) == hashlib.sha256(DATA).hexdigest()[:10]
    assert json.loads(known.read_text())[str(file)]["sha256"] == hashlib.sha256(DATA).hexdigest()

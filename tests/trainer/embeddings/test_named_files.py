import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from tests.trainer.words import named, written
from trainer.embeddings.embedding import Embedding
from trainer.embeddings.layouts.webui import write_webui
from trainer.embeddings.named_files import NamedFiles
from trainer.embeddings.writing import Format, write_embedding
from trainer.protocol import WordFile
from trainer.protocol.file_faults import FileFault

WIDTH = 96


def embedding(name: str, value: float = 1.0, width: int = WIDTH) -> Embedding:
    return Embedding(name, np.full((2, width), value, np.float32))


def put(path: Path, data: bytes) -> WordFile:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return named(path)


def value_of(files: NamedFiles, *words: WordFile) -> float:
    (word,) = files.words(words).usable.values()
    return word.vectors[0, 0].item()


@pytest.fixture
def files() -> NamedFiles:
    return NamedFiles((WIDTH,))


def test_only_what_is_named_is_a_word(files: NamedFiles, tmp_path: Path) -> None:
    word = written(tmp_path, embedding("My-Cat"))
    written(tmp_path, embedding("other"))
    found = files.words([word])
    assert list(found.usable) == ["my-cat"]
    assert found.usable["my-cat"].name == "My-Cat"
    assert found.usable["my-cat"].file_hash == word.sha256[:12]
    assert files.words([]) == ({}, {}, frozenset())


def test_it_is_called_as_it_was_named(files: NamedFiles, tmp_path: Path) -> None:
    word = put(tmp_path / "0f3a.pt", write_webui(embedding("0f3a")))
    found = files.words([WordFile(name="Linden", path=word.path, sha256=word.sha256)])
    assert found.usable["linden"].name == "Linden"


def test_a_file_written_anew_or_removed_is_another(files: NamedFiles, tmp_path: Path) -> None:
    for value in (1, 2, 3):
        word = written(tmp_path, embedding("a", value))
        assert value_of(files, word) == value
    written(tmp_path, embedding("a", 4))
    assert files.words([word]) == ({}, {}, {"a"})
    Path(word.path).unlink()
    assert files.words([word]) == ({}, {}, {"a"})


def test_an_unchanged_file_is_not_read_again(
    files: NamedFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    word = written(tmp_path, embedding("a"))
    before = files.words([word]).usable["a"]
    monkeypatch.setattr(Path, "read_bytes", None)
    assert files.words([word]).usable["a"].vectors is before.vectors


def test_a_file_of_the_same_size_and_time_is_read_again(files: NamedFiles, tmp_path: Path) -> None:
    word = written(tmp_path, embedding("a", 1))
    files.words([word])
    before = Path(word.path).stat()
    again = written(tmp_path, embedding("a", 2))
    os.utime(word.path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert files.words([word]).changed == {"a"}
    assert value_of(files, again) == 2


def test_a_file_that_cannot_be_used_is_told_of_and_the_others_work(files: NamedFiles, tmp_path: Path) -> None:
    good, bad = written(tmp_path, embedding("good")), put(tmp_path / "bad.safetensors", b"nonsense")
    half = put(tmp_path / "half.pt", write_webui(embedding("half"))[:700])
    other = put(tmp_path / "GTA.pt", write_webui(embedding("GTA", width=1024)))
    (tmp_path / "large.pt").touch()
    os.truncate(tmp_path / "large.pt", 2**27)
    large = WordFile(name="large", path=str(tmp_path / "large.pt"), sha256="")
    (tmp_path / "folder.pt").mkdir()
    folder = WordFile(name="folder", path=str(tmp_path / "folder.pt"), sha256="")
    found = files.words([good, bad, half, other, large, folder])
    assert list(found.usable) == ["good"]
    assert found.unusable == {
        "bad": FileFault(reason="unknown_kind"),
        "half": FileFault(reason="damaged"),
        "gta": FileFault(reason="other_width", count=1024, other=96),
        "large": FileFault(reason="too_large", count=64),
        "folder": FileFault(reason="cannot_open", name="Is a directory"),
    }
    assert found.changed == set()


def test_of_several_files_with_one_name_the_first_that_can_be_used_counts(files: NamedFiles, tmp_path: Path) -> None:
    first, second = (put(tmp_path / name, write_webui(embedding("a", at))) for at, name in enumerate(("A.bin", "a.pt")))
    assert value_of(files, first, second) == 0
    assert value_of(files, second, first) == 1
    found = files.words([put(tmp_path / "a.pt", b"broken"), first])
    assert (found.usable["a"].name, found.unusable) == ("A", {})


@pytest.mark.parametrize("kind", ["pt", "bin", "safetensors", "png"])
def test_every_format_is_a_word(files: NamedFiles, tmp_path: Path, kind: Format) -> None:
    ((name, data),) = write_embedding(embedding("a", 4), kind).items()
    assert value_of(files, put(tmp_path / name, data)) == 4


def test_a_picture_is_a_word_only_if_it_carries_one(files: NamedFiles, tmp_path: Path) -> None:
    for name in ("cat.png", "dog.png"):
        Image.new("RGB", (64, 64), "red").save(tmp_path / name)
    (data,) = write_embedding(embedding("owl", 2), "png").values()
    owl = put(tmp_path / "owl.png", data)
    Image.open(owl.path).save(tmp_path / "hen.webp", lossless=True)
    cat = written(tmp_path, embedding("cat", 1))
    pictures = [named(tmp_path / name) for name in ("cat.png", "dog.png", "hen.webp")]
    found = files.words([*pictures, owl, cat])
    assert set(found.usable) == {"cat", "owl", "hen"}
    assert found.unusable == {}


def test_a_file_of_several_words_is_told_of(files: NamedFiles, tmp_path: Path) -> None:
    torch.save({"string_to_param": {"a": torch.ones(1, WIDTH), "b": torch.ones(1, WIDTH)}}, tmp_path / "both.pt")
    found = files.words([named(tmp_path / "both.pt")])
    assert found == ({}, {"both": FileFault(reason="several_words")}, frozenset())


def test_a_word_for_two_encoders_is_read(tmp_path: Path) -> None:
    word = Embedding("a", np.arange(40, dtype=np.float32).reshape(2, 20), widths=(8, 12))
    found = NamedFiles((8, 12)).words([written(tmp_path, word)]).usable["a"]
    assert np.array_equal(found.vectors, word.vectors)
    assert found.widths == (8, 12)


def test_two_files_that_are_the_halves_of_a_word_are_one(tmp_path: Path) -> None:
    files = NamedFiles((8, 12))
    word = Embedding("a", np.arange(40, dtype=np.float32).reshape(2, 20), widths=(8, 12))
    first, second = (put(tmp_path / name, data) for name, data in write_embedding(word, "pair").items())
    assert files.words([first]).unusable == {"a": FileFault(reason="half")}
    found = files.words([first, second])
    assert list(found.usable) == ["a"]
    assert np.array_equal(found.usable["a"].vectors, word.vectors)
    assert found.unusable == {}
    assert list(files.words([second]).unusable) == ["a_2"]


def test_two_words_of_one_encoder_are_no_pair(files: NamedFiles, tmp_path: Path) -> None:
    both = [written(tmp_path, embedding(name)) for name in ("a", "a_2")]
    assert set(files.words(both).usable) == {"a", "a_2"}


def test_it_does_without_torch() -> None:
    program = "import sys, trainer.embeddings.named_files; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)

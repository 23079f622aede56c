import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
import torch
from PIL import Image

from trainer.embeddings.embedding import Embedding
from trainer.embeddings.folder import EmbeddingsFolder
from trainer.embeddings.layouts.webui import write_webui
from trainer.embeddings.writing import Format, write_embedding
from trainer.protocol.file_faults import FileFault

WIDTH = 96


def embedding(name: str, value: float = 1.0, width: int = WIDTH) -> Embedding:
    return Embedding(name, np.full((2, width), value, np.float32))


def value_of(folder: EmbeddingsFolder, word: str) -> float:
    return folder.words()[word].vectors[0, 0].item()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "embeddings"


@pytest.fixture
def folder(path: Path) -> EmbeddingsFolder:
    return EmbeddingsFolder(path, (WIDTH,))


def test_an_empty_folder_is_made_and_has_no_words(path: Path, folder: EmbeddingsFolder) -> None:
    assert path.is_dir()
    assert folder.words() == folder.unusable() == {}


def test_what_is_written_is_a_word(path: Path, folder: EmbeddingsFolder) -> None:
    assert folder.write(embedding("My-Cat")) == path / "My-Cat.pt"
    assert list(folder.words()) == ["my-cat"]
    assert folder.words()["my-cat"].name == "My-Cat"
    assert [entry.name for entry in path.iterdir()] == ["My-Cat.pt"]


def test_a_file_copied_in_works_in_the_next_call(path: Path, folder: EmbeddingsFolder, tmp_path: Path) -> None:
    assert folder.words() == {}
    (tmp_path / "elsewhere.pt").write_bytes(write_webui(embedding("other", 5)))
    shutil.copy(tmp_path / "elsewhere.pt", path / "Copied.PT")
    assert value_of(folder, "copied") == 5
    (path / "deep" / "er").mkdir(parents=True)
    safetensors.numpy.save_file({"x": np.ones((1, WIDTH), np.float32)}, path / "deep" / "er" / "third.safetensors")
    shutil.copy(tmp_path / "elsewhere.pt", path / "deep" / "fourth.bin")
    assert set(folder.words()) == {"copied", "third", "fourth"}


def test_a_file_written_anew_or_removed_is_noticed(path: Path, folder: EmbeddingsFolder) -> None:
    for value in (1, 2, 3):
        folder.write(embedding("a", value))
        assert value_of(folder, "a") == value
    (path / "a.pt").unlink()
    assert folder.words() == {}


def test_an_unchanged_file_is_not_read_again(folder: EmbeddingsFolder) -> None:
    folder.write(embedding("a"))
    before = folder.words()["a"]
    folder.write(embedding("b"))
    assert folder.words()["a"] is before


def test_a_half_copied_file_is_told_of_and_works_when_it_is_whole(path: Path, folder: EmbeddingsFolder) -> None:
    data = write_webui(embedding("a"))
    (path / "a.pt").write_bytes(b"")
    assert folder.words() == folder.unusable() == {}
    (path / "a.pt").write_bytes(data[:700])
    assert folder.words() == {}
    assert folder.unusable() == {"a": FileFault(reason="damaged")}
    (path / "a.pt").write_bytes(data)
    assert list(folder.words()) == ["a"]
    assert folder.unusable() == {}


def test_another_width_is_told_of(path: Path, folder: EmbeddingsFolder) -> None:
    (path / "GTA.pt").write_bytes(write_webui(embedding("GTA", width=1024)))
    assert folder.words() == {}
    assert folder.unusable() == {"gta": FileFault(reason="other_width", count=1024, other=96)}


@pytest.mark.parametrize(
    "name",
    ["notes.txt", "a.preview.png", "a.PREVIEW.webp", "a.pt.optim", ".a.pt", "._a.pt", ".a.pt.x7.tmp", "pt", "a.ckpt"],
)
def test_other_files_are_left_alone(path: Path, folder: EmbeddingsFolder, name: str) -> None:
    (path / name).write_bytes(write_webui(embedding("a")))
    assert folder.words() == folder.unusable() == {}


def test_names_that_are_no_text_and_things_that_are_no_files_are_left_alone(
    path: Path, folder: EmbeddingsFolder
) -> None:
    Path(os.fsdecode(os.fsencode(path) + b"/\xff.pt")).write_bytes(write_webui(embedding("a")))
    (path / "folder.pt").mkdir()
    os.mkfifo(path / "pipe.pt")
    assert folder.words() == folder.unusable() == {}


def test_a_broken_file_is_told_of_and_the_others_work(path: Path, folder: EmbeddingsFolder) -> None:
    folder.write(embedding("good"))
    (path / "bad.safetensors").write_bytes(b"nonsense")
    (path / "large.pt").touch()
    os.truncate(path / "large.pt", 2**27)
    assert list(folder.words()) == ["good"]
    assert set(folder.unusable()) == {"bad", "large"}


def test_links_are_followed_inside_only(path: Path, folder: EmbeddingsFolder, tmp_path: Path) -> None:
    folder.write(embedding("real"))
    (tmp_path / "outside.pt").write_bytes(write_webui(embedding("outside")))
    (path / "inside.pt").symlink_to(path / "real.pt")
    (path / "escape.pt").symlink_to(tmp_path / "outside.pt")
    (path / "nothing.pt").symlink_to(path / "missing.pt")
    (path / "circle").symlink_to(path)
    (path / "self.pt").symlink_to(path / "self.pt")
    assert set(folder.words()) == {"real", "inside"}
    assert folder.unusable() == {}


def test_a_folder_that_is_itself_a_link_works(path: Path, folder: EmbeddingsFolder, tmp_path: Path) -> None:
    folder.write(embedding("a"))
    (tmp_path / "link").symlink_to(path)
    assert list(EmbeddingsFolder(tmp_path / "link", (WIDTH,)).words()) == ["a"]


def test_of_two_files_with_one_stem_the_nearest_usable_counts(path: Path, folder: EmbeddingsFolder) -> None:
    (path / "sub").mkdir()
    (path / "sub" / "a.pt").write_bytes(write_webui(embedding("a", 2)))
    (path / "A.bin").write_bytes(write_webui(embedding("a", 1)))
    assert value_of(folder, "a") == 1
    (path / "a.pt").write_bytes(b"broken")
    assert value_of(folder, "a") == 1
    assert folder.unusable() == {}
    folder.write(embedding("a", 3))
    assert value_of(folder, "a") == 3


@pytest.mark.parametrize("name", ["../a", "a/b", "/etc/a", "..", ".a", ""])
def test_a_name_with_a_path_or_a_leading_dot_is_not_written(path: Path, folder: EmbeddingsFolder, name: str) -> None:
    with pytest.raises(ValueError, match="not the name of a visible file"):
        folder.write(embedding(name))
    assert list(path.parent.rglob("*.pt")) == []


def test_a_folder_that_vanished_has_no_words(path: Path, folder: EmbeddingsFolder) -> None:
    folder.write(embedding("a"))
    shutil.rmtree(path)
    assert folder.words() == {}


def test_a_failed_write_leaves_the_older_file(path: Path, folder: EmbeddingsFolder) -> None:
    folder.write(embedding("a", 1))
    with pytest.raises(ValueError, match="unpack"):
        folder.write(Embedding("a", np.ones(3, np.float32)))
    assert value_of(folder, "a") == 1
    assert [entry.name for entry in path.iterdir()] == ["a.pt"]


@pytest.mark.parametrize("kind", ["pt", "bin", "safetensors", "png"])
def test_every_format_is_a_word(path: Path, folder: EmbeddingsFolder, kind: Format) -> None:
    (path / "sub").mkdir()
    for name, data in write_embedding(embedding("a", 4), kind).items():
        (path / "sub" / name).write_bytes(data)
    assert value_of(folder, "a") == 4
    assert folder.words()["a"].file_hash is not None


def test_a_picture_is_a_word_only_if_it_carries_one(path: Path, folder: EmbeddingsFolder) -> None:
    folder.write(embedding("cat", 1))
    Image.new("RGB", (64, 64), "red").save(path / "cat.png")
    Image.new("RGB", (64, 64), "red").save(path / "dog.png")
    (data,) = write_embedding(embedding("owl", 2), "png").values()
    (path / "owl.png").write_bytes(data)
    (path / "fox.preview.png").write_bytes(data)
    Image.open(path / "owl.png").save(path / "hen.webp", lossless=True)
    assert set(folder.words()) == {"cat", "owl", "hen"}
    assert folder.unusable() == {}


def test_a_file_of_several_words_is_told_of(path: Path, folder: EmbeddingsFolder) -> None:
    torch.save({"string_to_param": {"a": torch.ones(1, WIDTH), "b": torch.ones(1, WIDTH)}}, path / "both.pt")
    assert folder.words() == {}
    assert folder.unusable() == {"both": FileFault(reason="several_words")}


def test_a_word_for_two_encoders_is_written_and_read(path: Path) -> None:
    folder = EmbeddingsFolder(path, (8, 12))
    written = Embedding("a", np.arange(40, dtype=np.float32).reshape(2, 20), widths=(8, 12))
    assert folder.write(written) == path / "a.safetensors"
    assert np.array_equal(folder.words()["a"].vectors, written.vectors)
    assert folder.words()["a"].widths == (8, 12)


def test_two_files_that_are_the_halves_of_a_word_are_one(path: Path) -> None:
    folder = EmbeddingsFolder(path, (8, 12))
    written = Embedding("a", np.arange(40, dtype=np.float32).reshape(2, 20), widths=(8, 12))
    first, second = write_embedding(written, "pair").items()
    (path / first[0]).write_bytes(first[1])
    assert folder.words() == {}
    assert folder.unusable()["a"] == FileFault(reason="half")
    (path / second[0]).write_bytes(second[1])
    assert list(folder.words()) == ["a"]
    assert np.array_equal(folder.words()["a"].vectors, written.vectors)
    assert folder.unusable() == {}
    (path / first[0]).unlink()
    assert folder.words() == {}
    assert list(folder.unusable()) == ["a_2"]


def test_two_words_of_one_encoder_are_no_pair(path: Path, folder: EmbeddingsFolder) -> None:
    folder.write(embedding("a"))
    folder.write(embedding("a_2"))
    assert set(folder.words()) == {"a", "a_2"}


def test_it_does_without_torch() -> None:
    program = "import sys, trainer.embeddings.folder; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)

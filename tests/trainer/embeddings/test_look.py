"""The child process that looks into files."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from PIL import Image

from tests.trainer.embeddings.samples import BIG, FOREIGN, SAMPLES, SD1, Sample, safe
from trainer.embeddings.reading import read_embedding
from trainer.embeddings.writing import FORMATS
from trainer.protocol import Look, RefusedFile, SeenFile

_PROGRAM = [sys.executable, "-m", "trainer.embeddings.look"]


def look(*arguments: Any) -> list[Look]:
    done = subprocess.run([*_PROGRAM, *map(str, arguments)], capture_output=True, check=True)
    assert done.stderr == b""
    return [msgspec.json.decode(line, type=Look) for line in done.stdout.splitlines()]


def put(folder: Path, sample: Sample) -> Path:
    path = folder / sample.file_name
    path.write_bytes(sample.data)
    return path


def test_everything_of_an_embedding_is_told(tmp_path: Path) -> None:
    path = put(tmp_path, SAMPLES["F1 web UI, SD 1"]())
    (seen,) = look(path)
    assert isinstance(seen, SeenFile)
    assert (seen.file, seen.name, seen.vectors, seen.widths) == (str(path), "a", 2, (768,))
    assert (seen.step, seen.model, seen.model_hash) == (500, "a_model", "45dee52b00")
    assert seen.file_hash == read_embedding(path.read_bytes(), "a.pt").file_hash
    assert seen.norms == pytest.approx(np.linalg.norm(SD1, axis=1))
    assert (seen.notes, seen.written) == ((), ())


def test_good_and_bad_files_are_told_of_in_one_go(tmp_path: Path) -> None:
    good = put(tmp_path, SAMPLES["F11 SD 3"]())
    (tmp_path / "bad.pt").write_bytes(FOREIGN["F13 XTI"]().data)
    bad, gone, seen = look(tmp_path / "bad.pt", tmp_path / "gone.pt", good)
    assert isinstance(bad, RefusedFile)
    assert bad.reason == "holds a vector for each layer of the model (kohya's XTI), which is not read"
    assert gone == RefusedFile(file=str(tmp_path / "gone.pt"), reason="cannot be opened (No such file or directory)")
    assert isinstance(seen, SeenFile)
    assert seen.notes == ("holds a T5 part, which is not used",)
    assert seen.norms == pytest.approx([*np.linalg.norm(SD1, axis=1), *np.linalg.norm(BIG, axis=1)])


def test_two_halves_given_together_are_one_word(tmp_path: Path) -> None:
    first = put(tmp_path, SAMPLES["F5 diffusers SDXL, first"]())
    second = put(tmp_path, SAMPLES["F5 diffusers SDXL, second"]())
    (seen,) = look(second, first, "--write", "safetensors", "--to", tmp_path, "--name", "cat")
    assert isinstance(seen, SeenFile)
    assert (seen.file, seen.name, seen.widths) == (str(first), "cat", (768, 1280))
    assert seen.written == (str(tmp_path / "cat.safetensors"),)
    read = read_embedding((tmp_path / "cat.safetensors").read_bytes(), "cat.safetensors")
    assert np.array_equal(read.vectors, np.hstack([SD1, BIG]))


def test_halves_with_steps_in_their_names_are_one_word(tmp_path: Path) -> None:
    (tmp_path / "learned_embeds-steps-500.safetensors").write_bytes(safe(a=SD1))
    (tmp_path / "learned_embeds_2-steps-500.safetensors").write_bytes(safe(a=BIG))
    (seen,) = look(*sorted(tmp_path.iterdir()))
    assert isinstance(seen, SeenFile)
    assert seen.widths == (768, 1280)


@pytest.mark.parametrize("kind", sorted(set(FORMATS) - {"pair"}))
def test_files_are_written_in_every_format(tmp_path: Path, kind: str) -> None:
    path = put(tmp_path, SAMPLES["F4 diffusers"]())
    (tmp_path / "out").mkdir()
    (seen,) = look(path, "--write", kind, "--to", tmp_path / "out")
    assert isinstance(seen, SeenFile)
    (written,) = map(Path, seen.written)
    assert written == tmp_path / "out" / f"a.{kind}"
    assert np.array_equal(read_embedding(written.read_bytes(), written.name).vectors, SD1)


def test_a_picture_may_be_given_for_the_png(tmp_path: Path) -> None:
    path = put(tmp_path, SAMPLES["F4 diffusers"]())
    Image.new("RGB", (300, 200), "red").save(tmp_path / "preview.png")
    look(path, "--write", "png", "--to", tmp_path, "--picture", tmp_path / "preview.png")
    shown = Image.open(io.BytesIO((tmp_path / "a.png").read_bytes()))
    assert shown.height == 200
    assert shown.getpixel((shown.width // 2, 100)) == (255, 0, 0)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--write", "pair"), "has a part for one text encoder only, where a pair of files is for two"),
        (("--write", "pt", "--name", "../evil"), "has a name that is no file's"),
        (("--write", "png", "--picture", "/dev/null"), "cannot be drawn on that picture, which is to be a PNG"),
    ],
)
def test_what_cannot_be_written_is_refused(tmp_path: Path, options: tuple[str, ...], reason: str) -> None:
    path = put(tmp_path, SAMPLES["F4 diffusers"]())
    assert look(path, *options, "--to", tmp_path) == [RefusedFile(file=str(path), reason=reason)]
    assert list(tmp_path.rglob("evil*")) == []


def test_it_imports_no_torch_and_limits_itself(tmp_path: Path) -> None:
    program = (
        "import json, resource, sys\nfrom trainer.embeddings import look\nlook.main(sys.argv[1:])\n"
        "limits = [resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU)]\n"
        "print(json.dumps(['torch' in sys.modules, *limits]))"
    )
    path = put(tmp_path, SAMPLES["F15 PNG"]())
    done = subprocess.run([sys.executable, "-c", program, path], capture_output=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == [False, 1_500_000_000, 20]


def zip_of(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def test_a_zip_is_looked_into(tmp_path: Path) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (64, 64)).save(picture, "PNG")
    good, evil = safe(a=SD1), FOREIGN["F13 XTI"]().data
    files = {"words/cat.safetensors": good, "words/cat.png": picture.getvalue(), "read.txt": b"hi", "evil.pt": evil}
    path = zip_of(tmp_path / "words.zip", files)
    refused, seen = look(path, "--write", "own", "--to", tmp_path)
    assert isinstance(refused, RefusedFile)
    assert refused.file == str(path / "evil.pt")
    assert isinstance(seen, SeenFile)
    assert (seen.name, seen.file) == ("cat", str(path / "words/cat.safetensors"))
    assert seen.written == (str(tmp_path / "cat.pt"),)


def test_a_zip_without_an_embedding_is_refused_whole(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "notes.zip", {"read.txt": b"hi"})
    assert look(path) == [RefusedFile(file=str(path), reason="has no embedding in it")]
    path = zip_of(tmp_path / "bad.zip", {"a.safetensors": safe(a=SD1), "../../evil.pt": b"x"})
    (refused,) = look(path)
    assert isinstance(refused, RefusedFile)
    assert "lead out of its folder" in refused.reason

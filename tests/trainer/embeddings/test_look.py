"""The child process that looks into files."""

import io
import json
import os
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
from trainer.protocol import FileFault, FileReason, Look, OpeningFile, RefusedFile, Remark, SeenFile

_PROGRAM = [sys.executable, "-m", "trainer.embeddings.look"]


def look(*arguments: Any) -> list[Look]:
    done = subprocess.run([*_PROGRAM, *map(str, arguments)], capture_output=True, check=True)
    assert done.stderr == b""
    told = [msgspec.json.decode(line, type=Look) for line in done.stdout.splitlines()]
    return [one for one in told if not isinstance(one, OpeningFile)]


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
    assert bad.fault == FileFault(reason="layers")
    missing = FileFault(reason="cannot_open", name="No such file or directory")
    assert gone == RefusedFile(file=str(tmp_path / "gone.pt"), fault=missing)
    assert isinstance(seen, SeenFile)
    assert seen.notes == (Remark(note="part_unused", name="t5xxl"),)
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
    assert written == tmp_path / "out" / f"a.{'safetensors' if kind == 'onetrainer' else kind}"
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
        (("--write", "pt", "--name", "a" * 253), "format_name"),
        (("--write", "pair"), "format_two_encoders"),
        (("--write", "pt", "--name", "../evil"), "format_name"),
        (("--write", "png", "--picture", "/dev/null"), "format_picture"),
    ],
)
def test_what_cannot_be_written_is_refused(tmp_path: Path, options: tuple[str, ...], reason: FileReason) -> None:
    path = put(tmp_path, SAMPLES["F4 diffusers"]())
    assert look(path, *options, "--to", tmp_path) == [RefusedFile(file=str(path), fault=FileFault(reason=reason))]
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
    assert look(path) == [RefusedFile(file=str(path), fault=FileFault(reason="zip_nothing"))]
    path = zip_of(tmp_path / "bad.zip", {"a.safetensors": safe(a=SD1), "../../evil.pt": b"x"})
    (refused,) = look(path)
    assert isinstance(refused, RefusedFile)
    assert refused.fault.reason == "zip_names"


def test_names_that_begin_with_a_dash_are_names(tmp_path: Path) -> None:
    (tmp_path / "-x.safetensors").write_bytes(safe(a=SD1))
    done = subprocess.run(
        [*_PROGRAM, "--write=own", f"--to={tmp_path}", "--name=--to", "--", "-x.safetensors"],
        capture_output=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    seen = msgspec.json.decode(done.stdout.splitlines()[-1], type=Look)
    assert isinstance(seen, SeenFile)
    assert (seen.name, seen.written) == ("--to", (str(tmp_path / "--to.pt"),))


def test_each_file_is_told_of_before_it_is_opened(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "words.zip", {"a.safetensors": safe(a=SD1), "b.safetensors": b"x"})
    done = subprocess.run([*_PROGRAM, str(path)], capture_output=True, check=True)
    told = [msgspec.json.decode(line, type=Look) for line in done.stdout.splitlines()]
    opened = [one.file for one in told if isinstance(one, OpeningFile)]
    assert opened == [str(path), str(path / "a.safetensors"), str(path / "b.safetensors"), str(path / "a.safetensors")]


def test_what_is_to_be_left_out_is(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "words.zip", {"a.safetensors": safe(a=SD1), "b.safetensors": b"x"})
    (seen,) = look(f"--without={path / 'b.safetensors'}", "--", path)
    assert isinstance(seen, SeenFile)
    assert look(f"--without={path}", "--", path) == []
    alone = zip_of(tmp_path / "alone.zip", {"b.safetensors": b"x"})
    assert look(f"--without={alone / 'b.safetensors'}", "--", alone) == []


def test_a_zip_of_useless_files_is_not_read_to_its_end(tmp_path: Path) -> None:
    files = {"good.safetensors": safe(a=SD1)} | {f"{n:03}.pt": b"x" for n in range(100)}
    path = zip_of(tmp_path / "words.zip", files)
    *refused, seen = look(path)
    assert isinstance(seen, SeenFile), "what was read so far counts"
    assert len(refused) == 11
    assert refused[-1] == RefusedFile(file=str(path), fault=FileFault(reason="zip_useless", count=10))


def test_nothing_is_opened_when_the_time_is_over(tmp_path: Path) -> None:
    first, second = put(tmp_path, SAMPLES["F4 diffusers"]()), tmp_path / "second.pt"
    program = "import sys\nfrom trainer.embeddings import look\nlook._READING_SECONDS = 0\nlook.main(sys.argv[1:])"
    done = subprocess.run([sys.executable, "-c", program, first, second], capture_output=True, check=True)
    told = [msgspec.json.decode(line, type=Look) for line in done.stdout.splitlines()]
    late = FileFault(reason="out_of_time")
    assert told == [RefusedFile(file=str(path), fault=late) for path in (first, second)]


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pt")
    assert look(tmp_path / "pipe.pt", tmp_path) == [
        RefusedFile(file=str(path), fault=FileFault(reason="not_a_file")) for path in (tmp_path / "pipe.pt", tmp_path)
    ]

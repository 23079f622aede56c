"""Files made to harm: each is refused with one sentence, and nothing of it runs."""

import base64
import io
import json
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from PIL import ImageFile

from tests.trainer.embeddings.hostile_containers import SAFETENSORS, ZIPS
from tests.trainer.embeddings.hostile_pickles import COSTLY, PICKLES, Hostile
from tests.trainer.embeddings.hostile_pictures import PICTURES
from tests.trainer.embeddings.hostile_tensors import TENSORS
from tests.trainer.embeddings.making import png, program, tensor_program
from tests.trainer.embeddings.samples import SD1
from trainer.embeddings.containers.archive import read_archive
from trainer.embeddings.containers.torch_zip import read_records
from trainer.embeddings.embedding import Embedding
from trainer.embeddings.errors import BadArchive, BadEmbedding, PlainPicture
from trainer.embeddings.layouts.picture_json import encode
from trainer.embeddings.reading import read_embeddings
from trainer.protocol.file_faults import FileReason

HOSTILE: dict[str, Hostile] = {
    f"{kind}: {name}": make
    for kind, table in (
        ("pickle", PICKLES), ("ZIP", ZIPS), ("tensor", TENSORS), ("safetensors", SAFETENSORS), ("picture", PICTURES),
    )
    for name, make in table.items()
}  # fmt: skip
_REASONS = set(get_args(FileReason))
_LARGEST_MEMORY = 300 * 2**20

# Looks into the files given, and tells on its error stream how much memory that took, in kB.
_MEASURED_LOOK = """
import sys
from pathlib import Path
from trainer.embeddings import look

def peak():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])

before = peak()
look.main(sys.argv[1:])
print(peak() - before, file=sys.stderr)
"""


@contextmanager
def patched_decoder() -> Iterator[list[object]]:
    """Notes the pictures that are decoded in the meantime."""
    decoded: list[object] = []
    load = ImageFile.ImageFile.load

    def noting(image: ImageFile.ImageFile) -> object:
        decoded.append(image.size)
        return load(image)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ImageFile.ImageFile, "load", noting)
        yield decoded


def test_there_are_as_many_kinds_as_were_promised() -> None:
    assert len(HOSTILE) >= 60


@pytest.fixture(scope="module")
def canary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile") / "canary"


@pytest.fixture(scope="module")
def files(canary: Path) -> dict[str, Path]:
    made = {kind: canary.parent / f"{number}.pt" for number, kind in enumerate(HOSTILE)}
    for kind, path in made.items():
        path.write_bytes(HOSTILE[kind](canary))
    return made


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused(files: dict[str, Path], canary: Path, kind: str) -> None:
    with pytest.raises(BadEmbedding) as refused:
        read_embeddings(files[kind].read_bytes(), "cool.pt")
    assert refused.value.fault.reason in _REASONS
    assert not canary.exists()


@pytest.mark.parametrize("kind", COSTLY)
def test_what_would_cost_too_much_is_refused_before_it_does(kind: str) -> None:
    """By its work, which is counted: the file itself is no embedding either way."""
    with pytest.raises(BadEmbedding, match="more_than_an_embedding"):
        read_embeddings(program(b"\x80\x02" + COSTLY[kind]), "cool.pt")


def test_long_fields_beside_names_are_refused_before_the_directory_is_read() -> None:
    """Python's reader of ZIPs cuts each of them off the rest, and so takes a second for some 8 MB."""
    for root in ("archive/data", "pictures"):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for number in range(64):
                entry = zipfile.ZipInfo(f"{root}/{number}")
                entry.extra = b"\0\0\0\0" * 16_000
                archive.writestr(entry, b"")
        with pytest.raises(BadEmbedding, match="damaged"):
            read_records(buffer.getvalue())
        with pytest.raises(BadArchive, match="damaged"):
            list(read_archive(buffer.getvalue()))


def test_one_number_is_not_read_as_millions() -> None:
    spread = program(tensor_program(shape=(1024, 4096), strides=(0, 0)))
    with pytest.raises(BadEmbedding, match="more_than_an_embedding"):
        read_embeddings(spread, "a.pt")


def test_a_picture_of_one_colour_is_not_decoded() -> None:
    """A few thousand bytes, eight million pixels: nothing can be carried in them."""
    flat = png(4096, 2000, rows=zlib.compress(bytes((3 * 4096 + 1) * 2000), 9))
    assert len(flat) < 2**15
    with patched_decoder() as decoded, pytest.raises(PlainPicture, match="picture_plain"):
        read_embeddings(flat, "a.png")
    assert decoded == []


def test_text_in_a_picture_is_read_without_its_pixels() -> None:
    carried = base64.b64encode(encode(Embedding("a", SD1)))
    behind = png(64, 64)[:-12] + png(64, 64, (b"tEXt", b"sd-ti-embedding\0" + carried))[8 + 25 : -12]
    with patched_decoder() as decoded:
        (read,) = read_embeddings(behind, "a.png")
    assert np.array_equal(read.vectors, SD1)
    assert decoded == []


def test_all_of_them_together_take_little_memory(files: dict[str, Path], canary: Path) -> None:
    paths = list(files.values())
    done = subprocess.run([sys.executable, "-c", _MEASURED_LOOK, *paths], capture_output=True, check=True, text=True)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["file"] for one in told if one["type"] == "RefusedFile"] == [str(path) for path in paths]
    assert {one["type"] for one in told} == {"OpeningFile", "RefusedFile"}
    assert int(done.stderr) * 1024 < _LARGEST_MEMORY
    assert not canary.exists()

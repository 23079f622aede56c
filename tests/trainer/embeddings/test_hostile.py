"""Files made to harm: each is refused with one sentence, and nothing of it runs."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.trainer.embeddings.hostile_containers import SAFETENSORS, ZIPS
from tests.trainer.embeddings.hostile_pickles import PICKLES, Hostile
from tests.trainer.embeddings.hostile_pictures import PICTURES
from tests.trainer.embeddings.hostile_tensors import TENSORS
from trainer.embeddings.errors import BadEmbedding
from trainer.embeddings.reading import read_embeddings

HOSTILE: dict[str, Hostile] = {
    f"{kind}: {name}": make
    for kind, table in (
        ("pickle", PICKLES), ("ZIP", ZIPS), ("tensor", TENSORS), ("safetensors", SAFETENSORS), ("picture", PICTURES),
    )
    for name, make in table.items()
}  # fmt: skip
_SENTENCE = re.compile(r"(is|are|was|has|holds|contains|carries|names) [\x20-\x7e]{3,120}[^.\s]")
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
    assert _SENTENCE.fullmatch(str(refused.value))
    assert not canary.exists()


def test_all_of_them_together_take_little_memory(files: dict[str, Path], canary: Path) -> None:
    paths = list(files.values())
    done = subprocess.run([sys.executable, "-c", _MEASURED_LOOK, *paths], capture_output=True, check=True, text=True)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["file"] for one in told] == [str(path) for path in paths]
    assert {one["type"] for one in told} == {"RefusedFile"}
    assert int(done.stderr) * 1024 < _LARGEST_MEMORY
    assert not canary.exists()

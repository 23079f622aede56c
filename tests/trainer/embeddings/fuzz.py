"""Throws changed files at every reader for a while: `python -m tests.trainer.embeddings.fuzz --seconds 300`.

Whatever is neither read nor refused by name is a fault and is kept beside the report. So is what takes over two
seconds, and an embedding that is not finite or not as wide as it says.
"""

import argparse
import base64
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np

from tests.trainer.embeddings.making import png, zipped
from tests.trainer.embeddings.mutating import json_picture, mutated, scrambled
from tests.trainer.embeddings.samples import SAMPLES, SD1
from trainer.embeddings.containers.archive import read_archive
from trainer.embeddings.embedding import Embedding
from trainer.embeddings.errors import BadArchive, BadEmbedding
from trainer.embeddings.layouts.picture_json import encode
from trainer.embeddings.reading import read_embeddings

_SLOW = 2.0  # seconds


@dataclass
class Report:
    """What came of it; `faults` are files that were neither read nor refused, or slowly."""

    read: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    slowest: float = 0.0
    faults: list[str] = field(default_factory=list)


def seeds() -> list[bytes]:
    """A good file of every kind."""
    return [make().data for make in SAMPLES.values()]


def changed_file(random: Random, good: list[bytes]) -> tuple[Callable[[bytes], object], bytes]:
    """A reader and what to throw at it."""
    kind = random.random()
    if kind < 0.1:
        contents = json_picture(random, encode(Embedding("a", SD1[:1, :8], 3)))
        return _read, png(4, 4, (b"tEXt", b"sd-ti-embedding\0" + base64.b64encode(contents)))
    if kind < 0.2:
        return _unpack, mutated(random, zipped({"a.png": png(), "b/c.txt": b"a cat", "d.pt": good[0]}))
    data = mutated(random, random.choice(good))
    return _read, scrambled(random, data) if random.random() < 0.1 else data


def _read(data: bytes) -> object:
    read = read_embeddings(data, "cool.pt")
    for embedding in read:
        assert embedding.vectors.dtype == np.float32
        assert np.isfinite(embedding.vectors).all()
        assert embedding.vectors.shape[1:] == (sum(embedding.widths),)
    return read


def _unpack(data: bytes) -> object:
    return list(read_archive(data))


def throw(reader: Callable[[bytes], object], data: bytes, report: Report) -> None:
    """One file. Any exception but a refusal is raised."""
    began = time.perf_counter()
    try:
        reader(data)
        report.read += 1
    except (BadEmbedding, BadArchive) as error:
        report.refused[str(error)] = report.refused.get(str(error), 0) + 1
    report.slowest = max(report.slowest, time.perf_counter() - began)


def _cases(seconds: float, seed: int) -> Iterator[tuple[Callable[[bytes], object], bytes]]:
    random, good, end = Random(seed), seeds(), time.monotonic() + seconds
    while time.monotonic() < end:
        yield changed_file(random, good)


def _keep(data: bytes, folder: Path, error: BaseException, report: Report) -> None:
    path = folder / f"{len(report.faults)}.bin"
    path.write_bytes(data)
    report.faults.append(f"{path}: {type(error).__name__}: {error}")


def main() -> int:
    """1 if anything was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    report, folder = Report(), Path(tempfile.mkdtemp(prefix="fuzz-"))
    for reader, data in _cases(options.seconds, options.seed):
        before = report.slowest
        try:
            throw(reader, data, report)
        except Exception as error:  # noqa: BLE001 — to find whatever gets through is what this is for
            _keep(data, folder, error, report)
        if report.slowest > max(before, _SLOW):
            _keep(data, folder, TimeoutError(f"{report.slowest:.1f} s"), report)
    sys.stdout.write(_summary(report))
    return bool(report.faults)


def _summary(report: Report) -> str:
    refused = sum(report.refused.values())
    lines = [f"{report.read + refused} files: {report.read} read, {refused} refused; slowest {report.slowest:.2f} s"]
    lines += [f"{count:8} {reason}" for reason, count in sorted(report.refused.items(), key=lambda item: -item[1])]
    lines += [f"faults: {len(report.faults)}", *report.faults[:50]]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())

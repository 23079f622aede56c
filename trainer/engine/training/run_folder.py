"""The files of one run: checkpoints, snapshots, previews, curves, losses, settings."""

import csv
import hashlib
import io
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec

from trainer.aside import write_aside
from trainer.engine.training.checkpoint import (
    Checkpoint,
    checkpoint_path,
    drop_checkpoints,
    find_checkpoint,
    write_checkpoint,
)
from trainer.protocol import TrainRequest
from trainer.trainables.trainable import Snapshot


class LossRow(NamedTuple):
    """One line of losses.csv, with the web UI's columns."""

    step: int
    """From 1."""
    epoch: int
    loss: float
    learn_rate: float


class RunFolder:
    """Knows where each file of a run lies. All writing raises OSError."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self._name = folder, name
        for part in (folder, folder / "previews", folder / "embeddings", folder / "image_embeddings"):
            part.mkdir(parents=True, exist_ok=True)
        self._checkpoints: list[Path] = []

    @property
    def snapshot(self) -> Path | None:
        """The newest file for people, if there is one."""
        written = (self.folder / f"{self._name}{suffix}" for suffix in (".pt", ".safetensors"))
        return next((path for path in written if path.exists()), None)

    def keep_before(self, file: Path) -> Path:
        """A copy of the file that the run goes on from, made once: the word's own may be another one by now."""
        place = self.folder / "before"
        place.mkdir(exist_ok=True)
        kept = next(place.glob("[!.]*"), None)
        if kept is None:
            kept = place / file.name
            write_aside(kept, file.read_bytes())
        return kept

    @property
    def strip(self) -> Path:
        return self.folder / "strip.png"

    @property
    def film(self) -> Path:
        return self.folder / "film.webp"

    def preview(self, step: int) -> Path:
        return self.folder / "previews" / f"{step}.png"

    def curve(self, step: int) -> Path:
        return self.folder / f"curve-{step}.png"

    def write_snapshot(self, snapshot: Snapshot) -> tuple[Path, str]:
        """Write the file for people; returns its path and SHA-256."""
        return _write(self.folder, self._name, snapshot), hashlib.sha256(snapshot.data).hexdigest()

    def write_copy(self, name: str, snapshot: Snapshot, picture: bytes | None) -> None:
        """A snapshot to stay, and the PNG that it drew with it inside, if there is one."""
        _write(self.folder / "embeddings", name, snapshot)
        if picture is not None:
            write_aside(self.folder / "image_embeddings" / f"{name}.png", picture)

    def find_checkpoint(self, named: Path | None, fingerprints: Collection[str]) -> Checkpoint | None:
        """The checkpoint to go on from, which stays until two newer ones are there."""
        found = find_checkpoint(self.folder, named, fingerprints)
        if found is not None:
            self._checkpoints = [checkpoint_path(self.folder, found.step)]
        return found

    def write_checkpoint(self, checkpoint: Checkpoint) -> Path:
        """Write a checkpoint; it and the one before stay, older ones go."""
        path = write_checkpoint(self.folder, checkpoint)
        self._checkpoints = [*(earlier for earlier in self._checkpoints if earlier != path), path][-2:]
        drop_checkpoints(self.folder, keep=set(self._checkpoints))
        return path

    def write_settings(self, request: TrainRequest, model: str, model_hash: str) -> None:
        """What the run was asked for, for people to read."""
        settings = {"model_name": model, "model_hash": model_hash, **msgspec.to_builtins(request)}
        write_aside(self.folder / "settings.json", msgspec.json.format(msgspec.json.encode(settings), indent=2))

    def write_best(self, name: str, snapshot: Snapshot) -> Path:
        """The snapshot of the lowest validation loss."""
        return _write(self.folder, name, snapshot)

    def read_losses(self, last_step: int) -> list[LossRow]:
        """The rows up to a step; what a power cut damaged is not missed, for nothing is learned from them."""
        try:
            text = (self.folder / "losses.csv").read_text(encoding="utf-8")
            rows = [_row(line) for line in csv.DictReader(io.StringIO(text))]
        except (OSError, ValueError, KeyError, TypeError):
            return []
        return [row for row in rows if row.step <= last_step]

    def begin_losses(self, rows: list[LossRow]) -> None:
        """Start losses.csv anew: what an interrupted attempt wrote beyond its checkpoint is made again."""
        write_aside(self.folder / "losses.csv", _csv_lines([LossRow._fields, *map(_cells, rows)]))

    def append_losses(self, rows: list[LossRow]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "losses.csv").open("ab") as file:
            file.write(_csv_lines(map(_cells, rows)))


def _write(folder: Path, name: str, snapshot: Snapshot) -> Path:
    path = folder / f"{name}{snapshot.suffix}"
    write_aside(path, snapshot.data)
    return path


def _row(line: dict[str, str]) -> LossRow:
    return LossRow(int(line["step"]), int(line["epoch"]), float(line["loss"]), float(line["learn_rate"]))


def _cells(row: LossRow) -> tuple[object, ...]:
    return (row.step, row.epoch, f"{row.loss:.7f}", f"{row.learn_rate:g}")


def _csv_lines(rows: Iterable[tuple[object, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()

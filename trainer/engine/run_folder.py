"""The files of one run: checkpoints, snapshots, previews, curves, losses, settings."""

import csv
import hashlib
import io
from pathlib import Path

import msgspec

from trainer.embeddings.aside import write_aside
from trainer.embeddings.embedding import Embedding
from trainer.embeddings.webui import write_webui
from trainer.engine.checkpoint import Checkpoint, checkpoint_path, drop_checkpoints, find_checkpoint, write_checkpoint
from trainer.protocol import TrainRequest

_COLUMNS = ("step", "epoch", "loss", "learn_rate")


class RunFolder:
    """Knows where each file of a run lies. All writing raises OSError."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self._name = folder, name
        for part in (folder, folder / "previews", folder / "embeddings"):
            part.mkdir(parents=True, exist_ok=True)
        self._checkpoints: list[Path] = []

    @property
    def snapshot(self) -> Path:
        return self.folder / f"{self._name}.pt"

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

    def write_snapshot(self, embedding: Embedding) -> str:
        """Write the file for people; returns its SHA-256."""
        data = write_webui(embedding)
        write_aside(self.snapshot, data)
        return hashlib.sha256(data).hexdigest()

    def write_copy(self, embedding: Embedding, step: int) -> None:
        """The embedding as it was at a step of this run."""
        write_aside(self.folder / "embeddings" / f"{self._name}-{step}.pt", write_webui(embedding))

    def find_checkpoint(self, named: Path | None, fingerprint: str) -> Checkpoint | None:
        """The checkpoint to go on from, which stays until two newer ones are there."""
        found = find_checkpoint(self.folder, named, fingerprint)
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

    def begin_losses(self) -> None:
        """Start losses.csv anew: what an interrupted attempt wrote beyond its checkpoint is made again."""
        write_aside(self.folder / "losses.csv", _csv_lines([_COLUMNS]))

    def append_losses(self, rows: list[tuple[int, int, float, float]]) -> None:
        """Add rows of (step from 1, epoch, loss, learning rate)."""
        with (self.folder / "losses.csv").open("ab") as file:
            file.write(_csv_lines([(step, epoch, f"{loss:.7f}", f"{rate:g}") for step, epoch, loss, rate in rows]))


def _csv_lines(rows: list[tuple[object, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()

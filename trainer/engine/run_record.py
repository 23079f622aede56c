"""What a run leaves behind: checkpoints, snapshots, previews, losses. On disk first, then told."""

import hashlib
import time
from pathlib import Path

import msgspec

from trainer.embeddings.embedding import Embedding
from trainer.embeddings.folder import EmbeddingsFolder
from trainer.engine.failures import NotFinite
from trainer.engine.picture_pass import Drawing
from trainer.engine.previews import Previews
from trainer.engine.run import Run
from trainer.engine.run_folder import RunFolder
from trainer.engine.teller import Teller
from trainer.models.family import Family
from trainer.protocol import Finished, Preview, Saved, TrainRequest, Validated
from trainer.sampling.parameters import save_png
from trainer.training.curve import draw_curve
from trainer.training.film import write_film, write_strip

_SAVE_EVERY_SECONDS = 1.0
"""What a kill may cost. Saving takes a few milliseconds."""


class RunRecord:
    """A run's memory. `validations` are (step, loss), `drawn` the steps of its previews; both rise."""

    def __init__(
        self, model: Family, request: TrainRequest, run: Run, base_step: int, folder: RunFolder, tell: Teller
    ) -> None:
        """`base_step` is the step count of the file that the run goes on from."""
        self._model, self._request, self._run, self._base_step = model, request, run, base_step
        self._folder, self._tell = folder, tell
        self._fingerprint = _fingerprint(request, model)
        self.validations: list[tuple[int, float]] = []
        self.drawn: list[int] = []
        self._saved_step, self._saved_at = 0, time.monotonic()
        self._csv_step = 0
        self.kept: tuple[int, str | None] = (0, None)

    @property
    def save_due(self) -> bool:
        waited = time.monotonic() - self._saved_at >= _SAVE_EVERY_SECONDS
        return waited and self._run.step > self._saved_step

    def restore(self, named: Path | None) -> None:
        """Take the run up where a checkpoint left it, if there is one."""
        checkpoint = self._folder.find_checkpoint(named, self._fingerprint)
        if checkpoint is None:
            return
        self._run.restore(checkpoint)
        self.validations = list(checkpoint.validations)
        self.drawn = [step for step in checkpoint.previews if self._folder.preview(step).exists()]
        self._saved_step = checkpoint.step
        if self._folder.snapshot.exists():
            self.kept = (checkpoint.step, str(self._folder.snapshot))

    def begin(self) -> None:
        """Write what stands at the start: the settings, and the losses up to here."""
        self._folder.write_settings(self._request, self._model.model, self._model.model_hash)
        self._folder.begin_losses()
        self._append_losses()

    def save(self) -> None:
        """Checkpoint and snapshot."""
        snapshot_sha256 = self._folder.write_snapshot(self._embedding())
        self._append_losses()
        path = self._folder.write_checkpoint(self._run.checkpoint(self._fingerprint, self.validations, self.drawn))
        step, snapshot = self._run.step, str(self._folder.snapshot)
        self._saved_step, self._saved_at, self.kept = step, time.monotonic(), (step, snapshot)
        self._tell(Saved, step=step, checkpoint=str(path), snapshot=snapshot, sha256=snapshot_sha256)

    def keep_validation(self, loss: float) -> None:
        self.validations.append((self._run.step, loss))
        self._tell(Validated, step=self._run.step, loss=loss)

    def keep_preview(self, drawing: Drawing, previews: Previews) -> None:
        """The picture, the embedding as it is, and the curve of its losses so far."""
        step = self._run.step
        path, curve = self._folder.preview(step), self._folder.curve(step)
        save_png(drawing.images[0], path, previews.parameters())
        self._folder.write_copy(self._embedding(), step)
        draw_curve(curve, list(enumerate(self._run.losses, start=1)), self.validations, self._request.name)
        self.drawn = sorted({*self.drawn, step})
        self._tell(Preview, step=step, path=str(path), curve=str(curve), prompt=previews.prompt, seed=previews.seed)

    def keep_good(self) -> NotFinite:
        """Keep the vectors that the last finite loss was computed with; returns what to raise."""
        run = self._run
        self._folder.write_snapshot(self._embedding(good=True))
        return NotFinite(run.learning_rate, run.good_step, str(self._folder.snapshot))

    def publish(self, embeddings: EmbeddingsFolder) -> str:
        """Save, and put the embedding where prompts find it; returns the snapshot's path."""
        self.save()
        embeddings.write(self._embedding())
        return str(self._folder.snapshot)

    def finish(self, embeddings: EmbeddingsFolder) -> None:
        """All that stands at the end."""
        pictures = [self._folder.preview(step) for step in self.drawn]
        write_strip(self._folder.strip, before=pictures[0], after=pictures[-1])
        write_film(self._folder.film, pictures)
        snapshot = self.publish(embeddings)
        strip, film = str(self._folder.strip), str(self._folder.film)
        self._tell(Finished, step=self._run.step, snapshot=snapshot, strip=strip, film=film)

    def _embedding(self, *, good: bool = False) -> Embedding:
        run = self._run
        vectors, step = (run.good_vectors, run.good_step) if good else (run.vectors, run.step)
        return Embedding(
            name=self._request.name,
            vectors=vectors.detach().cpu().numpy().copy(),
            step=self._base_step + step,
            model=self._model.model,
            model_hash=self._model.model_hash,
        )

    def _append_losses(self) -> None:
        run, batch, pictures = self._run, self._request.batch_size, len(self._request.pictures)
        losses = enumerate(run.losses[self._csv_step :], start=self._csv_step)
        self._folder.append_losses(
            [(step + 1, step * batch // pictures, loss, run.rates.at(step)) for step, loss in losses]
        )
        self._csv_step = run.step


def _fingerprint(request: TrainRequest, model: Family) -> str:
    """Says of which request and model a checkpoint is."""
    return hashlib.sha256(msgspec.json.encode(request) + model.model_hash.encode()).hexdigest()

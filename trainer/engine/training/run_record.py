"""What a run leaves behind: checkpoints, snapshots, previews, losses. On disk first, then told."""

import dataclasses
import hashlib
import time
from pathlib import Path

import msgspec
from msgspec.structs import replace
from PIL import Image
from torch import Tensor

from trainer.engine.failures import NotFinite
from trainer.engine.teller import Teller
from trainer.engine.training.previews import Previews
from trainer.engine.training.run import Run
from trainer.engine.training.run_folder import LossRow, RunFolder
from trainer.infotext.parameters import save_png
from trainer.models.family import Family
from trainer.protocol import Finished, Preview, Saved, TrainRequest, Validated
from trainer.reports.curve import draw_curve
from trainer.reports.film import write_film, write_strip
from trainer.trainables.trainable import Snapshot

_SAVE_EVERY_SECONDS = 1.0
"""What a kill may cost. Saving takes a few milliseconds."""


class RunRecord:
    """A run's memory. `validations` are (step, loss), `drawn` the steps of its previews; both rise.

    `previewed` is the step of the last preview, or of one that was to be and is no picture.
    """

    def __init__(self, model: Family, run: Run, folder: RunFolder, tell: Teller) -> None:
        self._model, self._run, self._folder, self._tell = model, run, folder, tell
        self._trainable, self._name = run.trainable, run.request.name
        self._fingerprint = _fingerprint(run.request, model)
        self._earlier_fingerprint = _earlier_fingerprint(run.request, model)
        self.validations: list[tuple[int, float]] = []
        self.drawn: list[int] = []
        self.previewed: int | None = None
        self._best: Tensor | None = None
        self._losses: list[LossRow] = []
        self._written = 0
        self._saved_step, self._saved_at = 0, time.monotonic()
        self.kept: tuple[int, str | None] = (0, None)

    @property
    def save_due(self) -> bool:
        waited = time.monotonic() - self._saved_at >= _SAVE_EVERY_SECONDS
        return waited and self._run.step > self._saved_step

    @property
    def best_step(self) -> int:
        """The earliest step of the lowest validation loss."""
        return min(self.validations, key=lambda validation: validation[1], default=(0, 0.0))[0]

    @property
    def stale(self) -> int:
        """Validations since the best."""
        best = self.best_step
        return sum(step > best for step, _ in self.validations)

    def restore(self, named: Path | None) -> None:
        """Take the run up where a checkpoint left it, if there is one."""
        checkpoint = self._folder.find_checkpoint(named, (self._fingerprint, self._earlier_fingerprint))
        if checkpoint is None:
            return
        self._run.restore(checkpoint)
        self.validations, self._best = list(checkpoint.validations), checkpoint.best
        self.drawn = [step for step in checkpoint.previews if self._folder.preview(step).exists()]
        self.previewed = self.drawn[-1] if self.drawn else None
        self._losses = self._folder.read_losses(checkpoint.step)
        self._saved_step = checkpoint.step
        if (snapshot := self._folder.snapshot) is not None:
            self.kept = (checkpoint.step, str(snapshot))

    def begin(self) -> None:
        """Write what stands at the start: the settings, and the losses up to here."""
        self._folder.write_settings(self._run.request, self._model.model, self._model.model_hash)
        self._folder.begin_losses(self._losses)
        self._written = len(self._losses)

    def add_losses(self, losses: list[float]) -> None:
        """Of the steps up to where the run stands."""
        run, pictures = self._run, len(self._run.request.pictures)
        examples = run.request.batch_size * run.request.tuning.accumulation
        for step, loss in enumerate(losses, start=run.step - len(losses)):
            self._losses.append(LossRow(step + 1, step * examples // pictures, loss, run.rates.at(step)))

    def save(self) -> str:
        """Checkpoint and snapshot; returns the snapshot's path."""
        snapshot, sha256 = self._folder.write_snapshot(self._snapshot(self._run.learned, self._run.step))
        self._folder.append_losses(self._losses[self._written :])
        self._written = len(self._losses)
        checkpoint = dataclasses.replace(
            self._run.checkpoint(self._fingerprint),
            best=self._best,
            validations=tuple(self.validations),
            previews=tuple(self.drawn),
        )
        path = self._folder.write_checkpoint(checkpoint)
        step = self._run.step
        self._saved_step, self._saved_at, self.kept = step, time.monotonic(), (step, str(snapshot))
        self._tell(Saved, step=step, checkpoint=str(path), snapshot=str(snapshot), sha256=sha256)
        return str(snapshot)

    def keep_validation(self, loss: float, norm: float) -> None:
        """A loss of what is learned so far, which is kept when none was better."""
        self.validations.append((self._run.step, loss))
        if self.best_step == self._run.step:
            self._best = self._run.learned.cpu().clone()
        self._tell(Validated, step=self._run.step, loss=loss, norm=norm)

    def keep_preview(self, image: Image.Image | None, previews: Previews) -> None:
        """The picture and a snapshot beside it, and the curve of its losses so far; None is no picture."""
        step = self.previewed = self._run.step
        curve = self._folder.curve(step)
        path = None if image is None else str(self._write_preview(self._shown(image), previews))
        draw_curve(curve, [(row.step, row.loss) for row in self._losses], self.validations, self._name)
        self._tell(Preview, step=step, path=path, curve=str(curve), prompt=previews.prompt, seed=previews.seed)

    def _write_preview(self, image: Image.Image, previews: Previews) -> Path:
        step, learned = self._run.step, self._run.learned
        path = self._folder.preview(step)
        save_png(image, path, previews.parameters())
        name = f"{self._name}-{step}"
        carrier = self._trainable.picture(self._model, learned, name, step, image)
        self._folder.write_copy(name, self._snapshot(learned, step, name), carrier)
        self.drawn = sorted({*self.drawn, step})
        return path

    def keep_good(self) -> NotFinite:
        """Keep the values that the last finite loss was computed with; returns what to raise.

        Those of step 0 are what the run began with: nothing was learned, and nothing is handed over.
        """
        optimizer = self._run.optimizer
        step = int(optimizer.good_step)
        if step == 0:
            return NotFinite(self._run.rates.at(step), step, None)
        snapshot, _ = self._folder.write_snapshot(self._snapshot(optimizer.good_values, step))
        return NotFinite(self._run.rates.at(step), step, str(snapshot))

    def finish(self) -> None:
        """All that stands at the end."""
        pictures = [self._folder.preview(step) for step in self.drawn]
        if pictures:
            write_strip(self._folder.strip, before=pictures[0], after=pictures[-1])
            write_film(self._folder.film, pictures)
        snapshot = self.save()
        self._tell(
            Finished,
            step=self._run.step,
            snapshot=snapshot,
            strip=str(self._folder.strip) if pictures else None,
            film=str(self._folder.film) if pictures else None,
            best=self._write_best(),
            best_step=self.best_step,
        )

    def _shown(self, image: Image.Image) -> Image.Image:
        """A preview stands in the channel, where all can see it: what the safety checker stops is grey."""
        unsafe = not self._run.request.allow_unsafe and self._model.is_unsafe(image)
        return Image.new("RGB", image.size, "grey") if unsafe else image

    def _write_best(self) -> str | None:
        """The values of the lowest loss as a file of their own, unless they are the last or the first."""
        if self._best is None or self.best_step in (0, self._run.step):
            return None
        name = f"{self._name}-best"
        return str(self._folder.write_best(name, self._snapshot(self._best, self.best_step, name)))

    def _snapshot(self, values: Tensor, step: int, name: str | None = None) -> Snapshot:
        return self._trainable.snapshot(self._model, values, name or self._name, step)


def _fingerprint(request: TrainRequest, model: Family) -> str:
    """Says of which request and model a checkpoint is.

    Length, rates and previews may change on the way, and so may the folder in which the run's files lie.
    """
    pictures = tuple(
        replace(picture, path=Path(picture.path).name, alpha=picture.alpha and Path(picture.alpha).name)
        for picture in request.pictures
    )
    continue_from = request.continue_from and Path(request.continue_from).name
    return _earlier_fingerprint(replace(request, pictures=pictures, continue_from=continue_from), model)


def _earlier_fingerprint(request: TrainRequest, model: Family) -> str:
    """As checkpoints had it before runs could be moved: with the paths as they were."""
    tuning = replace(request.tuning, warmup=0, cosine=False, patience=0)
    same = replace(
        request, steps=0, learning_rate="", preview_prompt="", preview_every=0, tuning=tuning, allow_unsafe=False
    )
    fields = msgspec.to_builtins(same)
    if request.validation_seed is None:
        del fields["validation_seed"]  # a checkpoint from before there was this field is of the same request
    return hashlib.sha256(msgspec.json.encode(fields) + model.model_hash.encode()).hexdigest()

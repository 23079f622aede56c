"""A training request on its way through the engine: which duty comes at which step.

What is due follows from the step and from what has been recorded, never from a flag of its own; so a run that goes on
from a checkpoint does just what an unbroken one would.
"""

import math
import statistics
import time
from collections import deque
from pathlib import Path

from trainer.data.dataset import read_picture
from trainer.data.latents import Latents
from trainer.embeddings.folder import EmbeddingsFolder
from trainer.engine.picture_pass import Drawing
from trainer.engine.plan import Need
from trainer.engine.previews import Previews
from trainer.engine.run import Examples
from trainer.engine.run_folder import RunFolder
from trainer.engine.run_record import RunRecord
from trainer.engine.teller import Teller
from trainer.engine.training_request import begin_run, checked_dataset
from trainer.models.family import Family
from trainer.protocol import Paused, Progress, Resumed, Start, Started, Stopped, TrainRequest
from trainer.training.validation import DEFAULT_COUNT, ValidationTuple, validation_loss, validation_tuples

_VALIDATE_EVERY = 50
_PROGRESS_EVERY_SECONDS = 0.5
_RECENT_STEPS = 30


class TrainingJob:
    """One run. Made from a request that is checked here: raises what `explain` knows."""

    def __init__(self, model: Family, embeddings: EmbeddingsFolder, start: Start, tell: Teller) -> None:
        request = start.request
        if not isinstance(request, TrainRequest):
            raise TypeError(f"no training request: {request}")
        self._model, self._embeddings, self._request, self._tell = model, embeddings, request, tell
        self._size = request.size or model.native_size
        self.run, base_step = begin_run(model, request)
        self._dataset = checked_dataset(model, request, len(self.run.vectors))
        self._previews = Previews(model, request, self._dataset)
        self._latents = Latents()
        self._tuples: list[ValidationTuple] = []
        folder = RunFolder(Path(start.folder), request.name)
        self._record = RunRecord(model, request, self.run, base_step, folder, tell)
        self._record.restore(Path(start.resume_from) if start.resume_from else None)
        self._preview: Drawing | None = None
        self._preview_wanted = False
        self._paused = self.over = False
        self._untold_losses: list[float] = []
        self._told_at = -math.inf
        self._durations: deque[float] = deque(maxlen=_RECENT_STEPS)
        self._pass_ended = time.monotonic()

    # What the plan asks -----------------------------------------------------------------------------------------------

    @property
    def need(self) -> Need | None:
        """What the next pass would be for; None while there is nothing to do."""
        if self._paused or self.over:
            return None
        return Need.PREVIEW if self._preview else Need.TRAINING

    @property
    def ready_to_train(self) -> bool:
        """Whether its training pass is a step, which runs could share, and not a duty of its own."""
        return self._encoded and not self._validation_due and not self._ended

    @property
    def kept(self) -> tuple[int, str | None]:
        """Step and snapshot that are safe on disk."""
        return self._record.kept

    # Passes -----------------------------------------------------------------------------------------------------------

    def preview_pass(self) -> None:
        """One pass of the preview that is being drawn."""
        drawing = self._preview
        if drawing is None:
            raise RuntimeError("no preview is being drawn")
        drawing.advance()
        if drawing.done:
            self._preview, self._preview_wanted = None, False
            self._record.keep_preview(drawing, self._previews)
        self._settle()

    def own_pass(self) -> None:
        """One pass that is no step: a picture encoded, or the validation loss."""
        if not self._encoded:
            self._encode_next()
        elif self._validation_due:
            self._validate()
        self._settle()

    def examples(self) -> Examples:
        """What the run puts into a training pass."""
        return self.run.examples(self._dataset, self._latents, len(self._model.alphas_cumprod))

    def stepped(self, loss: float, sharing: int) -> None:
        """Take the gradient of a pass. Raises NotFinite, after the last good vectors have been kept."""
        rate = self.run.learning_rate
        if not self.run.update(loss):
            raise self._record.keep_good()
        self._untold_losses.append(loss)
        self._durations.append(time.monotonic() - self._pass_ended)
        if self._ended or time.monotonic() - self._told_at >= _PROGRESS_EVERY_SECONDS:
            self._tell_progress(rate, sharing)
        self._settle()

    # Controls ---------------------------------------------------------------------------------------------------------

    def stop(self) -> None:
        """Keep what was learned and end."""
        self.over = True
        if not self._encoded and self.run.step:
            self._record.begin()  # taken up from a checkpoint, and stopped before its first pass
        snapshot = self._record.publish(self._embeddings) if self._encoded or self.run.step else None
        self._tell(Stopped, step=self.run.step, snapshot=snapshot)

    def pause(self) -> None:
        if not self._paused:
            self._paused = True
            self.save()
            self._tell(Paused, step=self.run.step)

    def resume(self) -> None:
        if self._paused:
            self._paused = False
            self._pass_ended = time.monotonic()
            self._tell(Resumed, step=self.run.step)

    def preview_now(self) -> None:
        self._preview_wanted = True
        self._settle()

    def save(self) -> None:
        """To disk. Before the pictures are encoded there is nothing new."""
        if self._encoded:
            self._record.save()

    # Duties -----------------------------------------------------------------------------------------------------------

    @property
    def _encoded(self) -> bool:
        return bool(self._tuples)

    @property
    def _ended(self) -> bool:
        return self.run.step >= self._request.steps

    @property
    def _validation_due(self) -> bool:
        validations = self._record.validations
        recorded = bool(validations) and validations[-1][0] == self.run.step
        return not recorded and (self.run.step % _VALIDATE_EVERY == 0 or self._ended)

    @property
    def _preview_due(self) -> bool:
        every, drawn = self._request.preview_every, self._record.drawn
        due = self.run.step == 0 or self._ended or (every > 0 and self.run.step % every == 0)
        recorded = bool(drawn) and drawn[-1] == self.run.step
        return self._preview_wanted or (due and not recorded)

    def _settle(self) -> None:
        """After a pass: begin, save or finish what this step asks for, in this order."""
        self._pass_ended = time.monotonic()
        if self.over or not self._encoded or self._preview or self._validation_due:
            return
        if self._preview_due:
            self._preview = self._previews.begin(self.run)
        elif self._ended:
            self.over = True
            self._record.finish(self._embeddings)
        elif self._record.save_due:
            self._record.save()

    def _encode_next(self) -> None:
        picture = self._dataset.pictures[len(self._latents)]
        self._latents.add(*self._model.encode_picture(read_picture(Path(picture.path), self._size)))
        if len(self._latents) == len(self._dataset):
            seed = self._request.seed
            self._tuples = validation_tuples(self._dataset, self._latents, self._model, seed, DEFAULT_COUNT)
            self._record.begin()
            self._tell(Started, from_step=self.run.step, steps=self._request.steps)

    def _validate(self) -> None:
        loss = validation_loss(self._model, self.run.vectors, self._tuples)
        if not math.isfinite(loss):
            raise self._record.keep_good()
        self._record.keep_validation(loss)

    def _tell_progress(self, rate: float, sharing: int) -> None:
        self._tell(
            Progress,
            step=self.run.step,
            loss=statistics.fmean(self._untold_losses),
            learning_rate=rate,
            seconds_per_step=statistics.median(self._durations),
            sharing=sharing,
        )
        self._untold_losses = []
        self._told_at = time.monotonic()

"""A training request on its way through the engine: which duty comes at which step.

What is due follows from the step and from what has been recorded, never from a flag of its own; so a run that goes on
from a checkpoint does just what an unbroken one would.
"""

import math
import statistics
import time
from collections import deque
from collections.abc import Hashable
from pathlib import Path

import torch
from torch import Tensor

from trainer.data.latents import Latents
from trainer.engine.drawing.picture_pass import Drawing, picture_pass
from trainer.engine.failures import NotFinitePicture
from trainer.engine.plan import Need
from trainer.engine.teller import Teller
from trainer.engine.training.encoding import encode_next, entries_of
from trainer.engine.training.previews import Previews
from trainer.engine.training.run import Examples
from trainer.engine.training.run_folder import RunFolder
from trainer.engine.training.run_record import RunRecord
from trainer.engine.training.training_request import begin_run, checked_dataset
from trainer.models.family import Family
from trainer.protocol import (
    Eased as EasedEvent,
    Easing,
    Paused,
    Progress,
    Resume,
    Resumed,
    Start,
    Started,
    Stopped,
    TrainRequest,
)
from trainer.protocol.lr_schedule import BadSchedule
from trainer.refusal import Refusal
from trainer.trainables.embedding import begin_embedding
from trainer.trainables.trainable import Beginning
from trainer.training.validation import BATCH, ValidationTuple, validation_losses, validation_tuples

_VALIDATE_EVERY = 50
_PROGRESS_EVERY_SECONDS = 0.5
_RECENT_STEPS = 30
_READ_EVERY = {"cpu": 1}
_READ_EVERY_ELSEWHERE = 10
"""Steps between two readings of the losses: each waits for the device, which on the CPU has finished anyway."""


class TrainingJob:
    """One run. Made from a request that is checked here: raises what `explain` knows."""

    def __init__(self, model: Family, start: Start, tell: Teller, begin: Beginning = begin_embedding) -> None:
        """`begin` makes what is trained."""
        request = start.request
        if not isinstance(request, TrainRequest):
            raise TypeError(f"no training request: {request}")
        self._model, self._tell = model, tell
        folder = RunFolder(Path(start.folder), request.name)
        self._before = folder.keep_before(Path(request.continue_from)) if request.continue_from else None
        self.run = begin_run(model, request, self._before, begin)
        trainable = self.run.trainable
        words = {word: len(vectors) for word, vectors in trainable.words(trainable.values).items()}
        self._dataset = checked_dataset(model, request, words)
        self._previews = Previews(model, request, self._dataset)
        self._latents = Latents()
        self._tuples: list[ValidationTuple] = []
        self._validated: list[Tensor] = []
        self._record = RunRecord(model, self.run, folder, tell)
        self._record.restore(Path(start.resume_from) if start.resume_from else None)
        self._preview: Drawing | None = None
        self._preview_wanted = False
        self._paused = self._stopping = self.over = False
        self._untold_losses: list[float] = []
        self._told_at = -math.inf
        self._durations: deque[float] = deque(maxlen=_RECENT_STEPS)
        self._read_every = _READ_EVERY.get(model.device.type, _READ_EVERY_ELSEWHERE)
        self._mark = time.monotonic()

    # What the plan asks -----------------------------------------------------------------------------------------------

    @property
    def need(self) -> Need | None:
        """What the next pass would be for; None while there is nothing to do."""
        if self._paused or self.over:
            return None
        return Need.PREVIEW if self._preview else Need.TRAINING

    @property
    def ready_to_train(self) -> bool:
        """Whether its training pass is a part of a step, which runs can share, and not a duty of its own."""
        return self._encoded and not (self._preview or self._validation_due or self._ended)

    def shape(self, most_examples: int) -> Hashable:
        """Of its next pass: runs with equal shapes can share one. None when it is to have the pass to itself."""
        if not (self.ready_to_train and self.run.trainable.shares_passes):
            return None
        examples = self.examples(most_examples)
        return examples.latents_BCHW.shape[1:], max(prompt.windows for prompt in examples.prompts)

    def examples(self, most_examples: int) -> Examples:
        """What the run puts into a training pass."""
        return self.run.examples(self._dataset, self._latents, self._model, most_examples)

    def count(self, most_examples: int) -> int:
        """Examples that it puts into its next pass."""
        if self._preview:
            return self._preview.examples(most_examples)
        if not self._encoded:
            return 1
        return self.run.count(most_examples) if self.ready_to_train else min(most_examples, BATCH)

    def work(self, most_examples: int) -> float:
        """Of its next pass, as a drawing's is counted; a backward pass takes twice as long as a forward one."""
        if self._preview:
            return self.count(most_examples) * self._preview.area
        side = (self.run.request.size or self._model.native_size) // self._model.latent_scale
        return self.count(most_examples) * side * side * (3 if self.ready_to_train else 1)

    @property
    def kept(self) -> tuple[int, str | None]:
        """Step and snapshot that are safe on disk."""
        return self._record.kept

    # Passes -----------------------------------------------------------------------------------------------------------

    def own_pass(self, most_examples: int) -> None:
        """One pass that is no step: of a preview, of a picture to encode, or of the validation loss."""
        if self._preview:
            self._draw_preview(self._preview, most_examples)
        elif not self._encoded:
            self._encode()
        elif self._validation_due:
            self._validate(most_examples)
        self._settle()
        self._mark = time.monotonic()

    def stepped(self, loss: Tensor, count: int, sharing: int) -> None:
        """Take what a pass gave for `count` examples. Raises NotFinite, after the last good values have been kept."""
        rate = self.run.learning_rate
        if not self.run.take(loss, count):
            return
        self._durations.append(time.monotonic() - self._mark)
        self._mark = time.monotonic()
        telling = self._ended or self._mark - self._told_at >= _PROGRESS_EVERY_SECONDS
        if telling or self.run.unread >= self._read_every or self._duty_due:
            self._read()
        if telling:
            self._tell_progress(rate, sharing)
        self._settle()

    # Controls ---------------------------------------------------------------------------------------------------------

    def stop(self) -> None:
        """Keep what was learned and end, at once unless it is to be compared with a file from before."""
        self._stopping, self._paused, self._preview = True, False, None
        if self._before is None or not self._encoded:
            self._end_early()
        else:
            self._settle()

    def _end_early(self) -> None:
        self.over = True
        if not self._encoded and self.run.step:
            self._record.begin()  # taken up from a checkpoint, and stopped before its first pass
        self._read()
        snapshot = self._record.save() if self._encoded or self.run.step else None
        self._tell(Stopped, step=self.run.step, snapshot=snapshot)

    def pause(self) -> None:
        if not (self._paused or self._stopping):
            self._paused = True
            self.save()
            self._tell(Paused, step=self.run.step)

    def resume(self, control: Resume) -> None:
        """Go on, as the control changes it. Raises Refusal for a schedule that cannot be followed."""
        try:
            self.run.change(control.steps, control.learning_rate)
        except BadSchedule as error:
            raise Refusal("bad_learning_rate", error=str(error)) from error
        if self._paused:
            self._paused = False
            self._mark = time.monotonic()
            self._tell(Resumed, step=self.run.step, steps=self.run.request.steps)
            self._settle()

    def preview_now(self) -> None:
        self._preview_wanted = True
        self._settle()

    def save(self) -> None:
        """To disk. Before the pictures are encoded there is nothing new."""
        if self._encoded:
            self._read()
            self._record.save()

    def eased(self, change: Easing, examples: int) -> None:
        """The device's memory did not suffice; the pass is tried again with less."""
        self._tell(EasedEvent, change=change, examples=examples)

    # Duties -----------------------------------------------------------------------------------------------------------

    @property
    def _encoded(self) -> bool:
        return bool(self._tuples)

    @property
    def _ended(self) -> bool:
        patience = self.run.request.tuning.patience
        return self.run.step >= self.run.request.steps or (0 < patience <= self._record.stale)

    @property
    def _validation_due(self) -> bool:
        validations = self._record.validations
        recorded = bool(validations) and validations[-1][0] == self.run.step
        return not recorded and (self.run.step % _VALIDATE_EVERY == 0 or self._ended or self._stopping)

    @property
    def _preview_due(self) -> bool:
        every = self.run.request.preview_every
        due = self.run.step == 0 or self._ended or (every > 0 and self.run.step % every == 0)
        return self._preview_wanted or (due and self._record.previewed != self.run.step)

    @property
    def _duty_due(self) -> bool:
        return self._validation_due or self._preview_due or self._record.save_due

    def _settle(self) -> None:
        """After a pass: begin, save or finish what this step asks for, in this order."""
        if self.over or not self._encoded or self._preview or self._validation_due:
            return
        if self._stopping:
            self._end_early()
        elif self._preview_due:
            self._preview = self._previews.begin(self.run)
        elif self._ended:
            self.over = True
            self._record.finish()
        elif self._record.save_due:
            self._read()
            self._record.save()

    def _encode(self) -> None:
        encode_next(self._model, self.run.request, self._latents)
        if len(self._latents) == entries_of(self.run.request):
            self._tuples = validation_tuples(self._dataset, self._latents, self._model, self.run.request.measuring_seed)
            self._record.begin()
            self._tell(
                Started,
                from_step=self.run.step,
                steps=self.run.request.steps,
                held_back=len(self._dataset.held_back),
                before=None if self._before is None else str(self._before),
                start=self.run.trainable.start,
            )

    def _draw_preview(self, drawing: Drawing, most_examples: int) -> None:
        try:
            picture_pass(self._model, [drawing], most_examples)
        except NotFinitePicture:
            image = None
        else:
            if not drawing.done:
                return
            (image,) = drawing.images
        self._preview, self._preview_wanted = None, False
        self._record.keep_preview(image, self._previews)

    def _validate(self, most_examples: int) -> None:
        """One pass of it; the last one tells the loss."""
        start = sum(map(len, self._validated))
        batch = self._tuples[start : start + min(BATCH, most_examples)]
        self._validated.append(validation_losses(self._model, self.run.trainable, self.run.learned, batch))
        if start + len(batch) < len(self._tuples):
            return
        loss, self._validated = torch.cat(self._validated).mean().item(), []
        if not math.isfinite(loss):
            raise self._record.keep_good()
        self._record.keep_validation(loss, self.run.trainable.norm(self._model, self.run.learned))

    def _read(self) -> None:
        try:
            losses = self.run.read()
        except ArithmeticError:
            raise self._record.keep_good() from None
        self._record.add_losses(losses)
        self._untold_losses += losses

    def _tell_progress(self, rate: float, sharing: int) -> None:
        self._tell(
            Progress,
            step=self.run.step,
            loss=statistics.fmean(self._untold_losses),
            learning_rate=rate,
            seconds_per_step=statistics.fmean(self._durations),
            sharing=sharing,
        )
        self._untold_losses = []
        self._told_at = time.monotonic()

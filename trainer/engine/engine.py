"""The engine: one frozen model, many users. Read controls, plan, make one pass, tell."""

import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import assert_never

from torch import Tensor

from trainer.embeddings.named_files import NamedFiles
from trainer.engine.creating import create
from trainer.engine.drawing.drawing_job import DrawingJob
from trainer.engine.drawing.picture_pass import picture_pass
from trainer.engine.failures import NotFinite, explain
from trainer.engine.inspecting import inspect, spell
from trainer.engine.memory import Memory, is_out_of_memory
from trainer.engine.plan import Candidate, Need, Plan, Turns, plan
from trainer.engine.teller import Teller
from trainer.engine.training.run import Examples, Run
from trainer.engine.training.training_job import TrainingJob
from trainer.engine.training.training_pass import training_pass
from trainer.hypernetworks.named_files import NamedHypernetworks
from trainer.models.family import Family
from trainer.protocol import (
    LARGEST_SIDE,
    PROTOCOL_VERSION,
    Control,
    CreateRequest,
    DrawRequest,
    Failed,
    Inspect,
    Pause,
    PreviewNow,
    Ready,
    Resume,
    Shutdown,
    Spell,
    Start,
    Stop,
    TrainRequest,
    fault_in,
    too_large_in,
)
from trainer.pulse import Pulse
from trainer.refusal import Refusal
from trainer.upscaling.folder import UpscalersFolder
from trainer.wire import Closed, Wire

_IDLE_SECONDS = 1.0
MOST_EXAMPLES = 16
"""In one training pass; beyond it a pass takes as much longer as there are more. Less memory makes it fewer."""

logger = logging.getLogger(__name__)


@dataclass
class _Attempt:
    """A worker's hold on a job."""

    job: TrainingJob | DrawingJob
    tell: Teller
    arrived: int
    owner: str
    alone: bool
    last_pass: int = 0


class Engine:
    """Serves every request with the one model. Not safe to use from two threads; it needs none."""

    def __init__(
        self,
        model: Family,
        upscalers: UpscalersFolder,
        wire: Wire,
        terminated: Callable[[], bool],
        most_examples: int = MOST_EXAMPLES,
        largest_pixels: int = LARGEST_SIDE**2,
    ) -> None:
        """`terminated` says whether the process was asked to end; `most_examples` go into one training pass.

        A picture of more than `largest_pixels` is refused.
        """
        self._model, self._upscalers, self._wire, self._terminated = model, upscalers, wire, terminated
        self._files = NamedFiles(model.widths)
        self._hypernetworks = NamedHypernetworks(model.attention_widths, model.device)
        self._attempts: dict[str, _Attempt] = {}
        self._arrivals = count(1)
        self._passes = 0
        self._memory = Memory(model, most_examples)
        self._eased: set[str] = set()
        self._largest_pixels = largest_pixels
        self._turns = Turns()
        self._pulse = Pulse(wire.tell)
        self._ending = False

    def run(self) -> None:
        """Serve until Shutdown, termination or, on the CPU, a memory that holds no pass, and save every run.

        Raises Closed when the bot is gone.
        """
        self._tell_ready()
        self._model.tell(self._pulse)
        self._upscalers.tell(self._pulse)
        try:
            while not (self._ending or self._terminated()):
                self._turn()
            self._save_all()
        finally:
            self._model.tell(None)

    def _turn(self) -> None:
        if self._idle:
            self._pulse.work_on(())
        for control in self._wire.controls(timeout_seconds=_IDLE_SECONDS if self._idle else 0):
            self._obey(control)
        planned = None if self._ending else plan(self._candidates(), self._memory.most_examples)
        if planned is not None:
            self._execute(planned)

    @property
    def _idle(self) -> bool:
        return all(attempt.job.need is None for attempt in self._attempts.values())

    def _candidates(self) -> list[Candidate]:
        wanting = [
            (name, attempt, need) for name, attempt in self._attempts.items() if (need := attempt.job.need) is not None
        ]
        had = self._turns.of({attempt.owner for _, attempt, _ in wanting})
        return [self._candidate(name, attempt, need, had[attempt.owner]) for name, attempt, need in wanting]

    def _candidate(self, name: str, attempt: _Attempt, need: Need, had: float) -> Candidate:
        job, most = attempt.job, self._memory.most_examples
        return Candidate(
            name,
            need,
            attempt.arrived,
            attempt.last_pass,
            shape=None if attempt.alone else job.shape(most),
            examples=job.count(most),
            owner=attempt.owner,
            had=had,
        )

    # Controls -----------------------------------------------------------------------------------------------------

    def _obey(self, control: Control) -> None:
        match control:
            case Start():
                self._start(control)
            case Inspect():
                self._pulse.work_on(())
                with self._failing(Teller(control.attempt, self._wire.tell)):
                    self._wire.tell(inspect(self._model, control))
            case Spell():
                self._pulse.work_on(())
                self._wire.tell(spell(self._model, control))
            case Shutdown():
                self._ending = True
            case Stop() | Pause() | Resume() | PreviewNow():
                self._steer(control)

    def _start(self, start: Start) -> None:
        if start.attempt in self._attempts:
            return
        self._pulse.work_on([start.attempt])
        tell = Teller(start.attempt, self._wire.tell)
        with self._failing(tell):
            fault = fault_in(start.request)
            if fault or (fault := too_large_in(start.request, self._largest_pixels, self._model.native_size)):
                raise Refusal(fault.reason, **fault.facts)
            match start.request:
                case CreateRequest():
                    create(self._model, start.request, Path(start.folder), tell)
                case TrainRequest():
                    job = TrainingJob(self._model, start, tell)
                    self._take(start, job, tell)
                case DrawRequest():
                    named = self._files.words(start.words)
                    tagged = self._hypernetworks.tagged(start.request.prompt, start.hypernetworks)
                    drawing = DrawingJob(self._model, named, tagged, self._upscalers, start, tell)
                    self._take(start, drawing, tell)
                case _:
                    assert_never(start.request)

    def _take(self, start: Start, job: TrainingJob | DrawingJob, tell: Teller) -> None:
        self._attempts[start.attempt] = _Attempt(job, tell, next(self._arrivals), start.owner, start.alone)

    def _steer(self, control: Stop | Pause | Resume | PreviewNow) -> None:
        attempt = self._attempts.get(control.attempt)
        if attempt is None:
            return
        self._pulse.work_on([control.attempt])
        with self._holding([control.attempt]):
            match control:
                case Stop():
                    attempt.job.stop()
                case Pause():
                    attempt.job.pause()
                case Resume():
                    attempt.job.resume(control)
                case PreviewNow():
                    if isinstance(attempt.job, TrainingJob):
                        attempt.job.preview_now()

    # Passes -------------------------------------------------------------------------------------------------------

    def _execute(self, planned: Plan) -> None:
        self._passes += 1
        self._pulse.work_on(planned.attempts)
        for name in planned.attempts:
            attempt = self._attempts[name]
            attempt.last_pass = self._passes
            self._turns.charge(attempt.owner, attempt.job.work(self._memory.most_examples))
        jobs = [self._attempts[name].job for name in planned.attempts]
        with self._holding(planned.attempts):
            match planned.need:
                case Need.PICTURE:
                    self._draw([job for job in jobs if isinstance(job, DrawingJob)])
                case Need.PREVIEW | Need.TRAINING:
                    self._train([job for job in jobs if isinstance(job, TrainingJob)])

    def _draw(self, jobs: Sequence[DrawingJob]) -> None:
        most = self._memory.most_examples
        with self._easing(jobs, most):
            picture_pass(self._model, [job.drawing for job in jobs], most)
        for job in jobs:
            job.passed(time.monotonic())

    def _train(self, jobs: Sequence[TrainingJob]) -> None:
        most = self._memory.most_examples
        if not jobs[0].ready_to_train:
            with self._easing(jobs, most):
                jobs[0].own_pass(most)
            return
        shares = [(job.run, job.examples(most)) for job in jobs]
        losses = self._pass(jobs, shares)
        training = sum(isinstance(attempt.job, TrainingJob) for attempt in self._attempts.values())
        for job, (_, examples), loss in zip(jobs, shares, losses, strict=bool(losses)):
            job.stepped(loss, len(examples), sharing=training - 1)

    def _pass(self, jobs: Sequence[TrainingJob], shares: Sequence[tuple[Run, Examples]]) -> list[Tensor]:
        """The losses; none when the memory did not suffice, and the runs are where they were."""
        all_values = [run.trainable.values for run, _ in shares]
        before = [None if values.grad is None else values.grad.clone() for values in all_values]
        with self._easing(jobs, self._memory.most_examples, gradients=True):
            return training_pass(self._model, shares)
        for values, gradient in zip(all_values, before, strict=True):
            values.grad = gradient
        return []

    @contextmanager
    def _easing(
        self, jobs: Sequence[TrainingJob | DrawingJob], most: int, *, gradients: bool = False
    ) -> Iterator[None]:
        """When a pass of the jobs is too much for the memory, give way, and let the plan try again."""
        examples = sum(job.count(most) for job in jobs)
        try:
            yield
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            failure = error.with_traceback(None)  # whose frames hold the pass's graph
        else:
            return
        change = self._memory.ease(examples, gradients=gradients)
        if change is None:
            # There oneDNN, which once failed, fails whatever comes next: a fresh process has to serve it.
            self._ending = self._model.device.type == "cpu"
            raise failure
        for job in jobs:
            job.eased(change, self._memory.most_examples)
        self._eased |= {name for name, attempt in self._attempts.items() if attempt.job in jobs}

    # Endings ------------------------------------------------------------------------------------------------------

    @contextmanager
    def _holding(self, names: Sequence[str]) -> Iterator[None]:
        """Let attempts that end, well or badly, go; the loop goes on."""
        for_whom = [self._attempts[name] for name in names]
        with self._failing(*(attempt.tell for attempt in for_whom)):
            yield
        for name in names:
            if name in self._attempts and self._attempts[name].job.over:
                del self._attempts[name]
        if self._eased and self._eased.isdisjoint(self._attempts):
            self._eased.clear()
            self._memory.restore()

    @contextmanager
    def _failing(self, *tellers: Teller) -> Iterator[None]:
        try:
            yield
        except Closed:
            raise
        except Exception as error:  # noqa: BLE001 — one attempt's trouble must not end the others'
            for tell in tellers:
                self._fail(tell, error)

    def _fail(self, tell: Teller, error: Exception) -> None:
        reason, facts = explain(error)
        if reason == "internal":
            logger.error("attempt %s failed", tell.attempt, exc_info=error)
        attempt = self._attempts.pop(tell.attempt, None)
        step, snapshot = attempt.job.kept if attempt else (0, None)
        if isinstance(error, NotFinite):
            step, snapshot = error.step, error.snapshot
        tell(Failed, reason=reason, facts=facts, step=step, snapshot=snapshot)

    def _save_all(self) -> None:
        for name, attempt in list(self._attempts.items()):
            if isinstance(attempt.job, TrainingJob):
                self._pulse.work_on([name])
                with self._holding([name]):
                    attempt.job.save()

    # Telling ------------------------------------------------------------------------------------------------------

    def _tell_ready(self) -> None:
        self._wire.tell(
            Ready(
                version=PROTOCOL_VERSION,
                pid=os.getpid(),
                device=str(self._model.device),
                model=self._model.model,
                model_hash=self._model.model_hash,
                family=self._model.family,
                widths=self._model.widths,
                native_size=self._model.native_size,
                largest_pixels=self._largest_pixels,
            )
        )

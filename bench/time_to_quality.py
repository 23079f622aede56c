"""How soon a run has the quality that a plain loop ends with, on pictures that neither has seen.

The plain loop is what people run by hand: float32, one example a step, a constant rate, uniform timesteps, AdamW.
Losses are the frozen float32 model's on the same fixed noise and timesteps, for both. Loops of several subjects share
passes here, which changes nothing but the waiting; seconds are each loop's own step, timed alone, times its steps.
"""

import math
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import torch
from msgspec.structs import replace

from bench.models import DEMO_MODEL
from bench.requests import pictures_of, training
from trainer.data.dataset import Dataset
from trainer.data.latents import Latents
from trainer.engine.training.encoding import encode_next
from trainer.engine.training.run import Run
from trainer.engine.training.training_pass import training_pass
from trainer.engine.training.training_request import checked_dataset
from trainer.models.family import Family
from trainer.models.loading.loading import load_model
from trainer.protocol import TrainRequest, Tuning
from trainer.trainables.embedding import begin_embedding
from trainer.training.validation import ValidationTuple, validation_loss, validation_tuples

SUBJECTS = ("cactus", "cupcake", "owl", "rocket", "dragon-face", "neon-style")
_TUPLES, _NOISE_SEED = 64, 99  # not the runs' own
_VALIDATE_EVERY = 25
_TIMED_STEPS = 20


@dataclass(frozen=True)
class Recipe:
    """How a loop trains."""

    dtype: torch.dtype
    batch_size: int
    learning_rate: str
    steps: int
    average: bool


PLAIN = Recipe(torch.float32, 1, "0.005", 3000, average=False)
OURS = Recipe(torch.float32, 4, "0.02", 600, average=True)


@dataclass(frozen=True)
class Subject:
    """What a loop learns from, and the fixed examples of two other pictures that it is judged by."""

    request: TrainRequest
    dataset: Dataset
    latents: Latents
    tuples: Sequence[ValidationTuple]


def small() -> float:
    """Median over the subjects of our seconds ÷ the plain loop's; infinite for one that ours never reaches."""
    return statistics.median(measured(PLAIN, OURS).values())


def measured(plain: Recipe, ours: Recipe) -> dict[str, float]:
    judge = _model(torch.float32)
    subjects = [_subject(judge, name) for name in SUBJECTS]
    targets = [losses[-1][1] for losses in _curves(plain, judge, subjects, every=plain.steps)]
    plain_seconds = _seconds_per_step(plain, subjects[0]) * plain.steps
    our_step = _seconds_per_step(ours, subjects[0])
    shares = {}
    for name, target, curve in zip(SUBJECTS, targets, _curves(ours, judge, subjects, _VALIDATE_EVERY), strict=True):
        step = next((step for step, loss in curve if loss <= target), None)
        shares[name] = (step or math.inf) * our_step / plain_seconds
        told = " ".join(f"{loss:.4f}" for _, loss in curve)
        print(
            f"{name}: plain ends at {target:.4f} after {plain_seconds:.0f} s; ours {step} steps of {our_step:.3f} s,"
            f" {shares[name]:.3f}; {told}",
            flush=True,
        )
    return shares


def _curves(recipe: Recipe, judge: Family, subjects: Sequence[Subject], every: int) -> list[list[tuple[int, float]]]:
    """Loss by step of a loop for each subject, all in shared passes."""
    model = _model(recipe.dtype)
    runs = [_run(model, subject, recipe) for subject in subjects]
    curves: list[list[tuple[int, float]]] = [[] for _ in subjects]
    for step in range(1, recipe.steps + 1):
        _make_step(model, subjects, runs)
        if step % every == 0:
            for curve, subject, run in zip(curves, subjects, runs, strict=True):
                curve.append((step, validation_loss(judge, run.trainable, run.learned, subject.tuples)))
    return curves


def _seconds_per_step(recipe: Recipe, subject: Subject) -> float:
    """Of a loop that runs alone; the median."""
    model = _model(recipe.dtype)
    run = _run(model, subject, recipe)
    seconds = []
    for _ in range(_TIMED_STEPS):
        began = time.perf_counter()
        _make_step(model, [subject], [run])
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def _make_step(model: Family, subjects: Sequence[Subject], runs: Sequence[Run]) -> None:
    shares = [(run, run.examples(s.dataset, s.latents, model, 16)) for run, s in zip(runs, subjects, strict=True)]
    for (run, examples), loss in zip(shares, training_pass(model, shares), strict=True):
        run.take(loss, len(examples))
        run.read()


def _run(model: Family, subject: Subject, recipe: Recipe) -> Run:
    request = replace(
        subject.request,
        batch_size=recipe.batch_size,
        learning_rate=recipe.learning_rate,
        steps=recipe.steps,
        tuning=Tuning(average=recipe.average),
    )
    return Run(request, begin_embedding(model, request, None), half=False)


def _subject(model: Family, name: str) -> Subject:
    """The pictures a third and two thirds down the list are held back."""
    pictures = pictures_of(name)
    held = {len(pictures) // 3, 2 * len(pictures) // 3}
    template = "style_filewords.txt" if name.endswith("style") else "subject.txt"
    lines = tuple(files("templates").joinpath(template).read_text(encoding="utf-8").splitlines())
    request = training("owl", 1, name=f"my-{name}", template=lines)
    seen, unseen = (
        replace(request, pictures=tuple(p for place, p in enumerate(pictures) if (place in held) is wanted))
        for wanted in (False, True)
    )
    judged, judged_latents = _encoded(model, unseen)
    tuples = validation_tuples(judged, judged_latents, model, _NOISE_SEED, _TUPLES)
    return Subject(seen, *_encoded(model, seen), tuples)


def _encoded(model: Family, request: TrainRequest) -> tuple[Dataset, Latents]:
    latents = Latents()
    for _ in request.pictures:
        encode_next(model, request, latents)
    return checked_dataset(model, request, {request.name: request.vectors_per_token}), latents


def _model(dtype: torch.dtype) -> Family:
    return load_model(DEMO_MODEL, torch.device("cpu"), dtype)

"""From a training request to a run before its first step; what cannot be done is refused here."""

from pathlib import Path

import torch

from trainer.data.dataset import Dataset
from trainer.data.templates import BadTemplate
from trainer.engine.failures import Refusal
from trainer.engine.training.beginnings import initial_vectors, read_embedding
from trainer.engine.training.run import Run
from trainer.models.family import Family
from trainer.protocol import TrainRequest


def begin_run(model: Family, request: TrainRequest, before: Path | None) -> tuple[Run, int]:
    """The run, and the step count of `before`, the file that it goes on from.

    Raises Refusal, BadEmbedding, BadSchedule, OSError.
    """
    if request.steps < 1 or request.batch_size < 1:
        raise ValueError(f"{request.steps} steps of {request.batch_size} examples")
    base_step = 0
    if before is None:
        vectors = initial_vectors(model, request.initialization_text, request.vectors_per_token)
    else:
        embedding = read_embedding(model, before)
        base_step, vectors = embedding.step or 0, torch.tensor(embedding.vectors)
    return Run(request, vectors.to(model.device), half=model.dtype is torch.float16), base_step


def checked_dataset(model: Family, request: TrainRequest, vectors_per_token: int) -> Dataset:
    """The run's examples, every picture tried with the longest line. Raises Refusal, BadTemplate, PromptTooLong."""
    if not request.pictures:
        raise Refusal("bad_picture", pictures="0")
    dataset = Dataset(
        model.reader,
        request.name,
        vectors_per_token,
        request.pictures,
        request.template,
        request.seed,
        request.measuring_seed,
        request.tuning,
    )
    longest = max(range(len(request.template)), key=lambda line: len(request.template[line]))
    for picture in range(len(dataset)):
        dataset.prompt(longest, picture)
    if not any(dataset.prompt(line, 0).placements for line in range(len(request.template))):
        raise BadTemplate(f"no line of the template has the word {request.name} where the model can find it")
    return dataset

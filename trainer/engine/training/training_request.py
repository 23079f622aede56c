"""From a training request to a run before its first step; what cannot be done is refused here."""

from collections.abc import Mapping
from pathlib import Path

import torch

from trainer.data.dataset import Dataset
from trainer.data.templates import BadTemplate
from trainer.engine.training.run import Run
from trainer.models.family import Family
from trainer.protocol import TrainRequest
from trainer.refusal import Refusal
from trainer.trainables.trainable import Beginning


def begin_run(model: Family, request: TrainRequest, before: Path | None, begin: Beginning) -> Run:
    """The run of what `begin` makes; `before` is the file that it goes on from.

    Raises Refusal, BadEmbedding, BadSchedule, OSError.
    """
    if request.steps < 1 or request.batch_size < 1:
        raise ValueError(f"{request.steps} steps of {request.batch_size} examples")
    return Run(request, begin(model, request, before), half=model.dtype is torch.float16)


def checked_dataset(model: Family, request: TrainRequest, words: Mapping[str, int]) -> Dataset:
    """The run's examples, every picture tried with the longest line; `words` are name → number of vectors.

    Raises Refusal, BadTemplate, PromptTooLong.
    """
    if not request.pictures:
        raise Refusal("bad_picture", pictures="0")
    dataset = Dataset(
        model.reader,
        request.name,
        words,
        request.pictures,
        request.template,
        request.seed,
        request.measuring_seed,
        request.tuning,
    )
    longest = max(range(len(request.template)), key=lambda line: len(request.template[line]))
    for picture in range(len(dataset)):
        dataset.prompt(longest, picture)
    if words and not any(dataset.prompt(line, 0).placements for line in range(len(request.template))):
        raise BadTemplate(f"no line of the template has the word {request.name} where the model can find it")
    return dataset

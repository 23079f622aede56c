"""One forward and backward of the model for the examples of one or several runs."""

from collections.abc import Sequence

import torch

from trainer.engine.run import Examples, Run
from trainer.models.family import Family
from trainer.training.loss import add_noise, losses, target


def training_pass(model: Family, shares: Sequence[tuple[Run, Examples]]) -> list[float]:
    """Leave each run's gradient in its vectors; returns each run's mean loss.

    Every example's conditioning carries its own run's vectors, and the losses are summed over runs, so that the
    gradient of each run is the one that it would have had alone.
    """
    latents = torch.cat([examples.latents_BCHW for _, examples in shares])
    noise = torch.cat([examples.noise_BCHW for _, examples in shares])
    timesteps = torch.cat([examples.timesteps_B for _, examples in shares])
    prompts = [prompt for _, examples in shares for prompt in examples.prompts]
    vectors = [{run.name: run.vectors} for run, examples in shares for _ in examples.prompts]
    conditioning = model.encode_prompts(prompts, vectors)
    predicted = model.predict(add_noise(latents, noise, timesteps, model.alphas_cumprod), timesteps, conditioning)
    wanted = target(model.prediction, latents, noise, timesteps, model.alphas_cumprod)
    counts = [len(examples.prompts) for _, examples in shares]
    means = torch.stack([part.mean() for part in losses(predicted, wanted).split(counts)])
    if means.requires_grad:  # a template may have lines without the word
        means.sum().backward()
    return means.tolist()

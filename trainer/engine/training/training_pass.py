"""One forward and backward of the model for the examples of one or several runs."""

from collections.abc import Sequence

import torch
from torch import Tensor

from trainer.engine.training.run import Examples, Run
from trainer.models.family import Family
from trainer.training.loss import losses


def training_pass(model: Family, shares: Sequence[tuple[Run, Examples]]) -> list[Tensor]:
    """Add each run's gradient to its values'; returns each run's loss, a number still on the device.

    Every example's conditioning carries what its own run trains, and the losses are summed over runs, so that the
    gradient of each run is the one that it would have had alone. A trainable that shares no passes is here alone.
    """
    each = [examples for _, examples in shares]
    latents = torch.cat([examples.latents_BCHW for examples in each])
    noise = torch.cat([examples.noise_BCHW for examples in each])
    timesteps = torch.cat([examples.timesteps_B for examples in each])
    prompts = [prompt for examples in each for prompt in examples.prompts]
    words = [run.trainable.words(run.trainable.values) for run, examples in shares for _ in examples.prompts]
    conditioning = model.encode_prompts(prompts, words)
    for run, examples in shares:
        conditioning = run.trainable.applied(conditioning, run.trainable.values, examples.place)
    predicted = model.predict(model.parametrisation.noised(latents, noise, timesteps), timesteps, conditioning)
    wanted = model.parametrisation.target(latents, noise, timesteps)
    counted = losses(predicted, wanted, torch.cat([examples.weights_BHW for examples in each]))
    counted = counted * torch.cat([examples.shares_B for examples in each])
    parts = torch.stack([part.sum() for part in counted.split([len(examples) for examples in each])])
    if parts.requires_grad:  # a prompt cut at its last window may have lost the word
        scales = torch.stack([run.optimizer.scale for run, _ in shares])
        (parts * scales).sum().backward()
    return list(parts.detach().unbind())

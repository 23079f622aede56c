"""A model is what it denoises: the engine trains and draws with one whose noise and answers mean something else."""

from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor

from tests.trainer.driving import Desk
from tests.trainer.engine.flow import Flow, flow_of
from tests.trainer.process import train_request
from trainer.engine.drawing.order import Order, Start
from trainer.engine.drawing.picture_pass import Drawing, picture_pass
from trainer.engine.drawing.wording import read_wording
from trainer.engine.training.training_pass import training_pass
from trainer.models.families.sd1 import StableDiffusion1
from trainer.protocol import Progress, Validated
from trainer.sampling.noise_schedule import sigmas, timestep_of
from trainer.sampling.samplers.table import SAMPLERS

STEPS, SEED = 8, 3


def test_ten_steps_of_training_move_the_word_towards_its_pictures(model: StableDiffusion1, tmp_path: Path) -> None:
    """By the same engine, and as much of it as with the model that gives noise."""
    request = train_request(steps=10)
    desk = Desk(flow_of(model), tmp_path)
    vectors = desk.train(request)
    first, last = (event.loss for event in (desk.of(Validated)[0], desk.of(Validated)[-1]))
    assert last < first
    assert desk.of(Progress)[-1].step == 10
    assert not torch.equal(vectors, desk.begin(request, run="untrained").run.learned)
    again = Desk(flow_of(model), tmp_path / "again").train(request)
    assert torch.equal(vectors, again)


def test_losses_are_those_of_the_direction(model: StableDiffusion1, tmp_path: Path) -> None:
    flow = flow_of(model)
    job = Desk(flow, tmp_path).begin(train_request(steps=1))
    while not job.ready_to_train:
        job.own_pass(16)
    examples = job.examples(16)
    share = (examples.timesteps_B + 1).view(-1, 1, 1, 1) / 1001
    noisy = (1 - share) * examples.latents_BCHW + share * examples.noise_BCHW
    told = flow.encode_prompts(
        examples.prompts, [job.run.trainable.words(job.run.trainable.values)] * len(examples.prompts)
    )
    with torch.no_grad():
        given = flow.predict(noisy, examples.timesteps_B, told)
    wanted = examples.noise_BCHW - examples.latents_BCHW
    expected = ((given - wanted) ** 2).mean(dim=1) * examples.weights_BHW
    (loss,) = training_pass(flow, [(job.run, examples)])
    torch.testing.assert_close(loss, (expected.mean(dim=(1, 2)) * examples.shares_B).sum())


def test_a_drawing_is_the_one_that_the_same_knowledge_of_noise_gives(model: StableDiffusion1) -> None:
    flow = flow_of(model)
    wording = read_wording(model.reader, "an owl", "", STEPS, {})
    order = Order(
        wording=wording,
        vectors={},
        sampler=SAMPLERS["Euler"],
        steps=STEPS,
        guidance_scale=1.0,
        starts=(Start(SEED),),
        width=model.native_size,
        height=model.native_size,
    )
    drawing = Drawing(flow, order)
    while drawing.asking:
        picture_pass(flow, [drawing], 16)
    torch.testing.assert_close(drawing.latents[0], by_hand(model), atol=0.02, rtol=0.02)


@torch.no_grad()
def by_hand(model: StableDiffusion1) -> Tensor:
    """Euler's method along the flow's sigmas, the small model asked for noise."""
    values = sigmas(SAMPLERS["Euler"], STEPS, Flow().sigmas).tolist()
    side = model.native_size // model.latent_scale
    x = torch.randn(1, model.latent_channels, side, side, generator=torch.Generator().manual_seed(SEED)) * values[0]
    told = model.encode_prompts([model.reader.read("an owl", {})], [{}])
    for sigma, following in pairwise(values):
        at = torch.tensor([timestep_of(sigma, model.parametrisation.sigmas)])
        noise = model.predict(model.parametrisation.seen(x, sigma), at, told)
        x = x + noise * (following - sigma)
    return x[0]

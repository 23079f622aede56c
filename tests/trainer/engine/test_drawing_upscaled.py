"""Pictures enlarged by a network of the operator's, then drawn over."""

from pathlib import Path

import pytest
import torch
from msgspec.structs import replace
from PIL import Image

from tests.trainer.engine.drawings import Studio, pixels
from tests.trainer.upscaling.files import SCUNET, as_first_code, compact, rrdbnet, write
from trainer.engine.failures import NotFinitePicture, explain
from trainer.infotext.webui import parse_parameters
from trainer.models.family import Family
from trainer.protocol import DrawRequest, Hires, Stopped
from trainer.sampling.upscaler_names import UnknownUpscaler
from trainer.upscaling.errors import BadUpscaler
from trainer.upscaling.tiles import Upscaling

SMALL = DrawRequest(prompt="an owl", sampler="Euler", steps=2, guidance_scale=1.0, seed=5, width=64, height=64)
NETWORK = Hires(scale=1.5, steps=3, strength=0.7, upscaler="4x-Test")
LARGER = replace(SMALL, hires=NETWORK)


@pytest.fixture
def studio(model: Family, tmp_path: Path) -> Studio:
    write(tmp_path / "upscalers", "4x-Test.pth", as_first_code(rrdbnet()))
    write(tmp_path / "upscalers", "RealESRGAN_x2plus.pth", {"params_ema": rrdbnet(channels=12)})
    write(tmp_path / "upscalers", "SwinIR_4x.pth", SCUNET)
    return Studio(model, tmp_path)


def enlarged(studio: Studio, small: Image.Image, size: tuple[int, int]) -> Image.Image:
    """By the network alone."""
    network = studio.upscalers.network(studio.upscalers.named("4x-Test"))
    assert network is not None
    upscaling = Upscaling(network, small, size)
    while not upscaling.over:
        upscaling.go_on()
    return upscaling.picture


def test_a_network_enlarges_and_the_model_draws_over(studio: Studio) -> None:
    """By two requests: the picture, and one drawn over it, enlarged apart; 3 of 4 steps are drawn at 0.7."""
    with Image.open(studio.drawn(SMALL).pictures[0].path) as small:
        enlarged(studio, small, (96, 96)).save(studio.folder / "large.png")
    over = {"image": str(studio.folder / "large.png"), "strength": 0.7, "steps": 4, "width": 96, "height": 96}
    expected = studio.latents(replace(SMALL, **over))
    torch.testing.assert_close(studio.latents(LARGER), expected, atol=1e-4, rtol=0)
    assert not torch.allclose(studio.latents(replace(LARGER, hires=replace(NETWORK, upscaler="Lanczos"))), expected)


@pytest.mark.parametrize("upscaler", ["4x-Test", "Lanczos", "Latent"])
def test_a_picture_is_enlarged_as_it_is(studio: Studio, upscaler: str) -> None:
    """At strength 0 its own picture goes straight into the larger one: what the hires fix makes of a drawing."""
    request = replace(LARGER, hires=replace(NETWORK, upscaler=upscaler))
    drawn = studio.drawn(SMALL).pictures[0]
    job = studio.begin(replace(request, image=drawn.path, strength=0.0, steps=50))
    assert job.drawing.steps == 3 + (upscaler == "4x-Test")
    (larger,) = studio.finish([job]).pictures
    expected = studio.drawn(request)
    with Image.open(larger.path) as opened:
        different = [
            abs(one - other) for one, other in zip(opened.convert("RGB").tobytes(), pixels(expected), strict=True)
        ]
    # A latent that went through the picture is not quite the same; pixels are.
    assert max(different) <= (40 if upscaler == "Latent" else 1)


def test_a_pictures_text_names_the_network_as_the_web_ui_does(studio: Studio) -> None:
    hires = Hires(scale=1.5, steps=1, upscaler="realesrgan_X2plus", strength=0.4)
    (picture,) = studio.drawn(replace(SMALL, hires=hires)).pictures
    assert "Denoising strength: 0.4, " in picture.parameters
    assert "Hires upscale: 1.5, Hires steps: 1, Hires upscaler: R-ESRGAN 2x+, " in picture.parameters
    read = parse_parameters(picture.parameters)
    assert studio.upscalers.named(read.hires_upscaler).network == studio.folder / "upscalers" / "RealESRGAN_x2plus.pth"


def test_each_tile_is_a_pass_and_a_step_of_its_own(studio: Studio) -> None:
    """So that others have their turn, and a wish to stop is honoured, between two of them."""
    request = replace(SMALL, steps=1, width=192, height=64, count=2, hires=replace(NETWORK, steps=1))
    job = studio.begin(request)
    assert job.drawing.steps == 1 + 2 * 2 + 1
    steps = []
    while job.drawing.step < 5:
        studio.make_pass(job)
        steps.append(job.drawing.step)
    assert steps == [1, 1, 2, 3, 3, 3, 4, 5]
    stopped = studio.begin(request)
    while stopped.drawing.step < 2:
        studio.make_pass(stopped)
    stopped.stop()
    assert [told.step for told in studio.told if isinstance(told, Stopped)] == [2]


def test_a_pass_that_failed_is_tried_again(studio: Studio) -> None:
    expected = pixels(studio.drawn(LARGER))
    job = studio.begin(LARGER)
    network = studio.upscalers.network(studio.upscalers.named("4x-Test"))
    assert network is not None
    failing = iter([True, False])

    def at_first(*_: object) -> None:
        if next(failing, False):
            raise MemoryError

    handle = network.register_forward_pre_hook(at_first)
    while not job.over:
        try:
            studio.make_pass(job)
        except MemoryError:
            assert job.drawing.step == 2
    handle.remove()
    assert pixels(studio.finish([job])) == expected


def test_what_is_no_picture_is_told_as_such(studio: Studio) -> None:
    weights = compact(scale=2)
    write(studio.folder / "upscalers", "nan.pth", {**weights, "body.0.bias": torch.full((8,), torch.nan)})
    job = studio.begin(replace(LARGER, hires=replace(NETWORK, upscaler="nan")))
    with pytest.raises(NotFinitePicture):
        studio.finish([job])


def test_one_that_is_missing_or_of_another_kind_is_refused_before_anything_is_drawn(studio: Studio) -> None:
    with pytest.raises(UnknownUpscaler) as missing:
        studio.begin(replace(LARGER, hires=replace(NETWORK, upscaler="4x-UltraSharp")))
    reason, facts = explain(missing.value)
    assert (reason, facts["upscaler"]) == ("unknown_upscaler", "4x-UltraSharp")
    assert facts["known"].endswith("Lanczos, Nearest, 4x-Test, R-ESRGAN 2x+, SwinIR_4x")
    with pytest.raises(BadUpscaler) as other:
        studio.begin(replace(LARGER, hires=replace(NETWORK, upscaler="SwinIR_4x")))
    assert explain(other.value) == ("bad_upscaler", {"upscaler": "SwinIR_4x", "kind": "SCUNet"})

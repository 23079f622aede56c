"""What pictures say of themselves, as requests; and what of it comes out differently."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.errors import BadSetting, BadSize, PromptTooLong, Refusal, TooManySteps
from bot.features.imagine.drawing_settings import read_drawing_settings, written
from bot.features.imagine.redrawing import check_redrawn, differences, redraw
from trainer.infotext.parameters import VERSION, format_parameters
from trainer.infotext.webui import parse_parameters
from trainer.protocol import DrawRequest, Hires, PictureSettings, upscalers_with

ANY = 99
KNOWN = upscalers_with(())
OURS = PictureSettings(
    prompt="a (red:1.3) heart",
    negative_prompt="blue",
    steps=12,
    sampler="DPM++ 2M",
    schedule="Exponential",
    guidance_scale=6.5,
    seed=5,
    width=256,
    height=128,
    model_hash="0123456789",
    model="m",
    clip_skip=2,
    variation_seed=8,
    variation_strength=0.25,
    ensd=31337,
    rng="NV",
    eta=0.5,
    emphasis="No norm",
    seed_resize_from=(64, 96),
    denoising_strength=0.6,
    hires_scale=1.5,
    hires_steps=7,
    hires_upscaler="Latent (bicubic)",
    version=VERSION,
)


def said(last: str, prompt: str = "a cat") -> PictureSettings:
    return parse_parameters(f"{prompt}\n{last}")


def notes(settings: PictureSettings) -> dict[str, dict[str, str]]:
    return dict(differences(settings, KNOWN))


def test_our_own_settings_all_come_back() -> None:
    read = parse_parameters(format_parameters(OURS))
    assert redraw(read, ANY, KNOWN) == DrawRequest(
        prompt="a (red:1.3) heart",
        negative_prompt="blue",
        steps=12,
        sampler="DPM++ 2M",
        schedule="Exponential",
        guidance_scale=6.5,
        seed=5,
        width=256,
        height=128,
        clip_skip=2,
        variation_seed=8,
        variation_strength=0.25,
        ensd=31337,
        rng="NV",
        eta=0.5,
        emphasis="No norm",
        seed_resize_from=(64, 96),
        hires=Hires(scale=1.5, steps=7, upscaler="Latent (bicubic)", strength=0.6),
    )
    assert notes(read) == {}


def test_the_web_uis_of_every_age() -> None:
    old = said("Steps: 28, Sampler: DPM++ 2M Karras, CFG scale: 7.5, Seed: 1, Size: 512x768, Model hash: 925997e9")
    request = redraw(old, ANY, KNOWN)
    assert (request.sampler, request.schedule, request.rng) == ("DPM++ 2M", "Automatic", "NV")
    assert (request.width, request.height, request.count) == (512, 768, 1)
    assert notes(old) == {"info-noise": {}}


def test_our_own_device_is_meant_where_we_wrote_of_a_gpu() -> None:
    ours = said(f"Steps: 4, Sampler: Euler, Seed: 1, Version: {VERSION}")
    assert redraw(ours, ANY, KNOWN).rng == "GPU"
    assert notes(ours) == {}


@pytest.mark.parametrize("seed", ["Seed: -1", "Seed: 18446744073709551616", "Seed: 987654321098765432109", "Model: m"])
def test_a_seed_that_cannot_be_used_is_any(seed: str) -> None:
    settings = said(f"Steps: 4, Sampler: Euler, RNG: NV, {seed}")
    assert redraw(settings, ANY, KNOWN).seed == ANY
    assert notes(settings) == {"info-any-seed": {}}


def test_so_is_a_variations() -> None:
    settings = said("Steps: 4, Seed: 3, RNG: NV, Variation seed: -1, Variation seed strength: 0.2")
    request = redraw(settings, ANY, KNOWN)
    assert (request.seed, request.variation_seed, request.variation_strength) == (3, ANY, 0.2)
    assert notes(settings) == {"info-any-seed": {}}


def test_unknown_names_are_replaced_and_told() -> None:
    settings = said("Steps: 4, Sampler: IPNDM, Schedule type: Turbo, Seed: 1, RNG: Quantum, Emphasis: Loud")
    request = redraw(settings, ANY, KNOWN)
    assert (request.sampler, request.schedule, request.rng, request.emphasis) == (
        "Euler a",
        "Automatic",
        "NV",
        "Original",
    )
    told = list(differences(settings, KNOWN))
    assert [each.facts for each in told if each.text_id == "info-unknown"] == [
        {"setting": "IPNDM", "instead": "Euler a"},
        {"setting": "Turbo", "instead": "Automatic"},
    ]
    assert notes(settings)["info-unused"] == {"settings": "RNG: Quantum, Emphasis: Loud"}


def test_a_picture_of_an_earlier_version_comes_out_a_little_different() -> None:
    assert notes(said("Steps: 4, Sampler: DPM++ SDE, Seed: 1, RNG: NV, Version: embedsmith-0.1.0")) == {
        "info-earlier": {}
    }
    assert notes(said(f"Steps: 4, Sampler: DPM++ SDE, Seed: 1, RNG: NV, Version: {VERSION}")) == {}
    assert notes(said("Steps: 4, Sampler: DPM++ 2M SDE Heun, Seed: 1, RNG: NV, Version: v1.10.1")) == {}


def test_a_start_picture_is_missed() -> None:
    settings = said("Steps: 4, Seed: 1, RNG: NV, Denoising strength: 0.5")
    assert redraw(settings, ANY, KNOWN).image is None
    assert notes(settings) == {"info-start": {"strength": "0.5"}}


@pytest.mark.parametrize("file", ["RealESRGAN_x4plus.pth", "R-ESRGAN 4x+.safetensors"])
def test_an_upscaler_that_the_operator_has_is_used(file: str) -> None:
    settings = said("Steps: 4, Seed: 1, RNG: NV, Denoising strength: 0.4, Hires upscaler: R-ESRGAN 4x+")
    known = upscalers_with([Path(file)])
    assert redraw(settings, ANY, known).hires == Hires(upscaler="R-ESRGAN 4x+", strength=0.4)
    assert list(differences(settings, known)) == []


def test_another_network_is_nearest_to_one_that_is_missing() -> None:
    settings = said("Steps: 4, Seed: 1, RNG: NV, Denoising strength: 0.4, Hires upscaler: SwinIR_4x")
    known = upscalers_with([Path("b.pth"), Path("a.pt"), Path("readme.txt"), Path(".0.pth.part"), Path(".0.pth")])
    hires = redraw(settings, ANY, known).hires
    assert hires is not None
    assert hires.upscaler == "a"
    assert [each.facts["instead"] for each in differences(settings, known)] == ["a"]


def test_without_any_lanczos_stands_in() -> None:
    settings = said(
        "Steps: 4, Seed: 1, RNG: NV, Denoising strength: 0.4, Hires resize: 512x0, Hires upscaler: ESRGAN_4x"
    )
    assert redraw(settings, ANY, KNOWN).hires == Hires(resize=(512, 0), upscaler="Lanczos", strength=0.4)
    assert notes(settings) == {"info-unknown": {"setting": "ESRGAN_4x", "instead": "Lanczos"}}


def test_what_has_no_field_is_told() -> None:
    line = "Steps: 4, Seed: 1, RNG: NV, Discard penultimate sigma: True, Hires upscale: 2"
    settings = said(f'{line}, Hires sampler: Heun, VAE: "a, b.pt"')
    assert redraw(settings, ANY, KNOWN).hires is None
    unused = "Hires upscale: 2, Discard penultimate sigma: True, Hires sampler: Heun, VAE: a, b.pt"
    assert notes(settings) == {"info-unused": {"settings": unused}}


@pytest.mark.parametrize(
    ("last", "prompt", "refusal"),
    [
        ("Steps: 151, Seed: 1, RNG: NV", "a", TooManySteps),
        ("Steps: 0, Seed: 1, RNG: NV", "a", BadSetting),
        ("Steps: 4, Seed: 1, CFG scale: 1e9", "a", BadSetting),
        ("Steps: 4, Seed: 1, Clip skip: 99", "a", BadSetting),
        ("Steps: 4, Seed: 1, ENSD: 99999999999999999999", "a", BadSetting),
        ("Steps: 4, Seed: 1, Size: 9999x8", "a", BadSize),
        ("Steps: 4, Seed: 1, RNG: NV", "a" * 4001, PromptTooLong),
    ],
)
def test_what_imagine_refuses_is_refused(last: str, prompt: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        check_redrawn(redraw(said(last, prompt), ANY, KNOWN))


def test_the_line_of_settings_reads_back() -> None:
    usual = DrawRequest(prompt="a")
    assert written(usual) == ""
    request = replace(usual, clip_skip=2, ensd=-3, rng="NV", eta=0.25, variation_seed=7, emphasis="No norm")
    assert replace(usual, **read_drawing_settings(written(request))) == request
    enlarged = replace(request, hires=Hires(resize=(640, 0), strength=0.25), seed_resize_from=(64, 96))
    assert replace(usual, **read_drawing_settings(written(enlarged))) == enlarged
    assert written(replace(usual, hires=Hires())) == "hires 2"

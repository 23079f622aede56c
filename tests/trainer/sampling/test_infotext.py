"""Texts of this project, of the web UI's versions and of strangers, read back."""

import json
import string
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from msgspec.structs import replace

from trainer.infotext.parameters import KEYS, VERSION, format_parameters
from trainer.infotext.webui import has_settings, parse_parameters
from trainer.protocol.settings import PictureSettings
from trainer.sampling.sampler_names import SAMPLER_NAMES, SCHEDULES
from trainer.sampling.upscaler_names import UPSCALER_NAMES

SAMPLERS = {row.name: row for row in SAMPLER_NAMES}
LINE = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=40).map(str.strip)
PROMPT = st.lists(LINE.filter(lambda line: not line.startswith("Negative prompt:")), max_size=3).map("\n".join)
VALUE = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=12)
WORD = st.text(string.ascii_letters + string.digits + "-_. é猫", min_size=1, max_size=12).map(str.strip).filter(bool)
KEY = st.from_regex(r"[A-Za-z][A-Za-z0-9 \-/]{0,9}[a-z]", fullmatch=True).filter(lambda key: key not in KEYS)
SEED = st.integers(0, 2**32 - 1)
SIDE = st.integers(8, 256).map(lambda n: n * 8)
SHARE = st.floats(0.01, 1)


@st.composite
def parameters(draw: Any) -> PictureSettings:
    sampler = draw(st.sampled_from(list(SAMPLERS)))
    row = SAMPLERS[sampler]
    mixed = draw(st.booleans())
    return PictureSettings(
        prompt=draw(PROMPT).strip(),
        negative_prompt=draw(PROMPT).strip(),
        steps=draw(st.integers(1, 150)),
        sampler=sampler,
        guidance_scale=draw(st.floats(1, 30)),
        seed=draw(SEED),
        width=draw(SIDE),
        height=draw(SIDE),
        model_hash=draw(st.text("0123456789abcdef", min_size=10, max_size=10)),
        model=draw(VALUE),
        clip_skip=draw(st.integers(1, 12)),
        ti_hashes=tuple(draw(st.dictionaries(WORD, st.from_regex("[0-9a-f]{12}", fullmatch=True), max_size=3)).items()),
        schedule=draw(st.sampled_from([s for s in ("Automatic", *SCHEDULES) if s != row.schedule])),
        variation_seed=draw(SEED) if mixed else None,
        variation_strength=draw(SHARE) if mixed else 0.0,
        seed_resize_from=draw(st.none() | st.tuples(SIDE, SIDE)),
        denoising_strength=draw(st.none() | SHARE),
        init_image_hash=draw(st.sampled_from(["", "0a1b2c3d"])),
        ensd=draw(st.sampled_from([0, 31337, -5])),
        rng=draw(st.sampled_from(["CPU", "GPU", "NV"])),
        hires_scale=draw(st.none() | st.floats(1, 4)),
        hires_resize=draw(st.none() | st.tuples(st.just(0) | SIDE, SIDE)),
        hires_steps=draw(st.integers(0, 150)),
        hires_upscaler=draw(st.just("") | st.sampled_from(UPSCALER_NAMES).map(lambda row: row.name) | VALUE),
        eta=None if row.eta is None else draw(st.none() | SHARE.filter(lambda eta: eta != row.eta)),
        drop_penultimate=draw(st.booleans()),
        emphasis=draw(st.sampled_from(["Original", "No norm", "Ignore"])),
        others=tuple(draw(st.dictionaries(KEY, VALUE, max_size=3)).items()),
        version=VERSION,
    )


@settings(max_examples=300, deadline=None)
@given(parameters())
def test_what_was_written_reads_back(written: PictureSettings) -> None:
    text = format_parameters(written)
    assert parse_parameters(text) == written
    assert has_settings(text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    read = parse_parameters(text)
    assert isinstance(read.prompt, str)
    assert read.steps == 20 or "Steps" in text


OF_2022 = """masterpiece, (a cat:1.2), [dog|fox]
second line
Negative prompt: lowres,
 bad hands
Steps: 28, Sampler: DPM++ 2M Karras, CFG scale: 7.5, Seed: 1234, Size: 512x768, Model hash: 925997e9, """
OF_2022 += "Clip skip: 2, ENSD: 31337"


def test_a_text_of_2022() -> None:
    assert parse_parameters(OF_2022) == PictureSettings(
        prompt="masterpiece, (a cat:1.2), [dog|fox]\nsecond line",
        negative_prompt="lowres,\nbad hands",
        steps=28,
        sampler="DPM++ 2M",
        guidance_scale=7.5,
        seed=1234,
        width=512,
        height=768,
        model_hash="925997e9",
        model="",
        clip_skip=2,
        ensd=31337,
        rng="GPU",
        version="",
    )


def test_a_text_of_the_web_ui_1_10() -> None:
    text = (
        "a cat\nSteps: 20, Sampler: DPM++ 2M SDE, Schedule type: Karras, CFG scale: 7, Seed: 5, Size: 512x512, "
        'Model hash: 6ce0161689, Model: v1-5-pruned-emaonly, VAE: "a, b.pt", Denoising strength: 0.7, RNG: NV, '
        "Hires upscale: 2, Hires upscaler: R-ESRGAN 4x+, "
        'TI hashes: "my-cat: 0123456789ab, dog: ba9876543210", Emphasis: No norm, Version: v1.10.1'
    )
    read = parse_parameters(text)
    assert (read.sampler, read.schedule, read.rng, read.emphasis) == ("DPM++ 2M SDE", "Karras", "NV", "No norm")
    assert read.ti_hashes == (("my-cat", "0123456789ab"), ("dog", "ba9876543210"))
    assert (read.hires_scale, read.hires_upscaler, read.hires_steps) == (2, "R-ESRGAN 4x+", 0)
    assert read.others == (("VAE", "a, b.pt"),)
    assert (read.denoising_strength, read.version) == (0.7, "v1.10.1")


@pytest.mark.parametrize(
    ("last", "settings_line"), [("Steps: 5, Seed: 2, Size: 8x8", True), ("Steps: 5, Seed: 2", False)]
)
def test_three_pairs_make_a_line_of_settings(last: str, settings_line: bool) -> None:
    read = parse_parameters(f"a cat\n{last}")
    assert has_settings(f"a cat\n{last}") is settings_line
    assert (read.prompt, read.steps) == (("a cat", 5) if settings_line else (f"a cat\n{last}", 20))


@pytest.mark.parametrize("value", ['"', '"a"', '"a', " a", "a ", 'a"b"', "\\", '"\\"', "a\rb"])
def test_a_value_keeps_its_quotes_and_spaces(value: str) -> None:
    written = replace(parse_parameters(OF_2022), model=value, others=(("Some key", value),))
    assert parse_parameters(format_parameters(written)) == written


def test_nothing_but_a_prompt() -> None:
    read = parse_parameters("a cat, style: oil\nsecond: line")
    assert (read.prompt, read.negative_prompt) == ("a cat, style: oil\nsecond: line", "")
    assert (read.steps, read.sampler, read.schedule) == (20, "Euler a", "Automatic")
    assert (read.seed, read.width, read.clip_skip, read.rng, read.emphasis) == (-1, 0, 1, "GPU", "Original")
    assert not has_settings("a cat, style: oil\nsecond: line")


@pytest.mark.parametrize(
    ("sampler", "schedule", "read"),
    [
        ("Euler a", "Automatic", ("Euler a", "Automatic")),
        ("DPM++ 2M", "Karras", ("DPM++ 2M", "Automatic")),
        ("DPM++ SDE Karras", "Automatic", ("DPM++ SDE", "Automatic")),
        ("LMS Karras", "Automatic", ("LMS", "Karras")),
        ("k_euler", "sgm_uniform", ("Euler", "SGM Uniform")),
        ("Euler", "Turbo", ("Euler", "Turbo")),
        ("IPNDM", "Karras", ("IPNDM", "Karras")),
    ],
)
def test_samplers_and_schedules_of_every_age(sampler: str, schedule: str, read: tuple[str, str]) -> None:
    found = parse_parameters(f"x\nSteps: 1, Sampler: {sampler}, Schedule type: {schedule}, Seed: 1")
    assert (found.sampler, found.schedule) == read


@pytest.mark.parametrize(
    "nonsense",
    [
        "Steps: many",
        f"Steps: {'9' * 5000}",
        "CFG scale: nan",
        "CFG scale: 1e999",
        "Size: 512",
        "Size: 1x",
        "Seed: 0x1F",
        "Hires upscale: two",
        "Hires resize: 1024",
    ],
)
def test_what_is_no_number_is_as_if_not_said(nonsense: str) -> None:
    read = parse_parameters(f"x\n{nonsense}, Sampler: Euler, Model: a, Clip skip: 2")
    assert (read.steps, read.guidance_scale, read.width, read.seed, read.clip_skip) == (20, 7.0, 0, -1, 2)


@pytest.mark.parametrize(
    "pattern",
    ["a", "aa:", 'ab:"', 'ab:"\\', ", ", "a b:,", 'ab:"x",', "-", "ab: \\", "\nab:", "Negative prompt:\n", '"'],
)
def test_time_grows_with_the_length_only(pattern: str) -> None:
    """A reader that goes back and forth needs longer for these than a test may take."""
    length = 400_000 // len(pattern)
    read = parse_parameters(pattern * length)
    assert len(read.prompt) + len(read.negative_prompt) + sum(len(key) + len(value) for key, value in read.others) > 0


def test_the_order_is_the_web_uis() -> None:
    everything = replace(
        parse_parameters(OF_2022),
        model="m",
        variation_seed=1,
        variation_strength=0.5,
        seed_resize_from=(8, 8),
        denoising_strength=0.5,
        init_image_hash="ab",
        eta=0.5,
        drop_penultimate=True,
        ti_hashes=(("a", "b"),),
        hypernetwork_hashes=(("a", "b"),),
        emphasis="No norm",
        rng="NV",
        hires_scale=2.0,
        hires_resize=(8, 8),
        hires_steps=3,
        hires_upscaler="Latent",
        schedule="Beta",
        version="v1",
    )
    texts = [format_parameters(replace(everything, sampler=sampler)) for sampler in ("Euler a", "DDIM")]
    found = [[part.split(": ")[0] for part in text.splitlines()[-1].split(", ")] for text in texts]
    of_ddim = {"Eta DDIM"}, {"Eta", "Beta schedule alpha", "Beta schedule beta"}
    assert found == [[key for key in KEYS if key not in others] for others in of_ddim]


@pytest.mark.parametrize(("sampler", "eta"), [("Euler a", 1.0), ("DDIM", 0.0)])
def test_an_eta_that_the_reader_assumes_is_left_out(sampler: str, eta: float) -> None:
    text = format_parameters(replace(parse_parameters(OF_2022), sampler=sampler, eta=eta))
    assert "Eta" not in text


def test_a_reader_needs_no_torch() -> None:
    modules = "json, sys, trainer.infotext.webui, trainer.infotext.picture_text"
    code = f"import {modules}; print(json.dumps([*sys.modules]))"
    loaded = json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
    assert not {"torch", "numpy", "diffusers", "transformers"} & set(loaded)


def test_lines_after_the_settings_are_no_prompt() -> None:
    """As prompt generators for the web UI add them."""
    read = parse_parameters(
        "a cat\nNegative prompt: bad\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1\n"
        "Template: a {cat|dog}\n\nthe end"
    )
    assert (read.prompt, read.negative_prompt, read.steps, read.seed) == ("a cat", "bad", 20, 1)
    assert read.others == (("Template", "a {cat|dog}"), ("…", "the end"))
    assert not has_settings("key: a, other: b, third: c\nand no settings")


def test_seeds_of_64_bits_are_kept() -> None:
    assert parse_parameters("x\nSteps: 1, Sampler: Euler, Seed: 18446744073709551615").seed == 2**64 - 1


@pytest.mark.parametrize(
    ("written", "size", "resize"),
    [
        ("Size: 1024x1024, First pass size: 512x512", (512, 512), (1024, 1024)),
        ("Size: 1024x768, First pass size: 0x0", (640, 448), (1024, 768)),
        ("Size-1: 640, Size-2: 448", (640, 448), None),
        ("Size: 512x512, Hires resize: 768x0", (512, 512), (768, 0)),
    ],
)
def test_sizes_as_older_texts_have_them(written: str, size: tuple[int, int], resize: tuple[int, int] | None) -> None:
    read = parse_parameters(f"x\nSteps: 20, Sampler: Euler, Seed: 1, {written}")
    assert ((read.width, read.height), read.hires_resize, read.others) == (size, resize, ())


def test_a_hypernetwork_becomes_a_tag() -> None:
    read = parse_parameters("an owl\nSteps: 20, Sampler: Euler, Seed: 1, Hypernet: anime, Hypernet strength: 0.6")
    assert read.prompt == "an owl<hypernet:anime:0.6>"
    hashed = parse_parameters("an owl\nSteps: 20, Sampler: Euler, Hypernet: anime, Hypernet hash: 0123456789")
    assert (hashed.prompt, hashed.hypernetwork_hashes) == ("an owl<hypernet:anime:1.0>", (("anime", "0123456789"),))
    assert hashed.others == ()


@pytest.mark.parametrize(
    ("written", "sampler", "schedule"),
    [
        ("dpmpp_2m_karras", "DPM++ 2M", "Automatic"),
        ("euler_ancestral_normal", "Euler a", "Normal"),
        ("euler_a", "Euler a", "Automatic"),
        ("dpmpp_sde, Schedule type: karras", "DPM++ SDE", "Automatic"),
        ("DPM++ 2M SGMUniform", "DPM++ 2M", "SGM Uniform"),
        ("dpmpp_2m_sde_ddim_uniform", "DPM++ 2M SDE", "DDIM"),
        ("uni_pc", "UniPC", "Automatic"),
    ],
)
def test_names_of_samplers_as_other_programs_write_them(written: str, sampler: str, schedule: str) -> None:
    read = parse_parameters(f"x\nSteps: 20, Sampler: {written}, Seed: 1")
    assert (read.sampler, read.schedule) == (sampler, schedule)

"""The text people paste: how a picture was made, in the web UI's order and quoting. `infotext` reads it back."""

import json
from dataclasses import dataclass

from trainer.infotext.picture_text import save_png as save_png
from trainer.sampling.sampler_names import SAMPLER_NAMES

VERSION = "embedsmith-0.2.0"
KEYS = (
    "Steps",
    "Sampler",
    "Schedule type",
    "CFG scale",
    "Seed",
    "Size",
    "Model hash",
    "Model",
    "Variation seed",
    "Variation seed strength",
    "Seed resize from",
    "Denoising strength",
    "Clip skip",
    "ENSD",
    "Init image hash",
    "RNG",
    "Hires upscale",
    "Hires resize",
    "Hires steps",
    "Hires upscaler",
    "Beta schedule alpha",
    "Beta schedule beta",
    "Eta",
    "Eta DDIM",
    "Discard penultimate sigma",
    "TI hashes",
    "Emphasis",
    "Version",
)
"""Settings that have a place in `Parameters`, in the web UI's order."""
_ROWS = {row.name: row for row in SAMPLER_NAMES}
_ETAS = {row.name: row.eta for row in SAMPLER_NAMES}
_BETA = "0.6"
"""Both parameters of the schedule "Beta"; `trainer.sampling.curves` has no others."""


@dataclass(frozen=True)
class Parameters:
    """All that makes a picture again. `sampler` is the web UI's name, sizes are pixels. Nobody's id is among it."""

    prompt: str
    negative_prompt: str
    steps: int
    sampler: str
    guidance_scale: float
    seed: int
    width: int
    height: int
    model_hash: str
    model: str
    clip_skip: int = 1
    ti_hashes: tuple[tuple[str, str], ...] = ()
    """Of each embedding used: its name, and 12 hexadecimal digits of its file's SHA-256."""
    schedule: str = "Automatic"
    """Noise schedule by the web UI's label."""
    variation_seed: int | None = None
    variation_strength: float = 0.0
    seed_resize_from: tuple[int, int] | None = None
    """Width and height in pixels at which the seed was found."""
    denoising_strength: float | None = None
    """Of a picture drawn over another, or over a smaller one of its own, 0 to 1."""
    init_image_hash: str = ""
    ensd: int = 0
    rng: str = "CPU"
    """Where the noise came from: CPU, GPU or NV."""
    hires_upscale: float | None = None
    """By how much the picture was enlarged and then drawn over; None where it was not, or to a size in pixels."""
    hires_resize: tuple[int, int] | None = None
    """To which width and height in pixels; a side of 0 follows from the other one."""
    hires_steps: int = 0
    """Made at that size; 0 is as many as before."""
    hires_upscaler: str = ""
    eta: float | None = None
    """Amount of fresh noise; None is the sampler's own."""
    drop_penultimate: bool = False
    emphasis: str = "Original"
    others: tuple[tuple[str, str], ...] = ()
    """What a text says that is not known here: key and value."""
    version: str = VERSION


def format_parameters(p: Parameters) -> str:
    """Prompt, negative prompt and settings as the web UI (1.10) writes them into its pictures."""
    negative = f"\nNegative prompt: {p.negative_prompt}" if p.negative_prompt else ""
    settings = ", ".join(f"{key}: {_quote(value)}" for key, value in _settings(p).items())
    return f"{p.prompt}{negative}\n{settings}".strip()


def _settings(p: Parameters) -> dict[str, str]:
    """Settings in the web UI's order; those at a value that its reader assumes are left out."""
    mixed = p.variation_seed is not None and p.variation_strength > 0
    eta = None if p.eta == _ETAS.get(p.sampler) else _number(p.eta)
    schedule = _schedule_used(p)
    beta = _BETA if schedule == "Beta" and p.sampler in _ROWS and _ROWS[p.sampler].grid is None else None
    known = {
        "Steps": str(p.steps),
        "Sampler": p.sampler,
        "Schedule type": schedule,
        "CFG scale": _number(p.guidance_scale),
        "Seed": str(p.seed),
        "Size": f"{p.width}x{p.height}",
        "Model hash": p.model_hash,
        "Model": p.model,
        "Variation seed": str(p.variation_seed) if mixed else None,
        "Variation seed strength": _number(p.variation_strength) if mixed else None,
        "Seed resize from": _size(p.seed_resize_from),
        "Denoising strength": _number(p.denoising_strength),
        "Clip skip": str(p.clip_skip) if p.clip_skip > 1 else None,
        "ENSD": str(p.ensd) if p.ensd else None,
        "Init image hash": p.init_image_hash,
        "RNG": p.rng if p.rng != "GPU" else None,
        "Hires upscale": _number(p.hires_upscale),
        "Hires resize": _size(p.hires_resize),
        "Hires steps": str(p.hires_steps) if p.hires_steps else None,
        "Hires upscaler": p.hires_upscaler,
        "Beta schedule alpha": beta,
        "Beta schedule beta": beta,
        "Eta": eta if _ETAS.get(p.sampler) != 0 else None,
        "Eta DDIM": eta if _ETAS.get(p.sampler) == 0 else None,
        "Discard penultimate sigma": "True" if p.drop_penultimate else None,
        "TI hashes": ", ".join(f"{_plain(name)}: {digits}" for name, digits in p.ti_hashes),
        "Emphasis": p.emphasis if p.emphasis != "Original" else None,
        **dict(p.others),
        "Version": p.version,
    }
    return {key: value for key, value in known.items() if value}


def _schedule_used(p: Parameters) -> str:
    """The sampler's own by its label, where it has one: "Automatic" would be read as none by other programs."""
    row = _ROWS.get(p.sampler)
    if row is None or p.schedule != "Automatic" or row.schedule == "Uniform":
        return p.schedule
    return row.schedule


def _size(size: tuple[int, int] | None) -> str | None:
    return None if size is None else "{}x{}".format(*size)


def _number(value: float | None) -> str | None:
    """As Python writes it, so that nothing is lost, but 7 for 7.0 as in the web UI."""
    return None if value is None else repr(float(value)).removesuffix(".0")


def _plain(name: str) -> str:
    return name.replace(":", "").replace(",", "")


def _quote(value: str) -> str:
    """JSON where the web UI would, and where its reader would take something off the ends."""
    special = any(mark in value for mark in ",\n\r:") or value != value.strip() or value.startswith('"')
    return json.dumps(value, ensure_ascii=False) if special else value

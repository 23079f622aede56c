"""The line people paste: how a picture was made, in the web UI's order and quoting."""

import io
import json
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from trainer.embeddings.aside import write_aside

_VERSION = "embedsmith-0.1.0"


@dataclass(frozen=True)
class Parameters:
    """All that makes a picture again. `sampler` is the web UI's name, sizes are pixels."""

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


def format_parameters(p: Parameters) -> str:
    """Prompt, negative prompt and settings as the web UI (1.10) writes them into its pictures."""
    negative = f"\nNegative prompt: {p.negative_prompt}" if p.negative_prompt else ""
    settings = ", ".join(f"{key}: {_quote(value)}" for key, value in _settings(p).items())
    return f"{p.prompt}{negative}\n{settings}".strip()


def save_png(image: Image.Image, path: Path, parameters: str | None) -> None:
    """Write a PNG that carries `parameters` where the web UI looks for it, all at once. Raises OSError."""
    text = PngInfo()
    if parameters is not None:
        text.add_text("parameters", parameters)  # tEXt, or iTXt where Latin-1 does not suffice
    buffer = io.BytesIO()
    image.save(buffer, "PNG", pnginfo=text)
    write_aside(path, buffer.getvalue())


def _settings(p: Parameters) -> dict[str, str]:
    """Settings in the web UI's order; those at a value that its reader assumes are left out."""
    optional = {
        "Clip skip": str(p.clip_skip) if p.clip_skip > 1 else None,
        "RNG": "CPU",
        "TI hashes": ", ".join(f"{_plain(name)}: {digits}" for name, digits in p.ti_hashes) or None,
        "Version": _VERSION,
    }
    return {
        "Steps": str(p.steps),
        "Sampler": p.sampler,
        "Schedule type": "Automatic",
        "CFG scale": f"{p.guidance_scale:g}",
        "Seed": str(p.seed),
        "Size": f"{p.width}x{p.height}",
        "Model hash": p.model_hash,
        "Model": p.model,
    } | {key: value for key, value in optional.items() if value is not None}


def _plain(name: str) -> str:
    return name.replace(":", "").replace(",", "")


def _quote(value: str) -> str:
    return json.dumps(value, ensure_ascii=False) if any(mark in value for mark in ",\n:") else value

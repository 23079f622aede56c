"""The text people paste: how a picture was made, in the web UI's order and quoting. `infotext` reads it back."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from trainer.infotext.picture_text import save_png as save_png
from trainer.protocol.settings import DRAWING, PictureSettings, Setting
from trainer.sampling.sampler_names import SAMPLER_NAMES

VERSION = "embedsmith-0.2.0"
KEYS = tuple(row.key for row in DRAWING if row.key)
"""Settings that have a place in `PictureSettings`, in the web UI's order."""
_SAMPLERS = {row.name: row for row in SAMPLER_NAMES}
_BETA = 0.6
"""Both parameters of the schedule "Beta"; `trainer.sampling.curves` has no others."""
_ASSUMED = PictureSettings()


def format_parameters(p: PictureSettings) -> str:
    """Prompt, negative prompt and settings as the web UI (1.10) writes them into its pictures."""
    negative = f"\nNegative prompt: {p.negative_prompt}" if p.negative_prompt else ""
    settings = ", ".join(f"{key}: {_quote(value)}" for key, value in _settings(p).items())
    return f"{p.prompt}{negative}\n{settings}".strip()


def _settings(p: PictureSettings) -> dict[str, str]:
    """Settings in the web UI's order; those at a value that its reader assumes are left out."""
    known = {row.key: _written(p, row) for row in DRAWING if row.key}
    version = known.pop("Version")
    return {key: text for key, text in {**known, **dict(p.others), "Version": version}.items() if text}


def _written(p: PictureSettings, row: Setting) -> str:
    """Empty for what is left out."""
    special = _SPECIAL.get(row.key)
    value = special(p) if special else getattr(p, row.said)
    assumed = getattr(_ASSUMED, row.said, None)
    return row.value.written(value) if row.always or value not in (None, assumed) else ""


def _schedule_used(p: PictureSettings) -> str:
    """The sampler's own by its label, where it has one: "Automatic" would be read as none by other programs."""
    row = _SAMPLERS.get(p.sampler)
    if row is None or p.schedule != "Automatic" or row.schedule == "Uniform":
        return p.schedule
    return row.schedule


def _beta(p: PictureSettings) -> float | None:
    row = _SAMPLERS.get(p.sampler)
    return _BETA if row is not None and row.grid is None and _schedule_used(p) == "Beta" else None


def _eta(p: PictureSettings, *, of_ddim: bool) -> float | None:
    """The web UI has two, of which the samplers that add no noise of their own have theirs. None is the sampler's."""
    own = _SAMPLERS[p.sampler].eta if p.sampler in _SAMPLERS else None
    return p.eta if p.eta != own and (own == 0) is of_ddim else None


def _is_mixed(p: PictureSettings) -> bool:
    return p.variation_seed is not None and p.variation_strength > 0


_SPECIAL: Mapping[str, Callable[[PictureSettings], Any]] = {
    "Schedule type": _schedule_used,
    "Size": lambda p: (p.width, p.height),
    "Variation seed": lambda p: p.variation_seed if _is_mixed(p) else None,
    "Variation seed strength": lambda p: p.variation_strength if _is_mixed(p) else None,
    "Beta schedule alpha": _beta,
    "Beta schedule beta": _beta,
    "Eta": lambda p: _eta(p, of_ddim=False),
    "Eta DDIM": lambda p: _eta(p, of_ddim=True),
}
"""What does not stand in a text as it is; None is left out."""


def _quote(value: str) -> str:
    """JSON where the web UI would, and where its reader would take something off the ends."""
    special = any(mark in value for mark in ",\n\r:") or value != value.strip() or value.startswith('"')
    return json.dumps(value, ensure_ascii=False) if special else value

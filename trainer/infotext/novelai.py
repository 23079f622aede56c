"""NovelAI's texts: the prompt as the picture's description, the settings as JSON in its comment."""

from collections.abc import Mapping

from trainer.infotext.values import inner, number_of, read_object, sampler_of, text_of, whole_of
from trainer.protocol.settings import PictureSettings

_SCHEDULES = {"karras": "Karras", "exponential": "Exponential", "polyexponential": "Polyexponential"}
_CLIP_SKIP, _ENSD = 2, 31337
"""What the web UI takes for its pictures."""


def read_novelai(info: Mapping[str, str]) -> PictureSettings | None:
    """Raises ValueError for what is not NovelAI's."""
    said = read_object(info["Comment"])
    if info.get("Software") != "NovelAI" and not {"uc", "scale", "sampler"} <= said.keys():
        raise ValueError("not NovelAI's")
    if "sampler" not in said and "steps" not in said:
        return None
    written = text_of(said, "sampler").removesuffix("_ancestral_").replace("ddim_v3", "ddim")
    sampler, schedule = sampler_of(written or "Euler a", _SCHEDULES.get(text_of(said, "noise_schedule"), ""))
    base = text_of(inner(inner(said, "v4_prompt"), "caption"), "base_caption")
    unwanted = text_of(inner(inner(said, "v4_negative_prompt"), "caption"), "base_caption")
    return PictureSettings(
        prompt=info.get("Description", "") or text_of(said, "prompt") or base,
        negative_prompt=text_of(said, "uc") or unwanted,
        steps=whole_of(said, "steps", 28),
        sampler=sampler,
        schedule=schedule,
        guidance_scale=number_of(said, "scale", 11.0),
        seed=whole_of(said, "seed", -1),
        width=whole_of(said, "width", int(info.get("Width", 0))),
        height=whole_of(said, "height", int(info.get("Height", 0))),
        model=info.get("Source", ""),
        clip_skip=_CLIP_SKIP,
        ensd=_ENSD,
        rng="GPU",
        version="NovelAI",
    )

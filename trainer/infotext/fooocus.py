"""Fooocus' texts: JSON where the web UI's kind of text would be."""

import re
from collections.abc import Mapping

from trainer.infotext.values import number_of, read_object, sampler_of, text_of, whole_of
from trainer.protocol.settings import PictureSettings

_SIZE = re.compile(r"\((\d{1,6}), ?(\d{1,6})\)", re.ASCII)


def read_fooocus(info: Mapping[str, str]) -> PictureSettings | None:
    """Raises ValueError for what is not Fooocus'."""
    said = read_object(info["parameters"])
    if "prompt" not in said or not {"sampler", "metadata_scheme", "base_model"} & said.keys():
        raise ValueError("not Fooocus'")
    sampler, schedule = sampler_of(text_of(said, "sampler").removesuffix("_gpu"), text_of(said, "scheduler"))
    size = _SIZE.fullmatch(text_of(said, "resolution"))
    known = ("lora_combined_1", "sharpness", "styles", "performance", "refiner_model")
    return PictureSettings(
        prompt=text_of(said, "prompt"),
        negative_prompt=text_of(said, "negative_prompt"),
        steps=whole_of(said, "steps", 30),
        sampler=sampler,
        schedule=schedule,
        guidance_scale=number_of(said, "guidance_scale", 4.0),
        seed=whole_of(said, "seed", -1),
        width=int(size[1]) if size else 0,
        height=int(size[2]) if size else 0,
        model_hash=text_of(said, "base_model_hash"),
        model=text_of(said, "base_model"),
        clip_skip=whole_of(said, "clip_skip", 1),
        rng="CPU",
        others=tuple((key, str(said[key])) for key in known if said.get(key) not in (None, "", "None")),
        version=text_of(said, "version") or "Fooocus",
    )

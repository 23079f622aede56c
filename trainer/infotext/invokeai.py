"""InvokeAI's texts: JSON of version 3 and later, and of version 2."""

from collections.abc import Mapping
from typing import Any

from trainer.infotext.values import Object, inner, number_of, read_object, sampler_of, text_of, whole_of
from trainer.protocol.settings import PictureSettings

_NAMES = {
    "dpmpp_2s": "DPM++ 2S a",
    "dpmpp_3m": "DPM++ 3M SDE",
    "kdpm_2": "DPM2",
    "kdpm_2_a": "DPM2 a",
    "pndm": "PLMS",
    "unipc": "UniPC",
}
"""Its own names of samplers that other programs do not use."""


def read_invokeai(info: Mapping[str, str]) -> PictureSettings | None:
    """Raises ValueError for what is not InvokeAI's."""
    if "invokeai_metadata" in info:
        return _of_version_3(read_object(info["invokeai_metadata"]))
    if "sd-metadata" in info:
        return _of_version_2(read_object(info["sd-metadata"]))
    return None


def _of_version_3(said: Object) -> PictureSettings | None:
    if "positive_prompt" not in said:
        return None
    sampler, schedule = _sampler(text_of(said, "scheduler"))
    model = inner(said, "model")
    strength = number_of(said, "strength", -1.0)
    return PictureSettings(
        prompt=text_of(said, "positive_prompt"),
        negative_prompt=text_of(said, "negative_prompt"),
        steps=whole_of(said, "steps", 30),
        sampler=sampler,
        schedule=schedule,
        guidance_scale=number_of(said, "cfg_scale", 7.5),
        seed=whole_of(said, "seed", -1),
        width=whole_of(said, "width", 0),
        height=whole_of(said, "height", 0),
        model=text_of(model, "name") or text_of(model, "model_name"),
        clip_skip=1 + max(0, whole_of(said, "clip_skip", 0)),
        denoising_strength=strength if "init_image" in said and strength >= 0 else None,
        rng="GPU" if text_of(said, "rand_device") == "cuda" else "CPU",
        version=f"InvokeAI {text_of(said, 'app_version')}".strip(),
    )


def _of_version_2(said: Object) -> PictureSettings | None:
    image = inner(said, "image")
    if not image:
        return None
    sampler, schedule = _sampler(text_of(image, "sampler"))
    prompt, negative = _bracketed(_prompt_of(image.get("prompt")))
    return PictureSettings(
        prompt=prompt,
        negative_prompt=negative,
        steps=whole_of(image, "steps", 50),
        sampler=sampler,
        schedule=schedule,
        guidance_scale=number_of(image, "cfg_scale", 7.5),
        seed=whole_of(image, "seed", -1),
        width=whole_of(image, "width", 0),
        height=whole_of(image, "height", 0),
        model_hash=text_of(said, "model_hash"),
        model=text_of(said, "model_weights"),
        rng="CPU",
        version=f"InvokeAI {text_of(said, 'app_version')}".strip(),
    )


def _prompt_of(value: Any) -> str:
    """A text, or parts of one."""
    if isinstance(value, str):
        return text_of({"prompt": value}, "prompt")
    parts = value if isinstance(value, list) else []
    return " ".join(text_of(part, "prompt") for part in parts if isinstance(part, dict))


def _bracketed(prompt: str) -> tuple[str, str]:
    """What stands in square brackets is not wanted."""
    unwanted = []
    while "[" in prompt and "]" in prompt[prompt.index("[") :]:
        before, _, rest = prompt.partition("[")
        inside, _, after = rest.partition("]")
        unwanted.append(inside.strip())
        prompt = before + after
    return " ".join(prompt.split()), ", ".join(unwanted)


def _sampler(name: str) -> tuple[str, str]:
    """Names such as `dpmpp_2m_k`, whose end says Karras; without it the steps are uniform."""
    bare = name.removesuffix("_k")
    sampler, schedule = sampler_of(_NAMES.get(bare, bare))
    return sampler, "Karras" if bare != name else "Uniform" if schedule == "Automatic" else schedule

"""From a drawing request to its order."""

from collections.abc import Mapping
from pathlib import Path

import torch
from PIL import Image, ImageOps

from trainer.data.picture import read_upright
from trainer.embeddings.embedding import Embedding
from trainer.engine.order import Order, Start
from trainer.engine.wording import read_wording
from trainer.models.family import Family
from trainer.protocol import DrawRequest
from trainer.sampling.sampler_names import ScheduleChoice, read_sampler, read_schedule
from trainer.sampling.samplers import SAMPLERS, SamplerRow


def order_of(model: Family, request: DrawRequest, words: Mapping[str, Embedding]) -> Order:
    """Raises PromptTooLong, UnknownSampler, UnknownSchedule, BadPicture."""
    sampler, schedule = _sampler(request)
    lengths = {word: len(embedding.vectors) for word, embedding in words.items()}
    calls = request.steps * sampler.calls_per_step
    wording = read_wording(model.reader, request.prompt, request.negative_prompt, calls, lengths, request.emphasis)
    width, height = request.width or model.native_size, request.height or model.native_size
    return Order(
        wording=wording,
        vectors={word: torch.tensor(words[word].vectors, device=model.device) for word in wording.words},
        sampler=sampler,
        steps=request.steps,
        guidance_scale=request.guidance_scale,
        starts=tuple(_start(request, place) for place in range(request.count)),
        width=width,
        height=height,
        clip_skip=request.clip_skip,
        schedule=schedule,
        eta=request.eta,
        # The web UI says it of no other sampler, so that their pictures could not be drawn again.
        ensd=request.ensd if sampler.uses_ensd else 0,
        rng=request.rng,
        variation_strength=request.variation_strength,
        image=_image(Path(request.image), width, height) if request.image else None,
        strength=request.strength,
    )


def _sampler(request: DrawRequest) -> tuple[SamplerRow, ScheduleChoice]:
    """A schedule that is asked for goes before one that an old sampler's name ends in ("DPM++ 2M Karras")."""
    name, ending = read_sampler(request.sampler)
    schedule = read_schedule(request.schedule)
    return SAMPLERS[name.name], ending if schedule == "Automatic" else schedule


def _start(request: DrawRequest, place: int) -> Start:
    if request.variation_strength == 0:
        return Start(request.seed + place)
    return Start(request.seed, (request.variation_seed or 0) + place)


def _image(path: Path, width: int, height: int) -> Image.Image:
    """Covered and centre cropped; the web UI would stretch it unless told otherwise."""
    return ImageOps.fit(read_upright(path), (width, height), Image.Resampling.LANCZOS)

"""From a drawing request to its order."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from msgspec import structs
from PIL import Image, ImageOps
from torch import Tensor

from trainer.data.picture import read_upright
from trainer.embeddings.embedding import Embedding
from trainer.engine.drawing.order import Larger, Order, Start
from trainer.engine.drawing.wording import Wording, read_wording
from trainer.hypernetworks.hypernetwork import Chain
from trainer.models.family import Family
from trainer.protocol import LARGEST_SEED, SIDE_MULTIPLE, DrawRequest, Hires, fault_in
from trainer.refusal import Refusal
from trainer.sampling.enlargement import Enlargement, enlargement_of
from trainer.sampling.sampler_names import ScheduleChoice, read_sampler, read_schedule
from trainer.sampling.samplers.table import SAMPLERS, SamplerRow
from trainer.upscaling.folder import UpscalersFolder


def order_of(
    model: Family,
    request: DrawRequest,
    words: Mapping[str, Embedding],
    hypernetworks: Chain,
    upscalers: UpscalersFolder,
) -> Order:
    """Raises PromptTooLong, UnknownSampler, UnknownSchedule, UnknownUpscaler, BadUpscaler, BadPicture, Refusal."""
    order = _first(model, request, words)
    if hypernetworks.links:
        order = replace(order, applied=hypernetworks)
    if request.hires is None:
        return order
    enlargement, second = _larger(model, request, request.hires, order, words)
    upscaler = upscalers.named(request.hires.upscaler)
    return replace(order, larger=Larger(upscaler, enlargement, second, upscalers.network(upscaler)))


def _first(model: Family, request: DrawRequest, words: Mapping[str, Embedding]) -> Order:
    sampler, schedule = _sampler(request)
    wording = _wording(model, request, words, request.steps * sampler.calls_per_step)
    width, height = request.width or model.native_size, request.height or model.native_size
    return Order(
        wording=wording,
        vectors=_vectors(model, wording, words),
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
        seed_resize_from=request.seed_resize_from,
        image=_image(Path(request.image), width, height) if request.image else None,
        strength=request.strength,
    )


def _larger(
    model: Family, request: DrawRequest, hires: Hires, first: Order, words: Mapping[str, Embedding]
) -> tuple[Enlargement, Order]:
    """The same, but for its size, its steps, and what the prompt says at these."""
    sized = structs.replace(request, width=first.width, height=first.height)
    if fault := fault_in(sized):  # a size that is the model's own was not known to whoever asked before
        raise Refusal(fault.reason, **fault.facts)
    enlargement = enlargement_of((first.width, first.height), hires.scale, hires.resize, SIDE_MULTIPLE)
    steps = hires.steps or first.steps
    calls = steps * first.sampler.calls_per_step
    wording = _wording(model, request, words, calls, earlier=first.wording.calls)
    width, height = enlargement.size
    order = replace(
        first,
        wording=wording,
        vectors=_vectors(model, wording, words),
        steps=steps,
        width=width,
        height=height,
        image=None,
        strength=hires.strength,
        all_steps=True,
    )
    return enlargement, order


def _wording(
    model: Family, request: DrawRequest, words: Mapping[str, Embedding], calls: int, earlier: int = 0
) -> Wording:
    lengths = {word: len(embedding.vectors) for word, embedding in words.items()}
    prompts = request.prompt, request.negative_prompt
    return read_wording(model.reader, *prompts, calls, lengths, request.emphasis, earlier)


def _vectors(model: Family, wording: Wording, words: Mapping[str, Embedding]) -> dict[str, Tensor]:
    return {word: torch.tensor(words[word].vectors, device=model.device) for word in wording.words}


def _sampler(request: DrawRequest) -> tuple[SamplerRow, ScheduleChoice]:
    """A schedule that is asked for goes before one that an old sampler's name ends in ("DPM++ 2M Karras")."""
    name, ending = read_sampler(request.sampler)
    schedule = read_schedule(request.schedule)
    return SAMPLERS[name.name], ending if schedule == "Automatic" else schedule


def _start(request: DrawRequest, place: int) -> Start:
    if request.variation_strength == 0:
        return Start((request.seed + place) % (LARGEST_SEED + 1))
    return Start(request.seed, ((request.variation_seed or 0) + place) % (LARGEST_SEED + 1))


def _image(path: Path, width: int, height: int) -> Image.Image:
    """Covered and centre cropped; the web UI would stretch it unless told otherwise."""
    return ImageOps.fit(read_upright(path), (width, height), Image.Resampling.LANCZOS)

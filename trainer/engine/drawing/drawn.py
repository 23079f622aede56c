"""What is told of a finished drawing, in the protocol's words and in the text that people paste."""

from typing import Any

from trainer.embeddings.embedding import Embedding
from trainer.engine.drawing.order import Larger, Order, Start
from trainer.hypernetworks.hypernetwork import Chain
from trainer.infotext.parameters import VERSION, format_parameters
from trainer.models.family import Family
from trainer.prompts.prompt import PromptPlan
from trainer.prompts.reading import reading_of
from trainer.protocol import DrawingSettings, DrawRequest, Hires, PictureSettings, ReadPart, ReadStage, Word

_BRACKETS = ("(", "[")


def reading_told(plan: PromptPlan) -> tuple[ReadPart, ...]:
    """How a prompt was read; nothing where it is plain text, or text with tags."""
    reading = reading_of(PromptPlan(plan.sub_prompts))
    if reading.is_plain:
        return ()
    return tuple(
        ReadPart(
            weight=part.weight,
            stages=tuple(
                ReadStage(first_step=stage.first_step, last_step=stage.last_step, blocks=stage.blocks)
                for stage in part.stages
            ),
            stages_left_out=part.stages_left_out,
        )
        for part in reading.sub_prompts
    )


def described(embedding: Embedding) -> Word:
    return Word(
        name=embedding.name,
        vectors=len(embedding.vectors),
        model=embedding.model,
        model_hash=embedding.model_hash,
    )


def parameters_of(
    model: Family,
    request: DrawRequest,
    order: Order,
    used: tuple[Embedding, ...],
    hypernetworks: Chain,
    start: Start,
) -> str:
    """The text that makes a picture again."""
    asked = {field: getattr(request, field) for field in DrawingSettings.__struct_fields__}
    made = {
        "sampler": order.sampler.name,
        "schedule": order.schedule,
        "seed": start.seed,
        "width": order.width,
        "height": order.height,
        "model_hash": model.model_hash,
        "model": model.model,
        "variation_seed": start.variation_seed,
        "denoising_strength": None if order.image is None else request.strength,
        "ensd": order.ensd,
        "eta": None if order.sampler.eta is None else request.eta,
        "ti_hashes": tuple((each.name, each.file_hash) for each in used if each.file_hash),
        "hypernetwork_hashes": hypernetworks.hashes,
        "emphasis": request.emphasis if _has_brackets(request) else "Original",
        "version": VERSION,
    }
    if request.hires is not None and order.larger is not None:
        made |= _enlarged(request.hires, order.larger)
    return format_parameters(PictureSettings(**asked | made))


def _enlarged(hires: Hires, larger: Larger) -> dict[str, Any]:
    """A text has room for one denoising strength: of a picture drawn over another and then enlarged it is the last."""
    resized = any(hires.resize)
    return {
        "denoising_strength": hires.strength,
        "hires_scale": None if resized else hires.scale,
        "hires_resize": hires.resize if resized else None,
        "hires_steps": hires.steps,
        "hires_upscaler": larger.upscaler.name,
    }


def _has_brackets(request: DrawRequest) -> bool:
    return any(bracket in text for text in (request.prompt, request.negative_prompt) for bracket in _BRACKETS)

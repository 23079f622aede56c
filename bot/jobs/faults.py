"""What is wrong with a request, as a refusal in the words of the person who made it."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.errors import (
    BadSchedule,
    BadSetting,
    BadSize,
    BadTemplate,
    EmptyStart,
    PromptTooLong,
    Refusal,
    TooLarge,
    TooManyVectors,
    UnknownSampler,
    UnknownUpscaler,
)
from trainer.protocol import (
    LARGEST_SIDE,
    LONGEST_PROMPT,
    MOST_VECTORS,
    SIDE_MULTIPLE,
    SMALLEST_SIDE,
    DrawRequest,
    FailureReason,
    Fault,
    Ready,
    Request,
    UnknownUpscaler as NoSuchUpscaler,
    Upscaler,
    fault_in,
    read_upscaler,
    too_large_in,
)

_OF_SETTINGS: tuple[FailureReason, ...] = ("bad_tuning", "unknown_upscaler")


def check(request: Request) -> None:
    """Raises the Refusal that says what is wrong, before anything is promised."""
    fault = fault_in(request)
    if fault is not None:
        raise _refusal(fault)


def check_device(request: Request, ready: Ready | None) -> None:
    """Raises TooLarge, before anything is promised, for what the trainer's device cannot make.

    None is no trainer that would know; the first one that does refuses the job itself.
    """
    fault = too_large_in(request, ready.largest_pixels, ready.native_size) if ready else None
    if fault is not None:
        raise _refusal(fault)


def check_upscaler(request: Request, upscalers: Sequence[Upscaler]) -> None:
    """Raises UnknownUpscaler, which names those there are."""
    if not isinstance(request, DrawRequest) or request.hires is None:
        return
    try:
        read_upscaler(request.hires.upscaler, upscalers)
    except NoSuchUpscaler as error:
        raise _refusal(Fault(reason="unknown_upscaler", facts=error.facts)) from None


def refusal_of(reason: str, facts: Mapping[str, str]) -> Refusal | None:
    """The refusal that names the setting because of which a job has failed; None where the facts tell of none."""
    try:
        return next((_refusal(Fault(reason=each, facts=dict(facts))) for each in _OF_SETTINGS if each == reason), None)
    except KeyError:
        return None


def _refusal(fault: Fault) -> Refusal:
    facts: dict[str, Any] = dict(fault.facts)
    match fault.reason:
        case "bad_learning_rate":
            return BadSchedule(
                text=facts["text"], part=facts["part"], reason=facts["problem"], steps=int(facts["steps"])
            )
        case "bad_template" if "picture" in facts:
            return BadTemplate(line=facts["line"], reason="captionless", picture=facts["picture"])
        case "bad_template":
            return BadTemplate(line=facts["line"], reason="nameless" if facts["line"] else "empty")
        case "unknown_sampler":
            return UnknownSampler(name=facts.get("sampler") or facts["schedule"])
        case "unknown_upscaler":
            return UnknownUpscaler(name=facts["upscaler"], known=facts["known"])
        case "bad_size":
            return BadSize(
                width=int(facts["width"]),
                height=int(facts["height"]),
                multiple=SIDE_MULTIPLE,
                least=SMALLEST_SIDE,
                most=LARGEST_SIDE,
            )
        case "too_large":
            return TooLarge(**{name: int(number) for name, number in facts.items()})
        case "bad_tuning" if "pattern" in facts:
            return BadSetting(part=facts["pattern"], reason="pattern")
        case "bad_tuning":
            return BadSetting(part=facts["setting"], reason="range", least=facts["least"], most=facts["most"])
        case "prompt_too_long":
            return PromptTooLong(characters=int(facts["characters"]), limit=LONGEST_PROMPT)
        case "bad_embedding" if facts["fault"] == "vectors":
            return TooManyVectors(vectors=int(facts["vectors"]), limit=MOST_VECTORS)
        case "bad_embedding":
            return EmptyStart()
        case _:
            raise AssertionError(f"a fault without a refusal: {fault}")

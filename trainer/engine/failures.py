"""What went wrong, in the protocol's words."""

import errno

import torch

from trainer.data.captions import BadWordRegex
from trainer.data.picture import BadPicture
from trainer.data.templates import BadTemplate
from trainer.embeddings.errors import BadEmbedding
from trainer.engine.memory import is_out_of_memory
from trainer.prompts.errors import PromptTooLong
from trainer.protocol import FailureReason, FileFault
from trainer.protocol.lr_schedule import BadSchedule
from trainer.refusal import Refusal
from trainer.sampling.sampler_names import UnknownSampler, UnknownSchedule
from trainer.sampling.upscaler_names import UnknownUpscaler
from trainer.upscaling.errors import BadUpscaler

_REASONS: tuple[tuple[type[Exception], FailureReason], ...] = (
    (BadTemplate, "bad_template"),
    (BadPicture, "bad_picture"),
    (BadWordRegex, "bad_tuning"),
    (BadSchedule, "bad_learning_rate"),
    (UnknownSampler, "unknown_sampler"),
    (UnknownSchedule, "unknown_sampler"),
)
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


class NotFinite(Refusal):
    """A loss or a vector is no longer a number; `step` and `snapshot` are what was kept, None where that is nothing."""

    def __init__(self, learning_rate: float, step: int, snapshot: str | None) -> None:
        super().__init__("not_finite", learning_rate=f"{learning_rate:g}")
        self.step, self.snapshot = step, snapshot


class NotFinitePicture(Refusal):
    """The model gave values that are no numbers where a picture should be."""

    def __init__(self, precision: torch.dtype) -> None:
        super().__init__("picture_not_finite", precision=str(precision).removeprefix("torch."))


def explain(error: Exception) -> tuple[FailureReason, dict[str, str]]:
    """Reason and facts of any exception that ended an attempt."""
    if isinstance(error, Refusal):
        return error.reason, error.facts
    if isinstance(error, PromptTooLong):
        return "prompt_too_long", error.facts
    if isinstance(error, UnknownUpscaler):
        return "unknown_upscaler", error.facts
    if isinstance(error, BadUpscaler):
        return "bad_upscaler", error.facts
    if isinstance(error, BadEmbedding):
        return "bad_embedding", _facts_of(error.fault)
    for kind, reason in _REASONS:
        if isinstance(error, kind):
            return reason, {"error": str(error)}
    if isinstance(error, OSError) and error.errno in _DISK_FULL:
        return "disk", {"error": str(error)}
    if is_out_of_memory(error):
        return "out_of_memory", {"error": str(error)}
    return "internal", {"error": f"{type(error).__name__}: {error}"}


def _facts_of(fault: FileFault) -> dict[str, str]:
    return {
        "fault": "file",
        "file": fault.reason,
        "name": fault.name,
        "count": str(fault.count),
        "other": str(fault.other),
    }

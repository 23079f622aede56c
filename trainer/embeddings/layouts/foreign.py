"""What a file of numbers is when it is no embedding, told from its keys, so that the refusal can name it."""

import re
from collections.abc import Hashable, Iterable

from trainer.embeddings.errors import BadEmbedding

_LORA_PART = re.compile(r"\.lora_(down|up|A|B|mid)\.weight$")
"""Beyond doubt, so that also a file of one tensor is known by it."""
_LORA = re.compile(r"lora_|\.lora\.|\.hada_w|\.lokr_|\.oft_")
_MODEL = re.compile(
    r"^(model\.diffusion_model|first_stage_model|cond_stage_model|conditioner|text_model|down_blocks|up_blocks|mid_block"
    r"|encoder\.|decoder\.|double_blocks|single_blocks|joint_blocks|transformer_blocks)"
)
_LAYERS = {"IN01", "IN02", "IN04", "IN05", "IN07", "IN08", "MID", "OUT03", "OUT11"}
_WIDTHS = {320, 640, 768, 1024, 1280}


def refuse_foreign(keys: Iterable[Hashable]) -> None:
    """Raise BadEmbedding, which says what the file is, if its keys are another kind's."""
    held = set(keys)
    if any(isinstance(key, str) and _LORA_PART.search(key) for key in held):
        raise BadEmbedding("lora")
    # One tensor alone is an embedding whatever its key: somebody's word may be "lora_cat".
    texts = [key for key in held if isinstance(key, str)] if len(held) > 1 else []
    if held >= _LAYERS:
        raise BadEmbedding("layers")
    if "optimizer_state_dict" in held:
        raise BadEmbedding("optimizer")
    if held & _WIDTHS:
        raise BadEmbedding("hypernetwork")
    if any(_LORA.search(key) for key in texts):
        raise BadEmbedding("lora")
    if "state_dict" in held or any(_MODEL.search(key) for key in texts):
        raise BadEmbedding("model")

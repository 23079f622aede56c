"""The embedding that travels in a LoRA's file: `bundle_emb.<word>.<part>`."""

from collections.abc import Hashable, Mapping
from typing import Any

from trainer.embeddings.errors import BadEmbedding

BUNDLED = "bundle_emb."
_WEBUI = ".string_to_param."


def bundled(held: Mapping[Hashable, Any]) -> dict[str, Any]:
    """Contents of the only embedding, as a file of its own would have them. Raises BadEmbedding if there are more."""
    words: dict[str, dict[str, Any]] = {}
    for key, value in held.items():
        if isinstance(key, str) and key.startswith(BUNDLED):
            word, part = _split(key.removeprefix(BUNDLED))
            words.setdefault(word, {})[part] = value
    if len(words) != 1:
        raise BadEmbedding("is a LoRA with several embeddings in it, of which none is taken")
    (parts,) = words.values()
    return parts


def _split(key: str) -> tuple[str, str]:
    """A word may have dots in it, a part has none."""
    if _WEBUI in key:
        word, _, placeholder = key.partition(_WEBUI)
        return word, placeholder
    word, _, part = key.rpartition(".")
    return word, part

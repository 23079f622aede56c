"""The embeddings that travel in a LoRA's file: `bundle_emb.<word>.<part>`."""

from collections.abc import Hashable, Mapping
from typing import Any

BUNDLED = "bundle_emb."
_WEBUI = ".string_to_param."


def bundled(held: Mapping[Hashable, Any]) -> dict[str, dict[Hashable, Any]]:
    """Contents of each embedding by its word, as a file of its own would have them."""
    words: dict[str, dict[Hashable, Any]] = {}
    for key, value in held.items():
        if isinstance(key, str) and key.startswith(BUNDLED):
            word, part = _split(key.removeprefix(BUNDLED))
            words.setdefault(word, {})[part] = value
    return words


def _split(key: str) -> tuple[str, str]:
    """A word may have dots in it, a part has none."""
    if _WEBUI in key:
        word, _, placeholder = key.partition(_WEBUI)
        return word, placeholder
    word, _, part = key.rpartition(".")
    return word, part

"""CLIP's tokenizer as the encoders were trained with it."""

import json
from pathlib import Path

from transformers import CLIPTokenizer

from trainer.models.errors import BadModel

SHIPPED = Path(__file__).parents[1] / "demo_model" / "tokenizer"
"""CLIP's own vocabulary; all families here share it."""


def read_tokenizer(folder: Path) -> CLIPTokenizer:
    """From vocabulary and merges alone. Raises BadModel, OSError.

    The folders of SD 2.x and SDXL make "!" a special token, because its id is their padding; read with these settings,
    every exclamation mark in a prompt would become padding.
    """
    vocabulary, merges, whole = (folder / name for name in ("vocab.json", "merges.txt", "tokenizer.json"))
    if vocabulary.is_file() and merges.is_file():
        return CLIPTokenizer(vocab=str(vocabulary), merges=str(merges))
    if not whole.is_file():
        raise BadModel(f"{folder} holds neither vocab.json and merges.txt nor tokenizer.json")
    model = json.loads(whole.read_text(encoding="utf-8"))["model"]
    pairs = (merge.split() if isinstance(merge, str) else merge for merge in model["merges"])
    # It says that it takes strings, and hands them to a tokenizer that takes pairs.
    return CLIPTokenizer(vocab=model["vocab"], merges=[tuple(pair) for pair in pairs])  # type: ignore[misc]

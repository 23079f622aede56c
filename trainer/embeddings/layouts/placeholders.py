"""Several tensors under words of their own in one file: which of them are rows of one word, which are words."""

import re
from collections.abc import Hashable, Mapping

from trainer.embeddings.tensors import StoredTensor

_FURTHER = re.compile(r"(?P<word>.+)_(?P<place>[1-9]\d{0,3})")


def rows_by_word(tensors: Mapping[Hashable, StoredTensor]) -> dict[str, list[StoredTensor]]:
    """Each word's tensors in their order; nothing where the keys are no words.

    `cat`, `cat_1`, `cat_2` are one word, as diffusers counts. Several words have to stand in `<…>`, so that the layers
    of whatever other file are not taken for words.
    """
    words: dict[str, dict[int, StoredTensor]] = {}
    for key, tensor in tensors.items():
        if not isinstance(key, str):
            return {}
        further = _FURTHER.fullmatch(key)
        if further and further["word"] in tensors:
            words.setdefault(further["word"], {})[int(further["place"])] = tensor
        else:
            words.setdefault(key, {})[0] = tensor
    if len(words) > 1 and not all(word.startswith("<") and word.endswith(">") for word in words):
        return {}
    if any(sorted(rows) != list(range(len(rows))) for rows in words.values()):
        return {}
    return {word: [rows[place] for place in sorted(rows)] for word, rows in words.items()}

"""Two files that are one word: what diffusers' SDXL script writes, one file for each text encoder."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from trainer.embeddings.embedding import SDXL_WIDTHS, Embedding
from trainer.embeddings.parts import two_parts
from trainer.protocol.file_faults import Remark
from trainer.protocol.pair_names import partner_stems


def join_pairs(
    read: Sequence[tuple[Path, Embedding]], widths: tuple[int, ...] = SDXL_WIDTHS
) -> list[tuple[Path, Embedding]]:
    """`read`, where two halves that lie side by side, for a model of `widths`, are one word under the first's path."""
    by_place = {(path.parent, path.suffix.lower(), embedding.name): path for path, embedding in read}
    at = dict(read)
    joined: dict[Path, Embedding] = {}
    seconds: set[Path] = set()
    for path, embedding in read:
        places = [(path.parent, path.suffix.lower(), stem) for stem in partner_stems(embedding.name)]
        second = next((by_place[place] for place in places if place in by_place), None)
        if second is not None and _are_halves(embedding, at[second], widths):
            joined[path] = _join(embedding, at[second])
            seconds.add(second)
    return [(path, joined.get(path, embedding)) for path, embedding in read if path not in seconds]


def _are_halves(first: Embedding, second: Embedding, widths: tuple[int, ...]) -> bool:
    fitting = len(first.widths) == len(second.widths) == 1 and (*first.widths, *second.widths) == widths
    return fitting and len(first.vectors) == len(second.vectors)


def _join(first: Embedding, second: Embedding) -> Embedding:
    both = two_parts(first.name, first.vectors, second.vectors)
    notes = dict.fromkeys((*first.notes, *second.notes, Remark(note="joined", name=second.name)))
    return replace(first, vectors=both.vectors, widths=both.widths, notes=tuple(notes))

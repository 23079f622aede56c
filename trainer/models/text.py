"""From a prompt's text to windows of token ids with weights, and learned vectors into the token-embedding layer.

Semantics of the AUTOMATIC1111 web UI: an embedding is found by the token ids of its name, longest first, at each
position, within text of one weight; it takes as many places as it has vectors. Each window of 75 tokens is framed by
begin and end tokens and encoded alone. Nothing is added to the tokenizer, so that every other word keeps its reading.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby

import ftfy
import torch
from torch import Tensor, nn
from transformers import CLIPTokenizer

from trainer.prompts.emphasis import Break, Segment, Segments, read_emphasis
from trainer.prompts.errors import PromptTooLong
from trainer.prompts.windows import WINDOW, BreakPiece, Piece, Placement, TokenPiece, WordPiece, fill_windows
from trainer.protocol import LONGEST_PROMPT, Emphasis

MAX_WINDOWS = 8
OPEN_CLIP_PAD = 0
"""The token that OpenCLIP's encoders were trained to see after the end token; OpenAI's saw the end token again."""
_Candidates = Mapping[int, Sequence[tuple[tuple[int, ...], str]]]


@dataclass(frozen=True)
class Prompt:
    """A read prompt. `ids` (windows, 77); `placements` grouped by word; `tokens` counts what the text itself took."""

    ids: Tensor
    placements: tuple[Placement, ...]
    tokens: int
    weights: Tensor | None = None
    """(windows, 77) float32, what the encoder's output is multiplied by; None where all are 1."""
    keeps_mean: bool = True
    """Whether what weights do to the mean of the output is taken back."""

    @property
    def windows(self) -> int:
        return self.ids.shape[0]

    @cached_property
    def words(self) -> tuple[tuple[str, Tensor], ...]:
        """Each word found, with the indices of its vectors in the order of `placements`."""
        grouped = groupby(self.placements, key=lambda placement: placement.word)
        return tuple((word, torch.tensor([place.vector for place in places])) for word, places in grouped)


class PromptReader:
    """Reads prompts with one tokenizer; remembers the token ids of names, which hardly change."""

    def __init__(self, tokenizer: CLIPTokenizer) -> None:
        self._tokenizer = tokenizer
        self._begin, self.end = tokenizer.bos_token_id, tokenizer.eos_token_id
        specials = "|".join(re.escape(token) for token in tokenizer.all_special_tokens)
        self._specials = re.compile(specials, re.IGNORECASE)
        self._ids_of_name: dict[str, tuple[int, ...]] = {}
        (self._comma,) = self.token_ids(",")

    def token_ids(self, text: str) -> list[int]:
        """Token ids without begin and end; strings of special tokens in people's text are dropped, not obeyed.

        The text is mended first as CLIP's own tokenizer does it (openai/CLIP, `simple_tokenizer.py`), on which the web
        UI's vocabulary was trained: typographic quotes, full-width marks, HTML entities become what they stand for.
        """
        plain = self._specials.sub(" ", ftfy.fix_text(text))
        return list(self._tokenizer.backend_tokenizer.encode(plain, add_special_tokens=False).ids)

    def token_text(self, token_id: int) -> str:
        """What a token stands for in a text, without the space that its vocabulary writes behind a whole word."""
        return self.text_of([token_id])

    def text_of(self, token_ids: list[int]) -> str:
        """What the tokens stand for together, in the vocabulary's own way of writing: lower case, single spaces."""
        return str(self._tokenizer.decode(token_ids)).strip()

    def read(self, text: str, words: Mapping[str, int], emphasis: Emphasis = "Original") -> Prompt:
        """Read a text with `words`: name → number of vectors; brackets are emphasis. Raises PromptTooLong.

        Schedules, AND and tags are read before, by `trainer.prompts.prompt`.
        """
        if len(text) > LONGEST_PROMPT:
            raise PromptTooLong(
                f"a prompt of {len(text)} characters; {LONGEST_PROMPT} are the most", characters=len(text)
            )
        filled = fill_windows(self._pieces(_segments(text, emphasis), words))
        if len(filled.ids) > MAX_WINDOWS:
            tokens, windows = sum(map(len, filled.ids)), len(filled.ids)
            raise PromptTooLong(
                f"a prompt of {windows} windows; {MAX_WINDOWS} are the most",
                tokens=tokens,
                windows=windows,
                most=MAX_WINDOWS,
            )
        grouped = sorted(filled.placements, key=lambda placement: placement.word)
        return Prompt(
            ids=torch.tensor([self._framed(window) for window in filled.ids]),
            placements=tuple(grouped),
            tokens=sum(map(len, filled.ids)),
            weights=_framed_weights(filled.weights),
            keeps_mean=emphasis != "No norm",
        )

    def mentioned(self, text: str, names: Iterable[str]) -> tuple[str, ...]:
        """Those of `names` that `text` uses, each once, in order."""
        pieces = self._pieces(read_emphasis(text), dict.fromkeys(names, 1))
        return tuple(dict.fromkeys(piece.word for piece in pieces if isinstance(piece, WordPiece)))

    def padded(self, prompt: Prompt, windows: int) -> Tensor:
        """The prompt's ids with empty-prompt windows added: (windows, 77)."""
        missing = windows - prompt.windows
        return torch.cat([prompt.ids, torch.tensor([self._framed([])]).expand(missing, -1)]) if missing else prompt.ids

    def lengthened(self, prompt: Prompt, windows: int) -> Prompt:
        """The prompt with empty-prompt windows added, as a part of it: they count in the mean of its output."""
        weights = prompt.weights
        if weights is not None:
            weights = torch.cat([weights, weights.new_ones(windows - prompt.windows, weights.shape[1])])
        return replace(prompt, ids=self.padded(prompt, windows), weights=weights)

    def _framed(self, window: Sequence[int]) -> list[int]:
        return [self._begin, *window, *[self.end] * (WINDOW + 1 - len(window))]

    def _pieces(self, segments: Segments, words: Mapping[str, int]) -> Iterator[Piece]:
        candidates = self._by_first_id(words)
        for segment in segments:
            if isinstance(segment, Break):
                yield BreakPiece()
            else:
                yield from self._of_segment(segment, words, candidates)

    def _of_segment(self, segment: Segment, words: Mapping[str, int], candidates: _Candidates) -> Iterator[Piece]:
        ids = self.token_ids(segment.text)
        at = 0
        while at < len(ids):
            for sequence, name in candidates.get(ids[at], ()):
                if tuple(ids[at : at + len(sequence)]) == sequence:
                    yield WordPiece(name, words[name], segment.weight)
                    at += len(sequence)
                    break
            else:
                yield TokenPiece(ids[at], segment.weight, comma=ids[at] == self._comma)
                at += 1

    def _by_first_id(self, words: Iterable[str]) -> _Candidates:
        by_first: dict[int, list[tuple[tuple[int, ...], str]]] = {}
        for name in words:
            if sequence := self._name_ids(name):
                by_first.setdefault(sequence[0], []).append((sequence, name))
        for candidates in by_first.values():
            candidates.sort(key=lambda candidate: -len(candidate[0]))
        return by_first

    def _name_ids(self, name: str) -> tuple[int, ...]:
        if name not in self._ids_of_name:
            self._ids_of_name[name] = tuple(self.token_ids(name))
        return self._ids_of_name[name]


def _segments(text: str, emphasis: Emphasis) -> Segments:
    if emphasis == "None":
        return (Segment(text, 1.0),)
    segments = read_emphasis(text)
    if emphasis == "Ignore":
        return tuple(part if isinstance(part, Break) else Segment(part.text, 1.0) for part in segments)
    return segments


def _framed_weights(windows: Sequence[Sequence[float]]) -> Tensor | None:
    if all(weight == 1 for window in windows for weight in window):
        return None
    return torch.tensor([[1.0, *window, 1.0] for window in windows])


@contextmanager
def injected(layer: nn.Embedding, prompts: Sequence[Prompt], vectors: Sequence[Mapping[str, Tensor]]) -> Iterator[None]:
    """Let the layer give learned vectors at their places; prompt i reads `vectors[i]`, by word (k, width).

    The layer must be called with the prompts' windows, padded to the longest, stacked prompt by prompt. The gradient
    flows to the vectors only.
    """
    longest = max(prompt.windows for prompt in prompts)
    places = [(i * longest + place.window, place.position) for i, p in enumerate(prompts) for place in p.placements]
    if not places:
        yield
        return
    # A blocking copy would wait for all that the device still has to do.
    rows, columns = torch.tensor(places).to(layer.weight.device, non_blocking=True).unbind(1)
    learned = [
        own[word].index_select(0, at.to(own[word].device, non_blocking=True))
        for prompt, own in zip(prompts, vectors, strict=True)
        for word, at in prompt.words
    ]
    values = torch.cat(learned)

    def put(_layer: nn.Module, _inputs: tuple[Tensor, ...], rows_NPW: Tensor) -> Tensor:
        return rows_NPW.index_put((rows, columns), values.to(rows_NPW.dtype))

    hook = layer.register_forward_hook(put)
    try:
        yield
    finally:
        hook.remove()

"""Captions that come as text files beside the pictures they are about: `cat.txt` says what `cat.png` shows."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

from msgspec.structs import replace

from bot.chat.drafts import KeptPicture
from bot.errors import AmbiguousCaption, NotFetched, Refusal, StrayCaption, UnreadableCaption
from bot.files.attachments import Attachments, SentFile
from trainer.protocol import LONGEST_PROMPT

_MOST_BYTES = 4 * LONGEST_PROMPT  # of UTF-8


def apart(files: Sequence[SentFile]) -> tuple[list[SentFile], list[SentFile]]:
    """Captions, and everything else."""
    captions = [file for file in files if PurePath(file.name).suffix.lower() == ".txt"]
    return captions, [file for file in files if file not in captions]


def check_captions(captions: Sequence[SentFile], pictures: Sequence[str]) -> None:
    """Each belongs to one picture; `pictures` are file names.

    Raises StrayCaption, AmbiguousCaption and UnreadableCaption.
    """
    named = Counter(_stem(name) for name in pictures)
    given = Counter(_stem(caption.name) for caption in captions)
    for caption in captions:
        stem = _stem(caption.name)
        if stem not in named:
            raise StrayCaption(file=caption.name, stem=PurePath(caption.name).stem)
        if named[stem] > 1 or given[stem] > 1:
            raise AmbiguousCaption(file=caption.name, stem=PurePath(caption.name).stem)
        if caption.size > _MOST_BYTES:
            raise UnreadableCaption(file=caption.name, limit=LONGEST_PROMPT)


def about(captions: Sequence[SentFile], pictures: Sequence[str]) -> list[SentFile]:
    """Those of the captions that are about one of these pictures."""
    named = {_stem(name) for name in pictures}
    return [caption for caption in captions if _stem(caption.name) in named]


async def captioned(
    attachments: Attachments, captions: Sequence[SentFile], pictures: Sequence[KeptPicture]
) -> tuple[tuple[KeptPicture, ...], list[Refusal]]:
    """The pictures with what the captions say, and what of the captions cannot be read."""
    said: dict[str, str] = {}
    refused: list[Refusal] = []
    for caption in captions:
        try:
            said[_stem(caption.name)] = await _text(attachments, caption)
        except (UnreadableCaption, NotFetched) as refusal:
            refused.append(refusal)
    return tuple(replace(each, caption=said.get(_stem(each.file_name), each.caption)) for each in pictures), refused


def _stem(name: str) -> str:
    """File systems write accents in several ways."""
    return unicodedata.normalize("NFC", PurePath(name).stem).casefold()


async def _text(attachments: Attachments, caption: SentFile) -> str:
    try:
        return (await attachments.data(caption)).decode("utf-8-sig")[:LONGEST_PROMPT]
    except UnicodeDecodeError:
        raise UnreadableCaption(file=caption.name, limit=LONGEST_PROMPT) from None

"""Files that people attach, as they called them."""

from pathlib import PurePath

import discord

LONGEST_NAME = 150
"""Characters of a name that is kept, without its suffix."""


def original_name(attachment: discord.Attachment) -> str:
    """What the person's file was called: where Discord changed the name, `title` keeps it, without the suffix."""
    suffix = PurePath(attachment.filename).suffix
    title = (attachment.title or "").removesuffix(suffix)
    stem = "".join(each if each.isprintable() and each not in "/\\" else "_" for each in title)[:LONGEST_NAME].strip()
    return stem + suffix if stem else attachment.filename

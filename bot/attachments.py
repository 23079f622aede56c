"""Files that people attach, as they called them."""

from pathlib import PurePath

import discord


def original_name(attachment: discord.Attachment) -> str:
    """What the person's file was called: where Discord changed the name, `title` keeps it, without the suffix."""
    suffix = PurePath(attachment.filename).suffix
    if not attachment.title or attachment.title.endswith(suffix):
        return attachment.title or attachment.filename
    return attachment.title + suffix

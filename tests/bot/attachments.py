"""Attachments as Discord describes them."""

from types import SimpleNamespace
from typing import Any, cast

import discord


def attachment(filename: str, title: str | None = None) -> discord.Attachment:
    """As an option of a command brings it; its contents are nowhere."""
    described: dict[str, Any] = {"id": 1, "filename": filename, "size": 1, "url": "", "proxy_url": ""}
    if title is not None:
        described["title"] = title
    return discord.Attachment(data=cast("Any", described), state=cast("Any", SimpleNamespace(http=None)))

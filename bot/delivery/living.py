"""The client that is logged in now. discord.py's cannot be started again: each life has one of its own."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import discord


class NoClient(ConnectionError):
    """No client is logged in, or it went away meanwhile. As every fault of the way to Discord, it passes."""


class Living:
    """Hands out the living client to those that outlive it."""

    def __init__(self) -> None:
        self._client: discord.Client | None = None
        self._logged_in = asyncio.Event()

    @property
    def client(self) -> discord.Client:
        """Raises NoClient between two lives."""
        if self._client is None:
            raise NoClient("no client is logged in")
        return self._client

    async def there(self) -> None:
        """Returns when there is one."""
        await self._logged_in.wait()

    @contextmanager
    def webhook(self, application_id: int, token: str) -> Iterator[discord.Webhook]:
        """What answers an interaction by its token, whichever client received it.

        Raises NoClient, also within the context, when the client goes away.
        """
        client = self.client
        # discord.py's own public way, `Webhook.partial`, makes one that cannot say what only one person sees.
        data: Any = {"id": application_id, "type": discord.WebhookType.application.value, "token": token}
        try:
            yield discord.Webhook.from_state(data, state=client._connection)
        except RuntimeError as error:
            if client.is_closed():
                raise NoClient("the client is closed") from error
            raise

    @contextmanager
    def life_of(self, client: discord.Client) -> Iterator[None]:
        """It is logged in for as long as the context."""
        self._client = client
        self._logged_in.set()
        try:
            yield
        finally:
            self._client = None
            self._logged_in.clear()

"""The Discord client: where it connects, what it offers, and a start that is supervised."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from typing import Any, TypeAlias

import discord
import structlog
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.answers import answer_error
from bot.buttons import Press, answer_form
from bot.db.database import Database
from bot.service import Service
from bot.texts.translator import CatalogueTranslator

log = structlog.get_logger(__name__)

FIRST_BACKOFF, LAST_BACKOFF = 1.0, 60.0
HOPELESS = (discord.LoginFailure, discord.PrivilegedIntentsRequired)
"""No number of tries mends a wrong token or a missing right."""
_AUTHENTICATION_FAILED = 4004

Commands: TypeAlias = Sequence[app_commands.Command[Any, ..., Any] | app_commands.Group]


def connect_elsewhere(api: str, gateway: str) -> None:
    """Points discord.py at another server than Discord's, by the class attributes that it reads at each request."""
    Route.BASE = api
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)


class Client(discord.Client):
    """Offers the commands, answers the buttons, and has one place for errors."""

    def __init__(self, database: Database) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=30.0,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
        )
        self.service: Service | None = None
        self.tree = app_commands.CommandTree(self)
        self.tree.error(answer_error)
        self.logged_in = asyncio.Event()
        self._database = database

    def offer(self, service: Service, commands: Commands) -> None:
        """What people can use; before the start."""
        self.service = service
        for command in commands:
            self.tree.add_command(command)

    async def setup_hook(self) -> None:
        self.add_dynamic_items(Press)
        await self.tree.set_translator(CatalogueTranslator())
        self.logged_in.set()
        await self._sync()

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Commands and buttons are told by discord.py in their own ways; it knows none of our forms."""
        if interaction.type is discord.InteractionType.modal_submit:
            await answer_form(interaction)

    async def _sync(self) -> None:
        """Registers the commands when they differ from what was registered last: Discord counts creations."""
        translator = CatalogueTranslator()
        payload = [await command.get_translated_payload(self.tree, translator) for command in self.tree.get_commands()]
        digest = hashlib.sha256(json.dumps(payload, sort_keys=True, default=str).encode()).hexdigest()
        key = f"commands of {self.application_id}"
        registered = await self.tree.fetch_commands()
        known = await self._database.queries.get_fact(self._database.connection, key=key)
        if known == digest and len(registered) == len(payload):
            return
        await self.tree.sync()
        async with self._database.transaction() as queries:
            await queries.set_fact(self._database.connection, key=key, value=digest)
        log.info("commands registered", count=len(payload))


async def stay_connected(client: discord.Client, token: str) -> None:
    """Logs in and stays on the gateway. Whatever throws the client out, it is started again, but for hopeless cases.

    Raises LoginFailure, PrivilegedIntentsRequired, or ConnectionClosed when Discord does not accept the token.
    """
    backoff = FIRST_BACKOFF
    while True:
        try:
            await client.login(token)
            await client.connect()
        except HOPELESS:
            raise
        except Exception as error:
            if isinstance(error, discord.ConnectionClosed) and error.code == _AUTHENTICATION_FAILED:
                raise
            log.warning("connection to Discord lost", error=repr(error), again_in=backoff)
        was_ready = client.is_ready()
        await client.close()
        client.clear()
        await asyncio.sleep(backoff)
        backoff = FIRST_BACKOFF if was_ready else min(LAST_BACKOFF, backoff * 2)

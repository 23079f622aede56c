"""The Discord client: where it connects, what it offers, and a start that is supervised."""

import asyncio
import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import discord
import structlog
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.chat.answers import answer_error
from bot.chat.buttons import FormAction, PressAction, answer_form, answer_press
from bot.chat.service import Service
from bot.db.database import Database
from bot.delivery.living import Living, NoClient
from bot.delivery.trouble import told_seconds
from bot.logs import fault_code
from bot.texts.translator import CatalogueTranslator

log = structlog.get_logger(__name__)

FIRST_BACKOFF, LAST_BACKOFF = 1.0, 60.0
LAST_SYNC_BACKOFF = 3600.0
STABLE_SECONDS = 60.0
"""A client that lived so long has earned a quick successor."""
HOPELESS = (discord.LoginFailure, discord.PrivilegedIntentsRequired)
"""No number of tries mends a wrong token or a missing right."""
_AUTHENTICATION_FAILED = 4004

Commands: TypeAlias = Sequence[app_commands.Command[Any, ..., Any] | app_commands.Group]


def connect_elsewhere(api: str, gateway: str) -> None:
    """Points discord.py at another server than Discord's, by the class attributes that it reads at each request."""
    Route.BASE = api
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)


class Client(discord.Client):
    """Offers the commands, answers the buttons, and has one place for errors. For one life."""

    def __init__(
        self,
        database: Database,
        service: Service,
        commands: Commands,
        presses: Mapping[str, PressAction],
        forms: Mapping[str, FormAction],
    ) -> None:
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nothing here speaks
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=30.0,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
        )
        self.service = service
        self.presses = presses
        self.forms = forms
        self.tree = app_commands.CommandTree(self)
        self.tree.error(answer_error)
        for command in commands:
            self.tree.add_command(command)
        self._database = database
        self._request = self.http.request
        self.http.request = self._request_alive  # type: ignore[method-assign]
        parsers = self._connection.parsers
        self._connection.parsers = {name: _unharmed(name, parse) for name, parse in parsers.items()}

    async def setup_hook(self) -> None:
        await self.tree.set_translator(CatalogueTranslator())

    async def keep_commands(self) -> None:
        """Registers the commands, and tries again while Discord does not take them: people can use the earlier ones."""
        backoff = FIRST_BACKOFF
        while True:
            try:
                await self._sync()
                return
            except Exception as error:  # noqa: BLE001 — without its commands the bot still answers the earlier ones
                log.warning("commands not registered", error=repr(error), again_in=backoff)
            await asyncio.sleep(backoff)
            backoff = min(LAST_SYNC_BACKOFF, backoff * 2)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Commands are told by discord.py in its own way; it knows none of our buttons and forms."""
        match interaction.type:
            case discord.InteractionType.component:
                await answer_press(interaction)
            case discord.InteractionType.modal_submit:
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

    async def _request_alive(self, *arguments: Any, **options: Any) -> Any:
        """A request in the life of this client. discord.py's own error for a closed one says nothing of that."""
        try:
            return await self._request(*arguments, **options)
        except (RuntimeError, AttributeError) as error:
            if self.is_closed():
                raise NoClient("the client is closed") from error
            raise


def _unharmed(name: str, parse: Callable[[Any], None]) -> Callable[[Any], None]:
    """One event that is not as discord.py expects it would end the client."""

    def parse_unharmed(data: Any) -> None:
        try:
            parse(data)
        except Exception as error:
            log.error("gateway event dropped", event_name=name, code=fault_code(), exc_info=error)

    return parse_unharmed


async def stay_connected(living: Living, new_client: Callable[[], Client], token: str) -> None:
    """Logs in and stays on the gateway. Whatever throws a client out, a fresh one follows, but for hopeless cases.

    Raises LoginFailure, PrivilegedIntentsRequired, or ConnectionClosed when Discord does not accept the token.
    """
    backoff = FIRST_BACKOFF
    while True:
        began, asked = time.monotonic(), 0.0
        try:
            await _one_life(living, new_client(), token)
        except HOPELESS:
            raise
        except Exception as error:
            if isinstance(error, discord.ConnectionClosed) and error.code == _AUTHENTICATION_FAILED:
                raise
            asked = told_seconds(error) or 0.0  # the logins in between would only lengthen a ban
            log.warning("connection to Discord lost", error=repr(error), again_in=max(asked, backoff))
        # Not after every login: a client that is thrown out at once would use up Discord's thousand logins a day.
        if time.monotonic() - began > STABLE_SECONDS:
            backoff = FIRST_BACKOFF
        await asyncio.sleep(max(asked, backoff))
        backoff = min(LAST_BACKOFF, backoff * 2)


async def _one_life(living: Living, client: Client, token: str) -> None:
    async with client:
        await client.login(token)
        with living.life_of(client):
            registering = asyncio.create_task(client.keep_commands())
            try:
                await client.connect()
            finally:
                registering.cancel()

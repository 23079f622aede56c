"""People who see "thinking…": kept until they are answered, so that a bot that dies leaves nobody there."""

import time
from typing import Any

import discord
import structlog

from bot.cards.trouble import DISCORDS
from bot.db.database import Database
from bot.living import Living
from bot.logs import fault_code
from bot.texts.catalogue import texts_for

log = structlog.get_logger(__name__)

TOKEN_SECONDS = 15 * 60.0
"""An interaction can be answered for so long."""


class Deferred:
    """Deferred interactions as rows. Tokens leave them for Discord alone, never for a log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, interaction: discord.Interaction[Any]) -> None:
        async with self._database.transaction() as queries:
            await queries.add_deferred(
                self._database.connection,
                interaction_id=interaction.id,
                application_id=interaction.application_id,
                token=interaction.token,
                locale=str(interaction.locale),
                expires_at=interaction.created_at.timestamp() + TOKEN_SECONDS,
            )

    async def answered(self, interaction_id: int) -> None:
        async with self._database.transaction() as queries:
            await queries.delete_deferred(self._database.connection, interaction_id=interaction_id, now=time.time())

    async def answer_left(self, living: Living) -> None:
        """Tells those whom an earlier life left without an answer what became of their request. Raises nothing."""
        await living.there()
        try:
            await self._answer_left(living.client)
        except Exception as error:
            log.error("nobody was answered after the restart", code=fault_code(), exc_info=error)

    async def _answer_left(self, client: discord.Client) -> None:
        rows = self._database.queries.deferred_open(self._database.reader, now=time.time())
        for row in [row async for row in rows]:
            job = await self._database.queries.job_by_interaction(
                self._database.reader, interaction_id=row["interaction_id"]
            )
            words = texts_for(row["locale"])("restarted-goes-on" if job else "restarted")
            try:
                await _answer(client, row, words)
            except DISCORDS as error:
                log.warning("could not answer after a restart", interaction=row["interaction_id"], error=repr(error))
            await self.answered(row["interaction_id"])


async def _answer(client: discord.Client, row: Any, words: str) -> None:
    """Only in place of "thinking…": the earlier life may have answered, and died before it could take that down."""
    webhook = discord.Webhook.partial(row["application_id"], row["token"], client=client)
    original: Any = "@original"
    if (await webhook.fetch_message(original)).flags.loading:
        await webhook.edit_message(original, content=words)

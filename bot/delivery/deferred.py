"""People who see "thinking…": kept until they are answered, so that a bot that dies leaves nobody there."""

import asyncio
import re
import time
from typing import Any

import discord
import structlog

from bot.db.database import Database
from bot.delivery.living import Living
from bot.delivery.outgoing import buttons_only, edit_button
from bot.delivery.retrying import TooLate, until_taken
from bot.delivery.trouble import DISCORDS
from bot.logs import fault_code
from bot.texts.catalogue import Texts, texts_for

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
            await self._answer_left(living)
        except Exception as error:
            log.error("nobody was answered after the restart", code=fault_code(), exc_info=error)

    async def _answer_left(self, living: Living) -> None:
        """Side by side: where one person cannot be answered, the others do not wait."""
        rows = self._database.queries.deferred_open(self._database.reader, now=time.time())
        async with asyncio.TaskGroup() as tasks:
            for row in [row async for row in rows]:
                tasks.create_task(self._answer_one(living, row))

    async def _answer_one(self, living: Living, row: Any) -> None:
        """Tries until the person is answered, or can be no more."""
        number, until = row["interaction_id"], time.monotonic() + row["expires_at"] - time.time()
        try:
            await until_taken(lambda: self._answer(living, row), until, number)
        except (TooLate, *DISCORDS) as error:
            log.warning("could not answer after a restart", interaction=number, error=repr(error.__cause__ or error))
        await self.answered(number)

    async def _answer(self, living: Living, row: Any) -> None:
        """Only in place of "thinking…" or of how far it was: the earlier life may have answered, and died after it."""
        with living.webhook(row["application_id"], row["token"]) as webhook:
            await self._answer_by(webhook, row)

    async def _answer_by(self, webhook: discord.Webhook, row: Any) -> None:
        original: Any = "@original"
        texts, found = texts_for(row["locale"]), await webhook.fetch_message(original)
        if not (found.flags.loading or _is_progress(found.content, texts)):
            return
        queries, reader, number = self._database.queries, self._database.reader, row["interaction_id"]
        if await queries.job_by_interaction(reader, interaction_id=number):
            await webhook.edit_message(original, content=texts("restarted-goes-on"))
        elif await queries.is_draft(reader, id=number):
            view = buttons_only(edit_button(texts, number))
            await webhook.edit_message(original, content=texts("restarted"), view=view)
        else:
            await webhook.edit_message(original, content=texts("restarted"))


def _is_progress(content: str, texts: Texts) -> bool:
    """Whether it says how many pictures are read, as the earlier life did while it worked."""
    numbers = [int(number) for number in re.findall(r"\d+", content)]
    return len(numbers) == 2 and content == texts("reading-pictures", done=numbers[0], total=numbers[1])

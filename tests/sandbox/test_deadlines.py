"""Three seconds, fifteen minutes, once: how an interaction may be answered."""

import asyncio
from typing import Any

import discord
import pytest

from sandbox.app import serving
from tests.sandbox.conftest import Rest
from tests.sandbox.gardener import Card, Gardener, Planting, gardening
from tests.sandboxed import ANSWER_SECONDS, PATIENCE, Refused, Sandbox, acting_in


async def handed(sandbox: Sandbox, bot: Gardener) -> discord.Interaction:
    await sandbox.command("hand")
    interaction = await asyncio.wait_for(bot.told.get(), PATIENCE)
    assert isinstance(interaction, discord.Interaction)
    return interaction


async def whats(sandbox: Sandbox) -> list[str]:
    return [violation["what"] for violation in await sandbox.violations()]


async def test_a_bot_has_three_seconds_as_at_discord(picture: bytes) -> None:
    async with serving() as server, acting_in(server.addresses()) as sandbox, gardening(sandbox, picture) as bot:
        interaction = await handed(sandbox, bot)
        await sandbox.advance(3)
        assert (await sandbox.interaction(str(interaction.id)))["failure"] == "did not respond in time"
        assert await whats(sandbox) == ["no answer within 3 seconds"]


async def test_late_answer_fails_for_the_person(sandbox: Sandbox, bot: Gardener) -> None:
    interaction = await handed(sandbox, bot)
    await sandbox.advance(ANSWER_SECONDS + 0.5)
    with pytest.raises(discord.NotFound) as refused:
        await interaction.response.send_message("too late")
    assert refused.value.code == 10062
    shown = await sandbox.interaction(str(interaction.id))
    assert (shown["state"], shown["failure"]) == ("failed", "did not respond in time")
    late = f"no answer within {ANSWER_SECONDS:g} seconds"
    assert sorted(await whats(sandbox)) == ["404 10062 Unknown interaction", late]
    assert await sandbox.messages() == []


async def test_bot_that_is_off_is_not_at_fault(sandbox: Sandbox, bot: Gardener) -> None:
    await bot.close()
    interaction = await sandbox.command("hello")
    await sandbox.advance(ANSWER_SECONDS + 1)
    assert (await sandbox.interaction(interaction))["state"] == "failed"
    assert await sandbox.violations() == []


async def test_second_answer(sandbox: Sandbox, bot: Gardener, rest: Rest) -> None:
    interaction = await handed(sandbox, bot)
    await interaction.response.defer()
    path = f"/interactions/{interaction.id}/{interaction.token}/callback"
    assert (await rest("POST", path, {"type": 4, "data": {"content": "x"}}))[1]["code"] == 40060
    assert len(await sandbox.violations()) == 1


async def test_token_lives_fifteen_minutes(sandbox: Sandbox, bot: Gardener) -> None:
    interaction = await handed(sandbox, bot)
    await interaction.response.send_message("start")
    await sandbox.advance(800)
    await interaction.edit_original_response(content="middle")
    await sandbox.advance(101)
    with pytest.raises(discord.HTTPException) as expired:
        await interaction.edit_original_response(content="end")
    assert (expired.value.status, expired.value.code) == (401, 50027)
    assert await whats(sandbox) == ["401 50027 Invalid Webhook Token"]
    assert (await sandbox.messages())[0]["content"] == "middle"


async def test_deferred_and_forgotten(sandbox: Sandbox, bot: Gardener) -> None:
    interaction = await handed(sandbox, bot)
    await interaction.response.defer()
    assert (await sandbox.interaction(str(interaction.id), wait=0))["state"] == "deferred"
    assert (await sandbox.messages())[0]["flags"] == 128
    await sandbox.advance(901)
    assert (await sandbox.interaction(str(interaction.id)))["state"] == "failed"
    assert await whats(sandbox) == ["deferred and not answered within 15 minutes"]


async def test_first_follow_up_fills_the_deferred_answer(sandbox: Sandbox, bot: Gardener) -> None:
    interaction = await handed(sandbox, bot)
    await interaction.response.defer(ephemeral=True)
    first = await interaction.followup.send("first", wait=True)
    second = await interaction.followup.send("second", wait=True)
    shown = await sandbox.interaction(str(interaction.id))
    assert (shown["state"], shown["message_id"]) == ("answered", str(first.id))
    messages = {message["id"]: message for message in await sandbox.messages()}
    assert messages[str(first.id)]["flags"] == 64
    assert messages[str(second.id)]["message_reference"]["message_id"] == str(first.id)
    await second.edit(content="changed")
    await interaction.delete_original_response()
    assert [message["content"] for message in await sandbox.messages()] == ["changed"]
    assert await sandbox.violations() == []


async def test_deferred_answer_becomes_a_card(sandbox: Sandbox, bot: Gardener) -> None:
    interaction = await handed(sandbox, bot)
    await interaction.response.defer()
    await interaction.edit_original_response(view=Card("late"), attachments=bot.card_files())
    message = (await sandbox.messages())[0]
    assert message["flags"] == 1 << 15
    assert message["edited_timestamp"] is None
    assert await sandbox.violations() == []


BAD_ANSWERS: dict[str, dict[str, Any]] = {
    "update without a message": {"type": 7, "data": {"content": "x"}},
    "choices for a command": {"type": 8, "data": {"choices": []}},
    "unknown kind": {"type": 99},
    "components promised when deferring": {"type": 5, "data": {"flags": 1 << 15}},
    "long content": {"type": 4, "data": {"content": "x" * 2001}},
    "long title": {"type": 9, "data": {"title": "x" * 46, "custom_id": "a", "components": []}},
    "empty modal": {"type": 9, "data": {"title": "x", "custom_id": "a", "components": []}},
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
async def test_bad_answer_may_be_repeated_better(sandbox: Sandbox, bot: Gardener, rest: Rest, name: str) -> None:
    interaction = await handed(sandbox, bot)
    path = f"/interactions/{interaction.id}/{interaction.token}/callback"
    status, body = await rest("POST", path, BAD_ANSWERS[name])
    assert (status, body["code"]) == (400, 50035)
    await interaction.response.send_message("better")
    assert len(await sandbox.violations()) == 1


async def test_modal_with_six_inputs(sandbox: Sandbox, bot: Gardener, rest: Rest) -> None:
    interaction = await handed(sandbox, bot)
    path = f"/interactions/{interaction.id}/{interaction.token}/callback"
    inputs = [{"type": 18, "label": "x", "component": {"type": 4, "style": 1, "custom_id": str(n)}} for n in range(6)]
    data = {"title": "x", "custom_id": "a", "components": inputs}
    assert (await rest("POST", path, {"type": 9, "data": data}))[0] == 400
    assert (await rest("POST", path, {"type": 9, "data": data | {"components": inputs[:5]}}))[0] == 204


async def test_modal_cannot_answer_a_modal(sandbox: Sandbox, bot: Gardener, rest: Rest) -> None:
    interaction = await handed(sandbox, bot)
    form = Planting()
    form.on_submit = bot_told(bot)
    await interaction.response.send_modal(form)
    opened = await sandbox.interaction(str(interaction.id))
    name, kind, pictures = (label["component"]["custom_id"] for label in opened["modal"]["components"])
    with pytest.raises(Refused, match="has no option Weed"):
        await sandbox.submit(opened["id"], {name: "oak", kind: ["Weed"]}, [(pictures, ("a.png", b"1"))])
    with pytest.raises(Refused, match="takes 1 to 20 characters"):
        await sandbox.submit(opened["id"], {kind: ["Tree"]}, [(pictures, ("a.png", b"1"))])
    await sandbox.submit(opened["id"], {name: "oak", kind: ["Tree"]}, [(pictures, ("a.png", b"1"))])
    submitted = await asyncio.wait_for(bot.told.get(), PATIENCE)
    assert isinstance(submitted, discord.Interaction)
    data = {"title": "x", "custom_id": "b", "components": opened["modal"]["components"]}
    path = f"/interactions/{submitted.id}/{submitted.token}/callback"
    assert (await rest("POST", path, {"type": 9, "data": data}))[0] == 400


def bot_told(bot: Gardener) -> Any:
    async def tell(interaction: discord.Interaction) -> None:
        bot.told.put_nowait(interaction)

    return tell


async def test_old_messages_are_edited_more_slowly(sandbox: Sandbox, bot: Gardener, rest: Rest) -> None:
    message = await bot.channel(sandbox.channel_id("general")).send("old")
    await sandbox.advance(3700)
    path = f"/channels/{message.channel.id}/messages/{message.id}"
    answers = [await rest("PATCH", path, {"content": str(n)}) for n in range(4)]
    assert [status for status, _ in answers] == [200, 200, 200, 429]
    assert answers[3][1]["code"] == 30046
    assert await sandbox.violations() == []

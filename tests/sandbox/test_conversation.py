"""What goes well: a real discord.py bot and people, through every kind of interaction."""

import discord
import pytest

from tests.sandbox.gardener import Card, Gardener
from tests.sandboxed import Refused, Sandbox


async def test_bot_logs_in_and_registers_its_commands(sandbox: Sandbox, bot: Gardener) -> None:
    world = await sandbox.world()
    assert world["bot"]["online"]
    assert {command["name"] for command in world["commands"]} == {
        "garden",
        "plant",
        "whisper",
        "hand",
        "hello",
        "Look at",
    }
    guild = bot.guilds[0]
    assert guild.name == "Embedsmith's garden"
    assert [channel.name for channel in guild.text_channels] == ["general", "gallery", "after-dark"]
    assert guild.text_channels[2].nsfw
    assert guild.me.guild_permissions.create_public_threads
    assert not guild.me.guild_permissions.manage_messages
    assert await sandbox.violations() == []


async def test_command_takes_files_and_its_deferred_answer_is_private(
    sandbox: Sandbox, bot: Gardener, picture: bytes
) -> None:
    files = {"first": ("cat.png", picture), "second": ("b.txt", b"12345")}
    answer = await sandbox.run("garden dig", {"depth": 7}, files, person="Lin")
    assert answer["state"] == "answered"
    message = await sandbox.message(answer["message_id"], person="Lin")
    assert message["content"] == f"[{len(picture)}, 5] 7 left zh-CN"
    assert message["flags"] == 64
    with pytest.raises(LookupError):
        await sandbox.message(answer["message_id"], person="Ada")
    assert await sandbox.violations() == []


async def test_autocompletion(sandbox: Sandbox, bot: Gardener) -> None:
    choices = await sandbox.autocomplete("garden dig", {"where": "lo"}, "where")
    assert choices == [{"name": "lower", "value": "lower"}]


@pytest.mark.parametrize(
    ("command", "options", "sentence"),
    [
        ("garden fly", {}, "garden has no sub-command fly."),
        ("garden", {}, "garden needs one of its sub-commands."),
        ("gone", {}, "There is no command gone."),
        ("garden dig", {}, "The option first is missing."),
        ("garden dig", {"width": 1}, "There is no option width."),
        ("garden dig", {"depth": 11}, "The option depth must be between 1 and 10."),
        ("garden dig", {"depth": "7"}, "The option depth takes a whole number."),
        ("garden dig", {"depth": True}, "The option depth takes a whole number."),
        ("garden dig", {"where": 7}, "The option where takes a text."),
    ],
)
async def test_person_cannot_send_what_the_command_does_not_take(
    sandbox: Sandbox, bot: Gardener, command: str, options: dict[str, object], sentence: str
) -> None:
    files = {"first": ("a.txt", b"1")} if options and "width" not in options else {}
    with pytest.raises(Refused) as refused:
        await sandbox.command(command, options, files)
    assert (refused.value.status, refused.value.error) == (400, sentence)


async def test_card_has_pictures_a_file_and_working_buttons(sandbox: Sandbox, bot: Gardener, picture: bytes) -> None:
    answer = await sandbox.run("garden card")
    message = await sandbox.message(answer["message_id"])
    words, gallery, line, section, file, buttons, _select = message["components"][0]["components"]
    assert message["flags"] == 1 << 15
    assert words["content"] == "**words**"
    assert (line["spacing"], line["divider"]) == (1, True)
    media = gallery["items"][0]["media"]
    assert (media["width"], media["height"], media["content_type"]) == (8, 6, "image/png")
    assert await sandbox.fetch(media["url"]) == picture
    assert section["accessory"]["media"]["attachment_id"] == message["attachments"][0]["id"]
    assert (file["name"], file["size"]) == ("notes.txt", 5)
    assert message["interaction_metadata"]["user"]["global_name"] == "Ada"

    click = await sandbox.interaction(await sandbox.click(message["id"], buttons["components"][0]["custom_id"]))
    assert (click["kind"], click["state"], click["message_id"]) == ("click", "answered", message["id"])
    changed = await sandbox.message(message["id"])
    assert changed["components"][0]["components"][0]["content"] == "watered"
    assert changed["edited_timestamp"]
    assert await sandbox.violations() == []


async def test_select_is_answered_privately_after_a_deferred_update(sandbox: Sandbox, bot: Gardener) -> None:
    card = await sandbox.run("garden card")
    await sandbox.interaction(await sandbox.click(card["message_id"], "bed", ["right"], person="Max"))
    whisper = await sandbox.until_message("general", lambda message: message["flags"] & 64, person="Max")
    assert whisper["content"] == "['right']"
    assert [message["id"] for message in await sandbox.messages(person="Ada")] == [card["message_id"]]


@pytest.mark.parametrize(
    ("custom_id", "values", "sentence"),
    [
        ("gone", None, "The message has no component gone."),
        ("no", None, "The component no is disabled."),
        ("bed", ["middle"], "bed has no option middle."),
        ("bed", [], "bed takes 1 to 1 different values."),
    ],
)
async def test_person_cannot_press_what_is_not_there(
    sandbox: Sandbox, bot: Gardener, custom_id: str, values: list[str] | None, sentence: str
) -> None:
    card = await sandbox.run("garden card")
    with pytest.raises(Refused, match=sentence):
        await sandbox.click(card["message_id"], custom_id, values)


async def test_modal_with_uploads(sandbox: Sandbox, bot: Gardener, picture: bytes) -> None:
    opened = await sandbox.run("plant")
    assert (opened["state"], opened["message_id"]) == ("answered", None)
    name, kind, pictures = (label["component"]["custom_id"] for label in opened["modal"]["components"])
    values = {name: "oak", kind: ["Tree"]}
    with pytest.raises(Refused, match="takes 1 to 3 files"):
        await sandbox.submit(opened["id"], values)
    files = [(pictures, ("a.png", picture)), (pictures, ("b.png", b"123"))]
    answer = await sandbox.interaction(await sandbox.submit(opened["id"], values, files))
    message = await sandbox.message(answer["message_id"])
    assert message["content"] == f"oak Tree [{len(picture)}, 3]"
    assert message["interaction_metadata"]["triggering_interaction_metadata"]["id"] == opened["id"]
    with pytest.raises(Refused, match="no modal"):
        await sandbox.submit(opened["id"], values, files)
    assert await sandbox.violations() == []


async def test_message_command_gets_the_message_with_its_files(sandbox: Sandbox, bot: Gardener) -> None:
    card = await sandbox.run("garden card")
    answer = await sandbox.run("Look at", target=card["message_id"])
    assert (await sandbox.message(answer["message_id"]))["content"] == f"2 in {card['message_id']}"


async def test_threads_sleep_and_wake(sandbox: Sandbox, bot: Gardener) -> None:
    root = await bot.guilds[0].text_channels[0].send("a card")
    thread = await root.create_thread(name="its thread", auto_archive_duration=60)
    reply = await thread.send("inside")
    shown = await sandbox.message(str(root.id))
    assert shown["thread"]["name"] == "its thread"
    listed = {channel["id"]: channel for channel in (await sandbox.world())["channels"]}
    assert listed[str(thread.id)]["parent_id"] == sandbox.channel_id("general")

    await sandbox.advance(61 * 60)
    with pytest.raises(discord.HTTPException) as asleep:
        await reply.edit(content="changed")
    assert asleep.value.code == 50083
    await thread.edit(archived=False)
    await reply.edit(content="changed")
    assert (await sandbox.messages(str(thread.id)))[0]["content"] == "changed"
    assert await sandbox.violations() == []


async def test_edits_keep_and_replace_files(sandbox: Sandbox, bot: Gardener, picture: bytes) -> None:
    channel = bot.channel(sandbox.channel_id("gallery"))
    message = await channel.send(view=Card("first"), files=bot.card_files())
    before = await sandbox.message(str(message.id), "gallery")

    await channel.get_partial_message(message.id).edit(view=Card("second"))
    kept = await sandbox.message(str(message.id), "gallery")
    assert [file["id"] for file in kept["attachments"]] == [file["id"] for file in before["attachments"]]

    replaced = [message.attachments[1], bot.card_files("b.png")[0]]
    await channel.get_partial_message(message.id).edit(view=Card("third", "b.png"), attachments=replaced)
    after = await sandbox.message(str(message.id), "gallery")
    assert [file["filename"] for file in after["attachments"]] == ["notes.txt", "b.png"]
    assert after["attachments"][0]["id"] == before["attachments"][1]["id"]
    assert await sandbox.fetch(after["attachments"][1]["url"]) == picture
    assert await sandbox.violations() == []


async def test_answer_to_a_command_is_an_ordinary_message_afterwards(sandbox: Sandbox, bot: Gardener) -> None:
    answer = await sandbox.run("hello")
    channel = bot.channel(sandbox.channel_id("general"))
    await channel.get_partial_message(int(answer["message_id"])).edit(content="changed")
    seen = [message async for message in channel.history(limit=5)]
    assert [(message.content, message.author.id) for message in seen] == [("changed", bot.user.id)]
    await channel.get_partial_message(int(answer["message_id"])).delete()
    assert await sandbox.messages() == []
    assert await sandbox.violations() == []


async def test_same_nonce_sends_once(sandbox: Sandbox, bot: Gardener) -> None:
    channel = bot.channel(sandbox.channel_id("general"))
    first = await channel.send("once", nonce="17-done")
    again = await channel.send("once", nonce="17-done")
    assert first.id == again.id
    assert len(await sandbox.messages()) == 1
    await sandbox.advance(600)
    assert (await channel.send("once", nonce="17-done")).id != first.id


async def test_direct_messages_are_between_two(sandbox: Sandbox, bot: Gardener) -> None:
    user = discord.Object(int(sandbox.person_id("Lin")))
    channel = await bot.create_dm(user)
    await channel.send("your file is ready")
    assert [message["content"] for message in await sandbox.messages(str(channel.id), person="Lin")] == [
        "your file is ready"
    ]
    with pytest.raises(Refused, match="There is no channel"):
        await sandbox.messages(str(channel.id), person="Ada")
    answer = await sandbox.run("hello", person="Lin", channel=str(channel.id))
    assert answer["state"] == "answered"
    assert await sandbox.violations() == []


async def test_person_writes_and_the_bot_may_not_read(sandbox: Sandbox, bot: Gardener) -> None:
    written = await sandbox.write("good morning", person="Max")
    assert (await sandbox.messages())[0]["content"] == "good morning"
    assert written["author"]["global_name"] == "Max"
    with pytest.raises(discord.Forbidden):
        await bot.channel(sandbox.channel_id("general")).get_partial_message(int(written["id"])).delete()


async def test_answers_follow_the_persons_language(sandbox: Sandbox, bot: Gardener) -> None:
    await sandbox.set_locale("Ada", "zh-CN")
    answer = await sandbox.run("garden dig", {}, {"first": ("a.txt", b"1")})
    assert (await sandbox.message(answer["message_id"]))["content"].endswith("zh-CN")


async def test_a_second_guild_has_members_a_moderator_and_a_channel_of_its_own(sandbox: Sandbox, bot: Gardener) -> None:
    guild_id = await sandbox.open_guild("The workshop", "benches", "Max", "Lin")
    world = await sandbox.world()
    assert [guild["name"] for guild in world["guilds"]] == ["Embedsmith's garden", "The workshop"]
    assert world["guild"]["id"] != guild_id
    assert "benches" not in [channel["name"] for channel in (await sandbox.world("Ada"))["channels"]]
    with pytest.raises(Refused, match="There is no channel"):
        await sandbox.write("hello", "benches", person="Ada")
    asked: dict[tuple[str, str], discord.Interaction] = {}
    for person, channel in (("Max", "benches"), ("Lin", "benches"), ("Max", "general"), ("Ada", "general")):
        await sandbox.command("hand", person=person, channel=channel)
        interaction = await bot.told.get()
        assert isinstance(interaction, discord.Interaction)
        asked[person, channel] = interaction
        await interaction.response.send_message("here")
    assert {place: asked[place].permissions.manage_messages for place in asked} == {
        ("Max", "benches"): True,
        ("Lin", "benches"): False,
        ("Max", "general"): False,
        ("Ada", "general"): True,
    }
    assert str(asked["Max", "benches"].guild_id) == guild_id
    assert {guild.name for guild in bot.guilds} == {"Embedsmith's garden", "The workshop"}
    assert await sandbox.violations() == []

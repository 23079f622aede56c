"""A small real discord.py bot for the sandbox's own tests: one command for each thing that is to be tried."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord
import yarl
from discord import app_commands, ui

from tests.sandboxed import PATIENCE, Sandbox


class Planting(ui.Modal, title="Plant something"):
    name = ui.Label(text="Name", component=ui.TextInput(max_length=20))
    kind = ui.Label(
        text="Kind",
        component=ui.Select(options=[discord.SelectOption(label="Tree"), discord.SelectOption(label="Flower")]),
    )
    pictures = ui.Label(text="Pictures", component=ui.FileUpload(min_values=1, max_values=3))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        name, kind, pictures = self.name.component, self.kind.component, self.pictures.component
        assert isinstance(name, ui.TextInput)
        assert isinstance(kind, ui.Select)
        assert isinstance(pictures, ui.FileUpload)
        sizes = [len(await file.read()) for file in pictures.values]
        words = f"{name.value} {kind.values[0]} {sizes}"
        await interaction.response.send_message(words)


class Card(ui.LayoutView):
    """A card as the bot makes them: a container with words, pictures, a file and buttons."""

    def __init__(self, words: str, picture: str = "a.png") -> None:
        super().__init__(timeout=None)
        gallery = ui.MediaGallery(discord.MediaGalleryItem(f"attachment://{picture}", description="a picture"))
        self.button: ui.Button[Card] = ui.Button(label="Water", custom_id="water")
        self.button.callback = self.water
        dead: ui.Button[Card] = ui.Button(label="No", custom_id="no", disabled=True)
        select: ui.Select[Card] = ui.Select(
            custom_id="bed", options=[discord.SelectOption(label="left"), discord.SelectOption(label="right")]
        )
        select.callback = self.choose
        self.add_item(
            ui.Container(
                ui.TextDisplay(words),
                gallery,
                ui.Separator(),
                ui.Section(ui.TextDisplay("aside"), accessory=ui.Thumbnail(f"attachment://{picture}")),
                ui.File("attachment://notes.txt"),
                ui.ActionRow(self.button, dead),
                ui.ActionRow(select),
            )
        )

    async def water(self, interaction: discord.Interaction) -> None:
        await interaction.response.edit_message(view=Card("watered", "a.png"))

    async def choose(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        await interaction.followup.send(str(interaction.data["values"]), ephemeral=True)


class Gardener(discord.Client):
    def __init__(self, picture: bytes) -> None:
        super().__init__(intents=discord.Intents(guilds=True), guild_ready_timeout=0.05)
        self.tree = app_commands.CommandTree(self)
        self.picture = picture
        self.told: asyncio.Queue[object] = asyncio.Queue()
        self.resumed = asyncio.Event()
        add_commands(self)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_resumed(self) -> None:
        self.resumed.set()

    def card_files(self, picture: str = "a.png") -> list[discord.File]:
        return [
            discord.File(io.BytesIO(self.picture), picture, description="what it looks like"),
            discord.File(io.BytesIO(b"notes"), "notes.txt"),
        ]

    def channel(self, channel_id: str) -> discord.PartialMessageable:
        return self.get_partial_messageable(int(channel_id))


def add_commands(bot: Gardener) -> None:
    tree = bot.tree
    garden = app_commands.Group(name="garden", description="Everything that grows")
    tree.add_command(garden)

    @garden.command(description="Count files")
    @app_commands.describe(depth="in steps")
    async def dig(
        interaction: discord.Interaction,
        first: discord.Attachment,
        second: discord.Attachment | None = None,
        depth: app_commands.Range[int, 1, 10] = 3,
        where: str = "left",
    ) -> None:
        await interaction.response.defer(ephemeral=True)
        sizes = [len(await file.read()) for file in (first, second) if file]
        await interaction.edit_original_response(content=f"{sizes} {depth} {where} {interaction.locale}")

    @dig.autocomplete("where")
    async def where(_interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=word, value=word) for word in ("left", "lower") if word.startswith(current)]

    @garden.command(description="A card")
    async def card(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(view=Card("**words**"), files=bot.card_files())

    @tree.command(description="A form")
    async def plant(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Planting())

    @tree.command(description="Only for you")
    async def whisper(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("psst", ephemeral=True)
        bot.told.put_nowait((await interaction.original_response()).id)

    @tree.command(description="Hands the interaction to the test")
    async def hand(interaction: discord.Interaction) -> None:
        bot.told.put_nowait(interaction)

    @tree.command(description="Answers at once")
    async def hello(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"hello <@{interaction.user.id}>")

    @tree.context_menu(name="Look at")
    async def look(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"{len(message.attachments)} in {message.id}")


@asynccontextmanager
async def gardening(sandbox: Sandbox, picture: bytes) -> AsyncIterator[Gardener]:
    """The bot, connected to the sandbox and ready."""
    discord.http.Route.BASE = sandbox.api
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(sandbox.gateway)
    async with Gardener(picture) as bot:
        life = asyncio.create_task(bot.start(sandbox.token))
        try:
            ready = asyncio.create_task(bot.wait_until_ready())
            await asyncio.wait({life, ready}, return_when=asyncio.FIRST_COMPLETED, timeout=PATIENCE)
            assert ready.done(), life
            yield bot
        finally:
            await bot.close()
            await life

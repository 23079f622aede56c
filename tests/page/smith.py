"""A small real bot for the page's test: `python smith.py '<the line that the sandbox printed>'`."""

import json
import sys

import discord
import yarl
from discord import app_commands

WORDS = {"train": "训练", "Teach a word from pictures": "用图片教一个词"}


class Chinese(app_commands.Translator):
    async def translate(
        self, string: app_commands.locale_str, locale: discord.Locale, _: app_commands.TranslationContextTypes
    ) -> str | None:
        return WORDS.get(string.message) if locale is discord.Locale.chinese else None


class Teach(discord.ui.Modal, title="Teach a word"):
    name: discord.ui.Label = discord.ui.Label(text="Name", component=discord.ui.TextInput(custom_id="name"))
    pictures: discord.ui.Label = discord.ui.Label(
        text="Pictures", component=discord.ui.FileUpload(custom_id="pictures", max_values=10)
    )
    kind: discord.ui.Label = discord.ui.Label(
        text="Kind",
        component=discord.ui.RadioGroup(
            custom_id="kind",
            options=[
                discord.RadioGroupOption(label="Thing", value="thing"),
                discord.RadioGroupOption(label="Style", value="style"),
            ],
        ),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        name = self.name.component.value  # type: ignore[attr-defined]
        uploads = self.pictures.component.values  # type: ignore[attr-defined]
        files = [await upload.to_file() for upload in uploads]
        await interaction.response.send_message(view=Card(name, self.kind.component.value, files), files=files)  # type: ignore[attr-defined]


class Card(discord.ui.LayoutView):
    def __init__(self, name: str, kind: str, files: list[discord.File]) -> None:
        super().__init__()
        gallery = discord.ui.MediaGallery(*(discord.MediaGalleryItem(file) for file in files))
        text = discord.ui.TextDisplay(f"**{name}** is a {kind}, from {len(files)} pictures")
        row: discord.ui.ActionRow[Card] = discord.ui.ActionRow()
        button: discord.ui.Button[Card] = discord.ui.Button(label="Secret", custom_id="secret")
        button.callback = tell
        row.add_item(button)
        self.add_item(discord.ui.Container(text, gallery, row, accent_colour=0xC2410C))


async def tell(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("a word in your ear", ephemeral=True)


async def suggest(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    return [
        app_commands.Choice(name=f"{animal} from the list", value=animal)
        for animal in ("owl", "otter", "cat")
        if typed in animal
    ]


@app_commands.command(
    name=app_commands.locale_str("train"), description=app_commands.locale_str("Teach a word from pictures")
)
@app_commands.autocomplete(animal=suggest)
async def train(interaction: discord.Interaction, animal: str) -> None:
    """Opens the form, with the animal in its title."""
    modal = Teach()
    modal.title = f"Teach {animal}"
    await interaction.response.send_modal(modal)


@app_commands.command(name="mute", description="Never answers")
async def mute(_: discord.Interaction) -> None:
    """Leaves the person waiting, as a bot does that hangs."""


@app_commands.command(name="help", description="What this bot does")
async def help_command(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("# Help\nNothing *much*.", ephemeral=True)


class Smith(discord.Client):
    async def setup_hook(self) -> None:
        self.tree = app_commands.CommandTree(self)
        await self.tree.set_translator(Chinese())
        for command in (train, mute, help_command):
            self.tree.add_command(command)
        await self.tree.sync()


def main() -> None:
    addresses = json.loads(sys.argv[1])
    discord.http.Route.BASE = addresses["api"]
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(addresses["gateway"])
    client = Smith(intents=discord.Intents(guilds=True), guild_ready_timeout=0.05)
    client.run(addresses["token"])


if __name__ == "__main__":
    main()

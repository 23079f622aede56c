"""`/embed train`: with options it starts at once, without them it opens a form."""

from typing import Any

import discord
from discord import app_commands
from msgspec.structs import replace

from bot.chat.answers import Interaction, soon, think
from bot.chat.drafts import TrainingDraft
from bot.chat.forms import open_training_form
from bot.chat.options import choices, setting_choices, worded
from bot.chat.service import Service
from bot.chat.wish_lines import TEMPLATES
from bot.chat.wishes import BATCH_SIZE, TrainingWish
from bot.errors import BadName
from bot.features.train.training import begin_training
from bot.features.train.tuning import SETTINGS
from bot.files.attachments import sent
from bot.texts.names import NAME_LIMIT, check_name
from bot.texts.translator import word


def train_command(service: Service) -> app_commands.Command[Any, ..., None]:
    """The command, under the group `/embed`."""

    @app_commands.command(name=word("command-embed-train"), description=word("command-embed-train-description"))
    @worded(name="name", kind="kind", start="from", thoroughness="thoroughness", steps="steps", vectors="vectors")
    @worded(learning_rate="learning-rate", template="template", template_file="template-file")
    @worded(preview_prompt="preview-prompt", batch_size="batch-size", tuning="tuning", where="where")
    @app_commands.autocomplete(tuning=_suggest_tuning)
    @worded(**{f"picture{n}": f"picture{n}" for n in range(1, 11)})
    @choices(
        kind=("subject", "style"),
        thoroughness=("quick", "balanced", "thorough"),
        template=TEMPLATES,
        where=("here", "me"),
    )
    async def train(
        interaction: Interaction,
        name: app_commands.Range[str, 1, NAME_LIMIT] | None = None,
        picture1: discord.Attachment | None = None,
        picture2: discord.Attachment | None = None,
        picture3: discord.Attachment | None = None,
        picture4: discord.Attachment | None = None,
        picture5: discord.Attachment | None = None,
        picture6: discord.Attachment | None = None,
        picture7: discord.Attachment | None = None,
        picture8: discord.Attachment | None = None,
        picture9: discord.Attachment | None = None,
        picture10: discord.Attachment | None = None,
        kind: str = "subject",
        start: app_commands.Range[str, 1, 200] | None = None,
        thoroughness: str = "balanced",
        steps: app_commands.Range[int, 1] | None = None,
        vectors: app_commands.Range[int, 1, 75] | None = None,
        learning_rate: app_commands.Range[str, 1, 200] | None = None,
        template: str | None = None,
        template_file: discord.Attachment | None = None,
        preview_prompt: app_commands.Range[str, 1, 1000] | None = None,
        batch_size: app_commands.Range[int, 1, 16] = BATCH_SIZE,
        tuning: app_commands.Range[str, 1, 300] | None = None,
        where: str | None = None,
    ) -> None:
        given = (picture1, picture2, picture3, picture4, picture5, picture6, picture7, picture8, picture9, picture10)
        wish = TrainingWish(
            name=name or "",
            kind=kind,
            start=start or "",
            vectors=vectors,
            thoroughness=thoroughness,
            steps=steps,
            learning_rate=learning_rate or "",
            template=template or "",
            preview_prompt=preview_prompt or "",
            batch_size=batch_size,
            tuning=tuning or "",
            where="me" if where == "me" else "here",
        )
        waiting = tuple(sent(picture) for picture in given if picture is not None)
        own_template = sent(template_file) if template_file is not None else None
        draft = TrainingDraft(wish, waiting=waiting, template=own_template, shown_for=wish.name)
        if name is None or not waiting:
            if name is not None and where is None:
                draft = await soon(_where_before(interaction, service, draft))
            await open_training_form(interaction, service, draft)
            return
        await think(interaction)
        if where is None:
            draft = await _where_before(interaction, service, draft)
        await begin_training(interaction, service, draft)

    return train


async def _where_before(interaction: Interaction, service: Service, draft: TrainingDraft) -> TrainingDraft:
    """A word of the person's own is shown where its run before was, unless they say otherwise."""
    try:
        own = await service.library.if_owned(check_name(draft.wish.name), interaction.user.id)
    except BadName:  # which is said with all else that is wrong
        return draft
    if own is None or not own.private:
        return draft
    return replace(draft, wish=replace(draft.wish, where="me"))


async def _suggest_tuning(_interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    return setting_choices(typed, SETTINGS)

"""`/imagine`: draw."""

from typing import Any

import discord
from discord import app_commands

from bot.chat.answers import Interaction, think
from bot.chat.drafts import DrawingDraft
from bot.chat.options import PROMPT_LIMIT, named, setting_choices, suggest_hypernetworks, suggest_styles, worded
from bot.chat.service import Service
from bot.chat.wishes import STRENGTH, DrawingWish
from bot.features.imagine.drawing import begin_drawing
from bot.features.imagine.drawing_settings import MOST_STEPS, SETTINGS
from bot.features.imagine.hypernetwork_tags import with_tags
from bot.files.attachments import sent
from bot.texts.translator import word
from trainer.protocol import SAMPLERS, SCHEDULE_CHOICES


def imagine_command(service: Service) -> app_commands.Command[Any, ..., None]:
    @app_commands.command(name=word("command-imagine"), description=word("command-imagine-description"))
    @worded(prompt="prompt", negative_prompt="negative-prompt", steps="drawing-steps", sampler="sampler")
    @worded(cfg_scale="cfg-scale", seed="seed", width="width", height="height", count="count", schedule="schedule")
    @worded(picture="picture", strength="strength", settings="settings", style="style", hypernetwork="hypernetwork")
    @app_commands.choices(sampler=named(SAMPLERS), schedule=named(SCHEDULE_CHOICES))
    @app_commands.autocomplete(settings=_suggest_settings, style=suggest_styles, hypernetwork=suggest_hypernetworks)
    async def imagine(
        interaction: Interaction,
        prompt: app_commands.Range[str, 1, PROMPT_LIMIT],
        negative_prompt: app_commands.Range[str, 1, PROMPT_LIMIT] | None = None,
        style: app_commands.Range[str, 1, 300] | None = None,
        steps: app_commands.Range[int, 1, MOST_STEPS] = 20,
        sampler: str = "Euler a",
        cfg_scale: app_commands.Range[float, 1.0, 30.0] = 7.0,
        seed: app_commands.Range[int, -1, 2**53 - 1] = -1,
        width: app_commands.Range[int, 64, 2048] | None = None,
        height: app_commands.Range[int, 64, 2048] | None = None,
        count: app_commands.Range[int, 1, 9] = 1,
        schedule: str = SCHEDULE_CHOICES[0],
        picture: discord.Attachment | None = None,
        strength: app_commands.Range[float, 0.01, 1.0] = STRENGTH,
        settings: app_commands.Range[str, 1, 300] | None = None,
        hypernetwork: app_commands.Range[str, 1, 300] | None = None,
    ) -> None:
        await think(interaction)
        wish = DrawingWish(
            prompt=with_tags(prompt, hypernetwork or ""),
            negative_prompt=negative_prompt or "",
            style=style or "",
            steps=steps,
            sampler=sampler,
            cfg_scale=cfg_scale,
            seed=seed,
            size=f"{width or 0}x{height or 0}" if width or height else "",
            count=count,
            schedule=schedule,
            strength=strength,
            settings=settings or "",
        )
        await begin_drawing(interaction, service, DrawingDraft(wish, waiting=sent(picture) if picture else None))

    return imagine


async def _suggest_settings(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    upscalers = await interaction.client.service.upscalers.known()
    return setting_choices(typed, SETTINGS, {"hires-upscaler": [each.name for each in upscalers]})

"""`/imagine`: draw."""

from typing import Any

import discord
from discord import app_commands
from msgspec.structs import replace

from bot.answers import Interaction, check_may_post, place, shelf_of, think
from bot.commands.options import PROMPT_LIMIT, named, setting_choices, suggest_styles, worded
from bot.drawing import random_seed
from bot.drawing_settings import MOST_STEPS, SETTINGS, read_drawing_settings
from bot.faults import check
from bot.service import Service
from bot.styles import apply_styles, split_names
from bot.texts.translator import word
from bot.training import keep_pictures
from trainer.protocol import SAMPLERS, SCHEDULE_CHOICES, DrawRequest

STRENGTH = 0.75
"""The web UI's denoising strength."""


def imagine_command(service: Service) -> app_commands.Command[Any, ..., None]:
    @app_commands.command(name=word("command-imagine"), description=word("command-imagine-description"))
    @worded(prompt="prompt", negative_prompt="negative-prompt", steps="drawing-steps", sampler="sampler")
    @worded(cfg_scale="cfg-scale", seed="seed", width="width", height="height", count="count", schedule="schedule")
    @worded(picture="picture", strength="strength", settings="settings", style="style")
    @app_commands.choices(sampler=named(SAMPLERS), schedule=named(SCHEDULE_CHOICES))
    @app_commands.autocomplete(settings=_suggest_settings, style=suggest_styles)
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
    ) -> None:
        check_may_post(interaction)
        await think(interaction)
        styles = await service.styles.named(shelf_of(interaction), filter(None, split_names(style or "")))
        styled, styled_negative = apply_styles(styles, prompt, negative_prompt or "")
        request = DrawRequest(
            prompt=styled,
            negative_prompt=styled_negative,
            steps=steps,
            sampler=sampler,
            guidance_scale=cfg_scale,
            seed=random_seed() if seed == -1 else seed,
            width=width or 0,
            height=height or 0,
            count=count,
            schedule=schedule,
            strength=strength,
            **read_drawing_settings(settings or ""),
        )
        check(request)
        if picture is not None:
            (kept,) = await keep_pictures(service, [picture])
            request = replace(request, image=kept.path)
        await place(interaction, service, request)

    return imagine


async def _suggest_settings(_interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    return setting_choices(typed, SETTINGS)

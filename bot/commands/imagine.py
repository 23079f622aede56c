"""`/imagine`: draw."""

from typing import Any

from discord import app_commands

from bot.answers import Interaction, check_may_post, place, think
from bot.commands.options import worded
from bot.faults import check
from bot.forms import PROMPT_LIMIT, random_seed
from bot.service import Service
from bot.texts.translator import word
from trainer.protocol import DrawRequest

SAMPLERS = ("Euler a", "Euler", "Heun", "DPM++ 2M", "DDIM")


def imagine_command(service: Service) -> app_commands.Command[Any, ..., None]:
    @app_commands.command(name=word("command-imagine"), description=word("command-imagine-description"))
    @worded(prompt="prompt", negative_prompt="negative-prompt", steps="drawing-steps", sampler="sampler")
    @worded(cfg_scale="cfg-scale", seed="seed", width="width", height="height", count="count", clip_skip="clip-skip")
    @app_commands.choices(sampler=[app_commands.Choice(name=name, value=name) for name in SAMPLERS])
    async def imagine(
        interaction: Interaction,
        prompt: app_commands.Range[str, 1, PROMPT_LIMIT],
        negative_prompt: app_commands.Range[str, 1, PROMPT_LIMIT] | None = None,
        steps: app_commands.Range[int, 1, 150] = 20,
        sampler: str = SAMPLERS[0],
        cfg_scale: app_commands.Range[float, 1.0, 30.0] = 7.0,
        seed: app_commands.Range[int, -1, 2**32 - 1] = -1,
        width: app_commands.Range[int, 64, 2048] | None = None,
        height: app_commands.Range[int, 64, 2048] | None = None,
        count: app_commands.Range[int, 1, 4] = 1,
        clip_skip: app_commands.Range[int, 1, 12] = 1,
    ) -> None:
        check_may_post(interaction)
        await think(interaction)
        request = DrawRequest(
            prompt=prompt,
            negative_prompt=negative_prompt or "",
            steps=steps,
            sampler=sampler,
            guidance_scale=cfg_scale,
            seed=random_seed() if seed == -1 else seed,
            width=width or 0,
            height=height or 0,
            count=count,
            clip_skip=clip_skip,
            hidden_words=await service.library.hidden_from(interaction.user.id),
        )
        check(request)
        await place(interaction, service, request)

    return imagine

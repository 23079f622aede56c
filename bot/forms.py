"""Forms: what people fill in where a command has too many options to type."""

import secrets
from collections.abc import Sequence
from typing import Any

import discord
from discord import ui
from msgspec.structs import replace

from bot.answers import Interaction, answer_error, place, think
from bot.errors import StepsBehind
from bot.faults import check
from bot.jobs.job import Job
from bot.names import NAME_LIMIT
from bot.service import Limits, Service
from bot.texts.catalogue import Texts
from bot.training import Wish, begin_training, check_steps
from trainer.protocol import LONGEST_PROMPT, DrawRequest, TrainRequest


class _Form(ui.Modal):
    """A form that is answered as commands are."""

    async def on_error(self, interaction: Interaction, error: Exception, /) -> None:  # type: ignore[override]
        await answer_error(interaction, error)


class TrainingForm(_Form):
    """Name, pictures, a thing or a style, what it starts from, how thorough."""

    def __init__(self, texts: Texts, service: Service, name: str = "", start: str = "") -> None:
        super().__init__(title=texts("form-train-title"), custom_id="train", timeout=None)
        self._service = service
        self.name = _line("name", texts("form-name-example"), NAME_LIMIT, name)
        self.pictures = ui.FileUpload[Any](custom_id="pictures", min_values=1, max_values=10)
        self.kind = _select("kind", [(value, texts(f"choice-{value}")) for value in ("subject", "style")])
        self.start = _line("from", texts("form-from-example"), 200, start, required=False)
        self.thoroughness = _select("thoroughness", _thoroughness(texts, service.limits))
        for field, text, described in (
            (self.name, "form-name", True),
            (self.pictures, "form-pictures", True),
            (self.kind, "form-kind", False),
            (self.start, "form-from", True),
            (self.thoroughness, "form-thoroughness", False),
        ):
            description = texts(f"{text}-description") if described else None
            self.add_item(ui.Label(text=texts(text), description=description, component=field))

    async def on_submit(self, interaction: Interaction) -> None:
        await think(interaction)
        wish = Wish(
            name=self.name.value,
            kind=self.kind.values[0],
            start=self.start.value,
            thoroughness=self.thoroughness.values[0],
        )
        await begin_training(interaction, self._service, wish, self.pictures.values)


class DrawingForm(_Form):
    """Prompt and negative prompt, perhaps of something to be drawn over a stored picture."""

    def __init__(self, texts: Texts, service: Service, prompt: str = "", image: str | None = None) -> None:
        super().__init__(title=texts("form-draw-title"), custom_id="draw", timeout=None)
        self._service, self._image = service, image
        self.prompt = _paragraph("prompt", prompt)
        self.negative_prompt = _paragraph("negative_prompt", "", required=False)
        for field, text in ((self.prompt, "form-prompt"), (self.negative_prompt, "form-negative-prompt")):
            self.add_item(ui.Label(text=texts(text), description=texts(f"{text}-description"), component=field))

    async def on_submit(self, interaction: Interaction) -> None:
        await think(interaction)
        request = DrawRequest(
            prompt=self.prompt.value,
            negative_prompt=self.negative_prompt.value,
            seed=random_seed(),
            image=self._image,
        )
        check(request)
        await place(interaction, self._service, request)


class ChangeForm(_Form):
    """Steps and rate of a run that is paused."""

    def __init__(self, texts: Texts, service: Service, job: Job, request: TrainRequest) -> None:
        super().__init__(title=texts("form-change-title"), custom_id=f"change-{job.id}", timeout=None)
        self._service, self._job, self._request = service, job, request
        self.steps = _line("steps", str(request.steps), 9, str(request.steps))
        self.rate = _line("rate", request.learning_rate[:100], 200, request.learning_rate)
        for field, text in ((self.steps, "form-change-steps"), (self.rate, "form-change-rate")):
            description = texts(f"{text}-description", step=job.report.step)
            self.add_item(ui.Label(text=texts(text), description=description, component=field))

    async def on_submit(self, interaction: Interaction) -> None:
        await interaction.response.defer()
        steps = int(self.steps.value) if self.steps.value.strip().isdecimal() else 0
        if steps <= self._job.report.step:
            raise StepsBehind(step=self._job.report.step)
        check_steps(steps, self._service.limits)
        changed = replace(self._request, steps=steps, learning_rate=self.rate.value.strip())
        check(changed)
        await self._service.dispatch.change(self._job.id, changed)


def random_seed() -> int:
    """-1 in the web UI: any of 2³² seeds."""
    return secrets.randbelow(2**32)


def _line(custom_id: str, placeholder: str, limit: int, default: str, *, required: bool = True) -> ui.TextInput[Any]:
    return ui.TextInput(
        custom_id=custom_id, placeholder=placeholder, max_length=limit, default=default or None, required=required
    )


def _paragraph(custom_id: str, default: str, *, required: bool = True) -> ui.TextInput[Any]:
    return ui.TextInput(
        custom_id=custom_id,
        style=discord.TextStyle.paragraph,
        max_length=LONGEST_PROMPT,
        default=default or None,
        required=required,
    )


def _select(custom_id: str, options: Sequence[tuple[str, str]]) -> ui.Select[Any]:
    """One choice, the first being the usual one."""
    return ui.Select(
        custom_id=custom_id,
        options=[
            discord.SelectOption(label=label, value=value, default=position == 0)
            for position, (value, label) in enumerate(options)
        ],
    )


def _thoroughness(texts: Texts, limits: Limits) -> list[tuple[str, str]]:
    steps = {
        "balanced": limits.steps_balanced,
        "quick": limits.steps_quick,
        "thorough": limits.steps_thorough,
    }
    return [
        (value, texts("form-thoroughness-choice", word=texts(f"choice-{value}"), steps=count))
        for value, count in steps.items()
    ]

"""Words of options and their choices, from the catalogues."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import wraps
from typing import Any, TypeAlias

from discord import app_commands

from bot.access import Act, may
from bot.chat.answers import Interaction, actor_of, shelf_of, soon
from bot.chat.setting_lines import suggest_settings
from bot.errors import TooBusy
from bot.jobs.job import Kind, of_job
from bot.library.styles import split_names
from bot.texts.spelling import key
from bot.texts.translator import word
from trainer.protocol import Setting

_SHOWN = 25
"""Suggestions that Discord shows."""
_LONGEST_CHOICE = 100

PROMPT_LIMIT = 2000
"""Characters of a prompt given to a command; styles may make it longer."""

_Decorator: TypeAlias = Callable[[Any], Any]
_Suggest: TypeAlias = Callable[[Interaction, str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]


def worded(**texts: str) -> _Decorator:
    """Names and descriptions of options: the parameter, and its text `option-…`."""

    def decorate(function: Any) -> Any:
        names = {option: word(f"option-{text}") for option, text in texts.items()}
        described = {option: word(f"option-{text}-description") for option, text in texts.items()}
        return app_commands.rename(**names)(app_commands.describe(**described)(function))

    return decorate


def choices(**values: Sequence[str]) -> _Decorator:
    """Choices of options, whose labels are texts `choice-…`."""
    return app_commands.choices(
        **{
            option: [
                app_commands.Choice(name=word(f"choice-{value.replace('_', '-')}"), value=value) for value in offered
            ]
            for option, offered in values.items()
        }
    )


def setting_choices(
    typed: str, settings: Mapping[str, Setting], values: Mapping[str, Sequence[str]] | None = None
) -> list[app_commands.Choice[str]]:
    """Suggestions for a line of settings; Discord takes 100 characters of each."""
    suggested = [text for text in suggest_settings(typed, settings, values) if len(text) <= _LONGEST_CHOICE]
    return [app_commands.Choice(name=text, value=text) for text in suggested]


def named(names: Sequence[str]) -> list[app_commands.Choice[str]]:
    """Choices that are called alike in every language."""
    return [app_commands.Choice(name=name, value=name) for name in names]


def _in_time(suggest: _Suggest) -> _Suggest:
    """Suggests nothing rather than too late."""

    @wraps(suggest)
    async def suggested(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        try:
            return await soon(suggest(interaction, typed))
        except TooBusy:
            return []

    return suggested


@_in_time
async def suggest_words(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """The person's own words and those shared here whose names contain what is typed."""
    nearest: dict[str, str] = {}
    for found in await interaction.client.service.library.seen_by(actor_of(interaction)):
        nearest.setdefault(key(found.name), found.name)
    return named(_fitting(list(nearest.values()), typed))


@_in_time
async def suggest_runs(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Words that the person is teaching right now."""
    actor, jobs = actor_of(interaction), await interaction.client.service.dispatch.open_jobs()
    names = [job.name for job in jobs if job.kind is Kind.TRAIN and may(actor, Act.OWN, of_job(job))]
    return named(_fitting(names, typed))


@_in_time
async def suggest_hypernetworks(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Hypernetworks for the last of the names that are typed, behind those before it."""
    *before, last = typed.replace("，", ",").split(",")
    names = _fitting(await interaction.client.service.hypernetworks.names(), last.strip())
    lines = [", ".join([*map(str.strip, before), name]) for name in names]
    return named([line for line in lines if len(line) <= _LONGEST_CHOICE])


@_in_time
async def suggest_styles(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Styles for the last of the names that are typed, behind those before it."""
    *before, last = split_names(typed)
    before = [name for name in before if name]
    used = {key(name) for name in before}
    styles = await interaction.client.service.styles.on(shelf_of(interaction))
    fitting = _fitting([style.name for style in styles if key(style.name) not in used], last)
    lines = [", ".join([*before, name]) for name in fitting]
    return named([line for line in lines if len(line) <= _LONGEST_CHOICE])


@_in_time
async def suggest_deletable_styles(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """The person's own styles; all for who may manage the server."""
    shelf, actor = shelf_of(interaction), actor_of(interaction)
    styles = await interaction.client.service.styles.on(shelf)
    deletable = [style for style in styles if may(actor, Act.MANAGE, style.on(shelf))]
    return named(_fitting([style.name for style in deletable], typed))


def _fitting(names: Sequence[str], typed: str) -> list[str]:
    """Names that contain what is typed, first those that begin with it."""
    wanted = key(typed)
    fitting = [name for name in names if wanted in key(name)]
    fitting.sort(key=lambda name: (not key(name).startswith(wanted), key(name)))
    return fitting[:_SHOWN]

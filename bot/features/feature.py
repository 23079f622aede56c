"""What a feature is to the rest of the bot. Each folder beside this file ends in one; `app.py` lists them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from discord import app_commands

from bot.chat.buttons import FormAction, PressAction
from bot.chat.service import Service
from bot.delivery.post import JobMessages
from bot.jobs.job import Kind
from bot.library.embeddings import Library
from bot.library.hypernetworks import Hypernetworks
from bot.texts.translator import word

Command: TypeAlias = app_commands.Command[Any, ..., Any]
MakeCommand: TypeAlias = Callable[[Service], Command]
MakeMessages: TypeAlias = Callable[[Library, Hypernetworks], JobMessages]


@dataclass(frozen=True)
class Feature:
    commands: Sequence[MakeCommand] = ()
    groups: Mapping[str, Sequence[MakeCommand]] = field(default_factory=dict)
    """Commands under a common name, as `embed` in `/embed train`; several features may share one."""
    presses: Mapping[str, PressAction] = field(default_factory=dict)
    """What each button does, by the verb of its custom_id."""
    forms: Mapping[str, FormAction] = field(default_factory=dict)
    """What each form does that was filled in, by the verb of its custom_id."""
    messages: Mapping[Kind, MakeMessages] = field(default_factory=dict)
    """What jobs show in their channel."""


def commands_of(features: Sequence[Feature], service: Service) -> list[Command | app_commands.Group]:
    """For servers and for private chats with the bot, not for installation by a person alone: a run's card is the
    bot's own message, and needs the bot to be there.
    """
    groups: dict[str, app_commands.Group] = {}
    alone: list[Command] = []
    for feature in features:
        for name, makers in feature.groups.items():
            group = groups.setdefault(name, _group(name))
            for make in makers:
                group.add_command(make(service))
        alone += [make(service) for make in feature.commands]
    commands: list[Command | app_commands.Group] = [*groups.values(), *alone]
    for command in commands:
        command.allowed_installs = app_commands.AppInstallationType(guild=True, user=False)
        command.allowed_contexts = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False)
    return commands


def _group(name: str) -> app_commands.Group:
    return app_commands.Group(name=word(f"command-{name}"), description=word(f"command-{name}-description"))


def presses_of(features: Sequence[Feature]) -> dict[str, PressAction]:
    return {verb: press for feature in features for verb, press in feature.presses.items()}


def forms_of(features: Sequence[Feature]) -> dict[str, FormAction]:
    return {verb: form for feature in features for verb, form in feature.forms.items()}


def messages_of(features: Sequence[Feature], library: Library, hypernetworks: Hypernetworks) -> dict[Kind, JobMessages]:
    return {kind: make(library, hypernetworks) for feature in features for kind, make in feature.messages.items()}

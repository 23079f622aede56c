"""Forms (Discord's modals), stateless as buttons are: what one is about is in its custom_id, what was filled in comes
with the interaction that submits it. So any number of people have the same form open, also over a restart.

A form is opened by `open_form(interaction, verb, about, title, fields)`; its custom_id is `verb:about`. When it is
submitted, its action (`Feature.forms`) gets `(interaction, service, about, filled)`, where `filled` are its
values by the custom_ids of its fields. That action checks again who asks and where: the form may have been opened an
hour ago. What does not fit in a custom_id waits in a draft (`bot/chat/drafts.py`), whose number stands there instead.

The forms themselves:
- `open_training_form(interaction, service, draft)` asks for what a training needs, filled in with what the draft's
  wish says. Steps, rate, vectors and whatever else the wish has that is not as usual stand in a field of their own.
  With `wish.continues` it does not ask for a name or a start; with pictures in the draft it needs no new ones.
- `open_drawing_form(interaction, wish)` asks for prompts, and has the wish's.
- `open_kept_drawing_form` has all of a draft, which it keeps.
- `show_training_form` and `show_drawing_form` are for a draft that is kept already, as after a refusal.
- `open_change_form` asks for steps and rate of a run, `open_further_form` for those of one that goes on from another.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, cast

import discord
from discord import app_commands, ui

from bot.chat.answers import READ_SECONDS, Interaction, first_answer, texts_of
from bot.chat.drafts import DrawingDraft, TrainingDraft
from bot.chat.service import Limits, Service
from bot.chat.wish_lines import LONGEST_LINES, is_usual, written
from bot.chat.wishes import DrawingWish, TrainingWish
from bot.jobs.job import Job
from bot.texts.catalogue import Texts
from bot.texts.names import NAME_LIMIT
from trainer.protocol import LONGEST_PROMPT, TrainRequest

_ROW, _LABEL, _FILE_UPLOAD = 1, 18, 19
"""Kinds of components in what Discord tells of a submitted form."""
_ATTACHMENT = 11
"""The kind of option by which a Namespace hands out an attachment."""
LONGEST_TITLE = 45
LONGEST_SETTINGS = 1000
"""Characters of a line with all settings of a drawing."""
WORD = "word."
"""Before the name of a word that a form for drawing is about."""
KINDS_HERE, KINDS_PRIVATE = ("subject", "style"), ("subject-me", "style-me")
"""What a training is of, shown where it is asked for or to its person alone."""


@dataclass(frozen=True)
class Filled:
    """What a person filled in, by the custom_ids of the fields; a field that the form did not have is missing."""

    texts: dict[str, str]
    chosen: dict[str, tuple[str, ...]]
    files: dict[str, tuple[discord.Attachment, ...]]


def filled_in(interaction: Interaction) -> Filled:
    """The values of a submitted form."""
    data = cast("dict[str, Any]", interaction.data or {})
    resolved = data.get("resolved", {})
    # A Namespace is discord.py's own way from a payload to attachments.
    ids = [{"type": _ATTACHMENT, "name": key, "value": key} for key in resolved.get("attachments", {})]
    attachments = app_commands.Namespace(interaction, resolved, cast("Any", ids))
    filled = Filled({}, {}, {})
    for field in _fields(data.get("components", [])):
        name = field.get("custom_id", "")
        if field["type"] == _FILE_UPLOAD:
            filled.files[name] = tuple(attachments[key] for key in field.get("values", []))
        elif "values" in field:
            filled.chosen[name] = tuple(field["values"])
        else:
            filled.texts[name] = str(field.get("value") or "")
    return filled


def _fields(components: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for component in components:
        if component["type"] == _LABEL:
            found.append(component["component"])
        elif component["type"] == _ROW:
            found += component["components"]
    return found


async def open_form(
    interaction: Interaction, verb: str, about: str, title: str, fields: Sequence[ui.Label[Any]]
) -> None:
    """Shows a form; it must be the first answer of its interaction. Raises TooLate."""
    form = ui.Modal(title=title[:LONGEST_TITLE], custom_id=f"{verb}:{about}", timeout=None)
    for field in fields:
        form.add_item(field)
    # discord.py keeps one object for each custom_id and gives it to whoever submits first, unless it is stopped.
    form.stop()
    await first_answer(interaction, lambda: interaction.response.send_modal(form))


async def open_training_form(interaction: Interaction, service: Service, draft: TrainingDraft | None = None) -> None:
    """Fields as the draft's wish has them; the draft itself is kept, where it says anything.

    The draft first, so that the form outlives the bot; but Discord has no patience with a slow disk.
    """
    if draft is None or draft == TrainingDraft(TrainingWish()):
        await show_training_form(interaction, service, TrainingDraft(TrainingWish()), "")
        return
    shown = show_training_form(interaction, service, draft, str(interaction.id))
    await _open_kept(interaction, service, draft, shown)


async def _open_kept(
    interaction: Interaction, service: Service, draft: TrainingDraft | DrawingDraft, show: Coroutine[Any, Any, None]
) -> None:
    keeping = asyncio.create_task(service.drafts.keep(interaction.id, interaction.user.id, draft))
    await asyncio.wait([keeping], timeout=READ_SECONDS)
    try:
        await show
    finally:
        await keeping


async def show_training_form(interaction: Interaction, service: Service, draft: TrainingDraft, about: str) -> None:
    """The form of a draft that is kept under this number."""
    texts, name = texts_of(interaction), draft.wish.continues
    title = texts("form-train-further-title", name=name) if name else texts("form-train-title")
    in_chat = interaction.guild_id is None
    await open_form(interaction, "train", about, title, _training_fields(texts, service.limits, draft, in_chat=in_chat))


def _training_fields(texts: Texts, limits: Limits, draft: TrainingDraft, *, in_chat: bool) -> list[ui.Label[Any]]:
    """Five at most, so that what it is and where it is shown are one choice, which a private chat need not ask."""
    wish, fields = draft.wish, []
    if not wish.continues:
        name = _line("name", texts("form-name-example"), NAME_LIMIT, wish.name)
        fields.append(_labelled(texts, "form-name", name))
    kept = len(draft.pictures) + len(draft.waiting)
    files = _files("pictures", 10, required=not kept)
    described = texts("form-pictures-kept-description", pictures=kept) if kept else texts("form-pictures-description")
    fields.append(ui.Label(text=texts("form-pictures"), description=described, component=files))
    if in_chat:
        kinds = [(kind, texts(f"choice-{kind}")) for kind in KINDS_HERE]
        fields.append(_labelled(texts, "form-kind", _select("kind", kinds, wish.kind), described=False))
    else:
        kinds = [(kind, texts(f"choice-{kind}-here")) for kind in KINDS_HERE]
        kinds += [(kind, texts(f"choice-{kind}")) for kind in KINDS_PRIVATE]
        chosen = _select("kind", kinds, wish.kind + "-me" * (wish.where == "me"))
        fields.append(_labelled(texts, "form-where", chosen, described=False))
    if not wish.continues:
        start = _line("from", texts("form-from-example"), 200, wish.start, required=False)
        fields.append(_labelled(texts, "form-from", start))
    if is_usual(wish) and not draft.lines:
        choice = _select("thoroughness", _thoroughness(texts, limits), wish.thoroughness)
        fields.append(_labelled(texts, "form-thoroughness", choice, described=False))
    else:
        typed = draft.lines or written(wish, texts)
        lines = _paragraph("settings", typed, LONGEST_LINES, required=False)
        fields.append(_labelled(texts, "form-settings", lines))
    return fields


async def open_drawing_form(interaction: Interaction, wish: DrawingWish | None = None, word: str = "") -> None:
    """Prompts alone; a wish that is over a picture takes all else from that. `word` is what the form is about."""
    wish, about = wish or DrawingWish(), f"{WORD}{word}" if word else ""
    texts = texts_of(interaction)
    await open_form(interaction, "draw", wish.over or about, texts("form-draw-title"), _prompt_fields(texts, wish))


async def open_kept_drawing_form(interaction: Interaction, service: Service, draft: DrawingDraft) -> None:
    """All of a draft, which is kept; Discord has no patience with a slow disk."""
    await _open_kept(interaction, service, draft, show_drawing_form(interaction, draft, str(interaction.id)))


async def show_drawing_form(interaction: Interaction, draft: DrawingDraft, about: str) -> None:
    """The form of a draft that is kept under this number, with what can be wrong in it."""
    texts, wish = texts_of(interaction), draft.wish
    fields = _prompt_fields(texts, wish)
    if wish.style:
        fields.append(_labelled(texts, "form-style", _line("style", "", 300, wish.style, required=False)))
    settings = _paragraph("settings", wish.settings, LONGEST_SETTINGS, required=False)
    fields.append(_labelled(texts, "form-drawing-settings", settings))
    fields.append(_labelled(texts, "form-size", _line("size", "512x768", 20, wish.size, required=False)))
    if not wish.style:
        kept = draft.picture is not None or draft.waiting is not None or bool(wish.over)
        described = texts("form-picture-kept-description" if kept else "form-picture-description")
        file = _files("picture", 1, required=False)
        fields.append(ui.Label(text=texts("form-picture"), description=described, component=file))
    await open_form(interaction, "redraw", about, texts("form-draw-title"), fields)


def _prompt_fields(texts: Texts, wish: DrawingWish) -> list[ui.Label[Any]]:
    negative = _paragraph("negative_prompt", wish.negative_prompt, required=False)
    return [
        _labelled(texts, "form-prompt", _paragraph("prompt", wish.prompt)),
        _labelled(texts, "form-negative-prompt", negative),
    ]


async def open_change_form(interaction: Interaction, job: Job, request: TrainRequest, steps: str, rate: str) -> None:
    """Steps and rate of a run that is paused; what stands in the fields need not be the run's own."""
    texts = texts_of(interaction)
    fields = [
        _labelled(texts, "form-change-steps", _line("steps", str(request.steps), 9, steps), step=job.report.step),
        _labelled(texts, "form-change-rate", _line("rate", request.learning_rate[:100], 200, rate)),
    ]
    await open_form(interaction, "change", str(job.id), texts("form-change-title"), fields)


async def open_further_form(interaction: Interaction, job: Job, request: TrainRequest, steps: str, rate: str) -> None:
    """Steps and rate of a run that goes on where another ended; `rate` is empty for the usual one."""
    texts = texts_of(interaction)
    fields = [
        _labelled(texts, "form-further-steps", _line("steps", str(request.steps), 9, steps)),
        _labelled(texts, "form-further-rate", _line("rate", "0.005", 200, rate, required=False)),
    ]
    await open_form(interaction, "further", str(job.id), texts("form-further-title", name=request.name), fields)


def _labelled(
    texts: Texts, text: str, component: ui.Item[Any], *, described: bool = True, **facts: int
) -> ui.Label[Any]:
    description = texts(f"{text}-description", **facts) if described else None
    return ui.Label(text=texts(text), description=description, component=component)


def _line(custom_id: str, placeholder: str, limit: int, default: str, *, required: bool = True) -> ui.TextInput[Any]:
    return ui.TextInput(
        custom_id=custom_id,
        placeholder=placeholder,
        max_length=limit,
        default=default[:limit] or None,
        required=required,
    )


def _paragraph(
    custom_id: str, default: str, limit: int = LONGEST_PROMPT, *, required: bool = True
) -> ui.TextInput[Any]:
    return ui.TextInput(
        custom_id=custom_id,
        style=discord.TextStyle.paragraph,
        max_length=limit,
        default=default[:limit] or None,
        required=required,
    )


def _files(custom_id: str, most: int, *, required: bool) -> ui.FileUpload[Any]:
    return ui.FileUpload(custom_id=custom_id, required=required, min_values=int(required), max_values=most)


def _select(custom_id: str, options: Sequence[tuple[str, str]], chosen: str = "") -> ui.Select[Any]:
    """One choice; the first is the usual one."""
    usual = chosen if chosen in [value for value, _ in options] else options[0][0]
    return ui.Select(
        custom_id=custom_id,
        options=[discord.SelectOption(label=label, value=value, default=value == usual) for value, label in options],
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

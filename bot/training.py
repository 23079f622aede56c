"""From what a person said to a TrainRequest: defaults, template, pictures, consent."""

import secrets
from collections.abc import Sequence
from importlib.resources import files

import discord
from msgspec.structs import replace

from bot.answers import Interaction, place, replace_answer, texts_of
from bot.captions import apart, read_captions, with_captions
from bot.cards.outgoing import button
from bot.drafts import RequestDraft
from bot.errors import FileTooBig, NameTaken, NoPictures, TooManySteps
from bot.faults import check
from bot.names import check_name
from bot.service import Limits, Service
from bot.tuning import read_tuning
from bot.uploads import MEGABYTE, Upload
from bot.wishes import TrainingWish
from bot.words import tell_collisions
from trainer.protocol import TrainingPicture, TrainRequest

INITIALIZATION_TEXT = "*"
"""The web UI's own default: a token that stands for nothing in particular."""
PREVIEWS = 8
"""In a whole run, after the first; they become the film."""
PREVIEW_STEPS = 10
"""At least so many between two: a preview takes as long as about fifteen steps."""
LARGEST_UPLOAD = 25
"""Megabytes of one picture."""


async def begin_training(
    interaction: Interaction, service: Service, wish: TrainingWish, attachments: Sequence[discord.Attachment]
) -> None:
    """Takes a wish with its pictures, of a deferred interaction, to a posted card or to the question of consent.

    Raises Refusal with the first thing that cannot be done.
    """
    request = await training_request(service, wish, attachments)
    if await service.submissions.has_consented(interaction.user.id):
        await place(interaction, service, request)
        await tell_collisions(interaction, service, request.name)
        return
    await service.drafts.keep(interaction.id, interaction.user.id, RequestDraft(request))
    await ask_consent(interaction)


async def training_request(
    service: Service, wish: TrainingWish, attachments: Sequence[discord.Attachment]
) -> TrainRequest:
    """Checks everything that can be checked before the pictures are fetched, then fetches and stores them."""
    name = check_name(wish.name)
    if await service.library.exists(name):
        raise NameTaken(name=name)
    captions, pictures = apart(attachments)
    if not pictures:
        raise NoPictures
    steps = steps_of(wish, service.limits)
    request = TrainRequest(
        name=name,
        initialization_text=wish.start.strip() or INITIALIZATION_TEXT,
        vectors_per_token=wish.vectors,
        pictures=(),
        template=template_lines(wish),
        steps=steps,
        learning_rate=wish.learning_rate.strip() or falling_rate(steps),
        seed=secrets.randbelow(2**32),
        batch_size=wish.batch_size,
        preview_prompt=wish.preview_prompt.strip(),
        preview_every=max(PREVIEW_STEPS, steps // PREVIEWS),
        tuning=read_tuning(wish.tuning),
    )
    check(request)
    said = await read_captions(captions, [picture.filename for picture in pictures])
    return replace(request, pictures=with_captions(await keep_pictures(service, pictures), said))


async def keep_pictures(service: Service, attachments: Sequence[discord.Attachment]) -> tuple[TrainingPicture, ...]:
    """Fetches and stores uploads, each picture once. Raises the first refusal: nobody trains on fewer unawares."""
    for attachment in attachments:
        check_upload(attachment)
    pictures: dict[str, TrainingPicture] = {}
    for group in _groups(attachments):
        uploads = [Upload(attachment.filename, await attachment.read()) for attachment in group]
        kept = await service.pictures.keep(uploads)
        for refusal in kept.refused:
            raise refusal
        for picture in kept.pictures:
            alpha = str(picture.alpha) if picture.alpha is not None else None
            pictures.setdefault(
                picture.sha256, TrainingPicture(path=str(picture.path), file_name=picture.file_name, alpha=alpha)
            )
    return tuple(pictures.values())


def check_upload(attachment: discord.Attachment) -> None:
    """Raises FileTooBig before a picture is fetched."""
    if attachment.size > LARGEST_UPLOAD * MEGABYTE:
        raise FileTooBig(file=attachment.filename, megabytes=attachment.size // MEGABYTE, limit=LARGEST_UPLOAD)


def _groups(attachments: Sequence[discord.Attachment]) -> list[list[discord.Attachment]]:
    """As many at a time as one largest upload takes of memory, so that ten large ones do not fill the bot."""
    groups: list[list[discord.Attachment]] = []
    size = LARGEST_UPLOAD * MEGABYTE
    for attachment in attachments:
        if size + attachment.size > LARGEST_UPLOAD * MEGABYTE:
            groups.append([])
            size = 0
        groups[-1].append(attachment)
        size += attachment.size
    return groups


def steps_of(wish: TrainingWish, limits: Limits) -> int:
    """Raises TooManySteps."""
    by_word = {
        "quick": limits.steps_quick,
        "balanced": limits.steps_balanced,
        "thorough": limits.steps_thorough,
    }
    steps = wish.steps or by_word[wish.thoroughness]
    check_steps(steps, limits)
    return steps


def check_steps(steps: int, limits: Limits) -> None:
    """Raises TooManySteps."""
    if steps > limits.max_steps:
        raise TooManySteps(steps=steps, limit=limits.max_steps)


def falling_rate(steps: int) -> str:
    """0.005, the web UI's default, which falls in the last two fifths so that the vectors come to rest."""
    if steps < 10:
        return "0.005"
    return f"0.005:{steps * 3 // 5}, 0.002:{steps * 17 // 20}, 0.0005:{steps}"


def template_lines(wish: TrainingWish) -> tuple[str, ...]:
    """The lines of the person's own template, or of the shipped one of the chosen name."""
    text = wish.own_template
    if not text:
        name = wish.template or wish.kind
        text = files("templates").joinpath(f"{name}.txt").read_text(encoding="utf-8")
    return tuple(line.strip() for line in text.splitlines() if line.strip())


async def ask_consent(interaction: Interaction) -> None:
    """One question with one button, the first time."""
    texts = texts_of(interaction)
    view = discord.ui.View(timeout=None)
    view.add_item(button(texts("consent-button"), f"consent:{interaction.id}", discord.ButtonStyle.success))
    view.stop()
    await replace_answer(interaction, texts("consent-question"), view)


async def train_after_consent(interaction: Interaction, service: Service, draft: int) -> bool:
    """Records the consent and goes on with what waited for it; False when that is gone."""
    waiting = await service.drafts.take(draft, interaction.user.id)
    if not isinstance(waiting, RequestDraft):
        return False
    await service.submissions.consent(interaction.user.id)
    job = await place(interaction, service, waiting.request)
    if job.name is not None:
        await tell_collisions(interaction, service, job.name)
    return True

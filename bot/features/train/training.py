"""From what a person said to a TrainRequest: defaults, template, quota, consent, pictures, in this order."""

import secrets
from collections.abc import Callable
from importlib.resources import files

import discord
from msgspec.structs import replace

from bot.chat.answers import (
    Interaction,
    asker,
    bring_card,
    check_may_post,
    is_age_restricted,
    number_in,
    private_asker,
    private_heading,
    replace_answer,
    say,
    take_back,
    tell_where,
    texts_of,
)
from bot.chat.drafts import KeptPicture, TrainingDraft
from bot.chat.offers import offer_again, reading_told
from bot.chat.receiving import receive
from bot.chat.service import Limits, Service
from bot.chat.wishes import NO_START, VECTORS, TrainingWish
from bot.delivery.outgoing import button, buttons_only
from bot.errors import AnsweredBefore, BadTemplate, NoPictures, NothingCalled, Refusal, TooManyPictures, TooManySteps
from bot.features.embeddings.widths import check_trainable
from bot.features.embeddings.words import tell_collisions
from bot.features.train.captions import about, apart, captioned, check_captions
from bot.features.train.tuning import read_tuning
from bot.files.uploads import MEGABYTE, PictureStore, check_size
from bot.jobs.faults import check
from bot.jobs.job import Job
from bot.texts.names import check_name, escape
from bot.texts.spelling import same
from trainer.protocol import TrainingPicture, TrainRequest

LARGEST_TEMPLATE = MEGABYTE
"""Bytes."""
MOST_PICTURES = 100
"""Of one run: they travel to the trainer in one line, with a caption of up to 4,000 characters each."""
PREVIEWS = 8
"""In a whole run, after the first; they become the film."""
PREVIEW_STEPS = 10
"""At least so many between two: a preview takes as long as about fifteen steps."""


async def begin_training(interaction: Interaction, service: Service, draft: TrainingDraft) -> None:
    """Takes a deferred interaction to a posted card, to the question of consent, or to a refusal that loses nothing.

    Nothing is fetched or stored before the request is good, there is room for it, and its person has consented.
    What was given is kept as a draft all the while, should the bot end meanwhile.
    """
    await service.drafts.keep(interaction.id, interaction.user.id, draft)
    try:
        draft = await _with_template(service, draft, interaction.user.id)
        if await _is_to_be_asked_where(interaction, service, draft):
            await _ask_where(interaction, service, draft)
            return
        request = await _checked(interaction, service, draft)
        if not await service.submissions.has_consented(interaction.user.id):
            asked = replace(draft, asked_by=interaction.token)
            await service.drafts.keep(interaction.id, interaction.user.id, asked)
            await _ask_consent(interaction, draft)
            return
        heading = await private_heading(interaction, request.name) if _is_private(interaction, draft) else None
    except Refusal as refusal:
        # A template that cannot be read is let go: the next one is to take its place.
        await offer_again(interaction, service, _within_bounds(replace(draft, template=None)), [refusal])
        return
    try:
        waiting = apart(draft.waiting)[1]
        async with reading_told(interaction, len(waiting)) as each_read, service.readings.turn(interaction.user.id):
            await service.submissions.check(asker(interaction), request)  # those before it may have filled the line
            draft, refused = await _read(service, draft, each_read)
            job = None if refused else await _submit(interaction, service, request, draft, heading)
        good = len(draft.pictures)
    except Refusal as refusal:
        job, refused, good = None, [refusal], 0  # it is not about single pictures: without them it would be the same
    if job is not None:
        await _tell_begun(interaction, service, request, draft, heading, job)
        return
    if heading is not None:
        await take_back(heading)
    await offer_again(interaction, service, draft, refused, go_on_with=good)


async def _with_template(service: Service, draft: TrainingDraft, person_id: int) -> TrainingDraft:
    """The lines of an uploaded template are part of the wish. Raises BadTemplate, EmptyFile, FileTooBig, NotFetched."""
    if draft.template is None:
        return draft
    check_size(draft.template.name, draft.template.size, LARGEST_TEMPLATE)
    try:
        async with service.readings.turn(person_id):
            lines = (await service.attachments.data(draft.template)).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadTemplate(line="", reason="unreadable") from None
    return replace(draft, wish=replace(draft.wish, own_template=lines), template=None)


async def _checked(interaction: Interaction, service: Service, draft: TrainingDraft) -> TrainRequest:
    """The request but for its pictures, when there is nothing against it. Raises Refusal."""
    if not _is_private(interaction, draft):
        check_may_post(interaction)
    request = await training_request(service, draft.wish, interaction.user.id)
    captions, pictures = apart(draft.waiting)
    names = [*(picture.file_name for picture in draft.pictures), *(picture.name for picture in pictures)]
    if not names:
        raise NoPictures
    if len(names) > MOST_PICTURES:
        raise TooManyPictures(pictures=len(names), limit=MOST_PICTURES)
    check_captions(captions, names)
    await service.submissions.check(asker(interaction), request)
    return request


def _within_bounds(draft: TrainingDraft) -> TrainingDraft:
    """With as many pictures as one run takes, the first: a form cannot take any away."""
    captions, pictures = apart(draft.waiting)
    kept = pictures[: max(0, MOST_PICTURES - len(draft.pictures))]
    if len(kept) == len(pictures):
        return draft
    names = [*(picture.file_name for picture in draft.pictures), *(picture.name for picture in kept)]
    return replace(draft, waiting=(*kept, *about(captions, names)))


async def _tell_unused(interaction: Interaction, wish: TrainingWish, request: TrainRequest) -> None:
    """A word of one's own has its vectors: what was said of others, or of a start, is not used."""
    contradicts = wish.vectors not in (None, request.vectors_per_token)
    if request.continue_from is not None and (wish.start.strip() or contradicts):
        name, vectors = escape(request.name), request.vectors_per_token
        await say(interaction, texts_of(interaction)("training-own-vectors", name=name, vectors=vectors))


async def training_request(service: Service, wish: TrainingWish, person_id: int) -> TrainRequest:
    """What the wish says, without pictures. Raises Refusal."""
    name = check_name(wish.continues or wish.name)
    own = await service.library.to_train(name, person_id)
    if wish.continues and own is None:
        raise NothingCalled(name=name)
    file = await service.library.file_of(own) if own else None
    seen = await check_trainable(service, file, person_id) if file else None
    steps = steps_of(wish, service.limits)
    request = TrainRequest(
        name=own.name if own else name,
        initialization_text=wish.start.strip() or NO_START,
        vectors_per_token=seen.vectors if seen else wish.vectors or VECTORS,
        continue_from=str(file) if file else None,
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
    return request


async def _read(
    service: Service, draft: TrainingDraft, each_read: Callable[[], None]
) -> tuple[TrainingDraft, list[Refusal]]:
    """The draft with nothing waiting any more, and what of it could not be taken: all at once. Raises NoSpace."""
    captions, waiting = apart(draft.waiting)
    if not draft.waiting:
        return draft, []
    received = await receive(service, waiting, each_read)
    pictures = {picture.sha256: picture for picture in (*draft.pictures, *received.pictures)}
    said, unread = await captioned(service.attachments, captions, tuple(pictures.values()))
    return replace(draft, pictures=said, waiting=()), [*received.refused, *unread]


def stored(store: PictureStore, picture: KeptPicture) -> TrainingPicture:
    """A kept picture as the trainer reads it."""
    return TrainingPicture(
        path=str(store.path_of(picture.sha256)),
        file_name=picture.file_name,
        alpha=str(store.path_of(picture.alpha)) if picture.alpha else None,
        caption=picture.caption,
    )


async def _submit(
    interaction: Interaction,
    service: Service,
    request: TrainRequest,
    draft: TrainingDraft,
    heading: discord.Message | None,
) -> Job:
    request = replace(request, pictures=tuple(stored(service.pictures, picture) for picture in draft.pictures))
    who, restricted = asker(interaction), is_age_restricted(interaction)
    if heading is not None:
        who, restricted = private_asker(interaction, heading), False
    return await service.submissions.submit(who, request, age_restricted=restricted)


async def _tell_begun(
    interaction: Interaction,
    service: Service,
    request: TrainRequest,
    draft: TrainingDraft,
    heading: discord.Message | None,
    job: Job,
) -> None:
    await bring_card(interaction, service, job)
    if heading is not None:
        await tell_where(interaction, heading, request.name)
    await _tell_unused(interaction, draft.wish, request)
    await tell_collisions(interaction, service, request.name)


def _is_private(interaction: Interaction, draft: TrainingDraft) -> bool:
    """Whether it goes to another place than this one; who writes in the private chat is there already."""
    return draft.wish.where == "me" and interaction.guild_id is not None


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


async def _ask_consent(interaction: Interaction, draft: TrainingDraft) -> None:
    """The first time, before anything is stored; it says what others will see."""
    texts = texts_of(interaction)
    where = "me" if draft.wish.where == "me" or interaction.guild_id is None else "here"
    view = buttons_only(
        button(texts("consent-button"), f"consent:{interaction.id}", discord.ButtonStyle.success),
        button(texts("decline-button"), f"decline:{interaction.id}"),
    )
    await replace_answer(interaction, texts("consent-question", where=where), view)


async def _is_to_be_asked_where(interaction: Interaction, service: Service, draft: TrainingDraft) -> bool:
    """A word that was for its person alone is shown to others only when they said so of this very word."""
    name = draft.wish.continues or draft.wish.name
    if interaction.guild_id is None or draft.wish.where != "here" or same(name, draft.shown_for):
        return False
    own = await service.library.if_owned(name, interaction.user.id)
    return own is not None and own.private


async def _ask_where(interaction: Interaction, service: Service, draft: TrainingDraft) -> None:
    """Before anything of it is read or shown."""
    await service.drafts.keep(interaction.id, interaction.user.id, replace(draft, asked_by=interaction.token))
    texts, name = texts_of(interaction), draft.wish.continues or draft.wish.name
    view = buttons_only(
        button(texts("where-me-button"), f"where_me:{interaction.id}", discord.ButtonStyle.success),
        button(texts("where-here-button"), f"where_here:{interaction.id}"),
    )
    await replace_answer(interaction, texts("where-question", name=escape(name)), view)


async def take_draft(interaction: Interaction, service: Service, draft_id: str) -> TrainingDraft:
    """What waited for an answer, from now on this interaction's; of two presses one gets it. Raises AnsweredBefore."""
    draft = await service.drafts.move(number_in(draft_id), interaction.id, interaction.user.id)
    if not isinstance(draft, TrainingDraft):
        raise AnsweredBefore
    return draft

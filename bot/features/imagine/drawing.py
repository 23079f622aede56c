"""From what a person said to a DrawRequest."""

import asyncio
import re
import secrets
from collections.abc import Iterable
from pathlib import Path

from msgspec.structs import replace

from bot.access import Act
from bot.chat.answers import (
    Interaction,
    actor_of,
    asker,
    check_may_post,
    job_for,
    may_show,
    number_in,
    place,
    say,
    shelf_of,
    texts_of,
)
from bot.chat.drafts import DrawingDraft, KeptPicture
from bot.chat.offers import offer_again, reading_told
from bot.chat.receiving import receive
from bot.chat.service import Service
from bot.chat.wishes import DrawingWish
from bot.errors import BadSetting, Forgotten, OnlyAgeRestricted, Refusal, TooManySteps
from bot.features.imagine.drawing_settings import MOST_STEPS, read_drawing_settings, written
from bot.jobs.faults import check
from bot.jobs.job import Job
from bot.library.styles import apply_styles, split_names
from bot.texts.names import escape
from bot.texts.spelling import key
from trainer.protocol import DrawRequest

SHOWN_NAMES = 300
"""Characters; escaping may double them."""
_SIZE = re.compile(r"(\d{1,4}) ?[x×*] ?(\d{1,4})", re.ASCII | re.IGNORECASE)


async def begin_drawing(interaction: Interaction, service: Service, draft: DrawingDraft) -> None:
    """Takes a deferred interaction to a posted card, or to a refusal that loses nothing."""
    await service.drafts.keep(interaction.id, interaction.user.id, draft)
    try:
        check_may_post(interaction)
        request = await _request(interaction, service, draft.wish)
        await service.submissions.check(asker(interaction), request)
        if draft.waiting is not None:
            async with reading_told(interaction, 1) as each_read, service.readings.turn(interaction.user.id):
                await service.submissions.check(asker(interaction), request)  # those before it may have filled the line
                received = await receive(service, [draft.waiting], each_read)
            draft = replace(draft, picture=next(iter(received.pictures), draft.picture), waiting=None)
            for refusal in received.refused:
                raise refusal
        if draft.picture is not None:
            request = replace(request, image=str(service.pictures.path_of(draft.picture.sha256)))
        await place(interaction, service, request)
    except Refusal as refusal:
        await offer_again(interaction, service, draft, [refusal])
        return
    await tell_plain_words(interaction, service, request, draft.wish.words)


async def _request(interaction: Interaction, service: Service, wish: DrawingWish) -> DrawRequest:
    """What the wish says. A picture that was drawn here is over again what it was: perhaps it may not be shown here."""
    image = None
    if wish.over:
        job, index = await picture_of(interaction, service, wish.over)
        image = job.report.pictures[index].path
    styles = await service.styles.named(shelf_of(interaction), filter(None, split_names(wish.style)))
    prompt, negative_prompt = apply_styles(styles, wish.prompt, wish.negative_prompt)
    width, height = _sides(wish.size)
    request = DrawRequest(
        prompt=prompt,
        negative_prompt=negative_prompt,
        steps=wish.steps,
        sampler=wish.sampler,
        guidance_scale=wish.cfg_scale,
        seed=random_seed() if wish.seed == -1 else wish.seed,
        width=width,
        height=height,
        count=wish.count,
        schedule=wish.schedule,
        strength=wish.strength,
        image=image,
    )
    request = replace(request, **read_drawing_settings(wish.settings))
    if request.steps > MOST_STEPS:
        raise TooManySteps(steps=request.steps, limit=MOST_STEPS)
    check(request)
    return request


def _sides(size: str) -> tuple[int, int]:
    """Of `512x768`; 0 is the model's own. Raises BadSetting."""
    if not size.strip():
        return 0, 0
    sides = _SIZE.fullmatch(size.strip())
    if sides is None:
        raise BadSetting(part=size, reason="value", example="512x768")
    return int(sides[1]), int(sides[2])


def wish_over(job: Job, index: int) -> DrawingWish:
    """For another prompt over a picture that was drawn here: all else as it was drawn, but for what made its noise."""
    request = job.request
    if not isinstance(request, DrawRequest):
        raise Forgotten
    plain = replace(request, hires=None, seed_resize_from=None, variation_seed=None, variation_strength=0.0)
    return DrawingWish(
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        steps=request.steps,
        sampler=request.sampler,
        cfg_scale=request.guidance_scale,
        schedule=request.schedule,
        settings=written(plain),
        over=f"{job.id}.{index}",
        words=tuple(word.name for word in job.report.words),
    )


def request_of(job: Job, index: int) -> DrawRequest:
    """What draws one of its pictures again, alone."""
    assert isinstance(job.request, DrawRequest)
    request = replace(job.request, seed=job.report.pictures[index].seed, count=1)
    if request.variation_strength and request.variation_seed is not None:
        request = replace(request, variation_seed=request.variation_seed + index)
    return request


async def draft_again(service: Service, request: DrawRequest, words: Iterable[str]) -> DrawingDraft:
    """All that a request says, for its person to change; its settings in one line. `words` are those it was drawn with.

    Raises Forgotten where the picture that it was drawn over is gone.
    """
    wish = DrawingWish(
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        settings=written(request, whole=True),
        size=f"{request.width}x{request.height}" if request.width or request.height else "",
        count=request.count,
        strength=request.strength,
        words=tuple(words),
    )
    if request.image is None:
        return DrawingDraft(wish)
    if (kept := service.pictures.hash_of(Path(request.image))) is not None:
        return DrawingDraft(wish, picture=KeptPicture(kept, f"{kept[:8]}.png"))
    return DrawingDraft(replace(wish, over=await _drawn_as(service, Path(request.image))))


async def _drawn_as(service: Service, path: Path) -> str:
    """`job.index` of a picture that was drawn here. Raises Forgotten."""
    job = await service.dispatch.job(int(path.parent.name))
    paths = [Path(picture.path) for picture in job.report.pictures] if job else []
    if job is None or path not in paths:
        raise Forgotten
    return f"{job.id}.{paths.index(path)}"


def random_seed() -> int:
    """-1 in the web UI: any of 2³² seeds."""
    return secrets.randbelow(2**32)


async def tell_plain_words(
    interaction: Interaction, service: Service, request: DrawRequest, names: Iterable[str]
) -> None:
    """That names which a card shows as embeddings are plain text in this person's prompt.

    Said of every such name that they may not use here, so it does not tell whether there still is an embedding.
    """
    said = key(f"{request.prompt}\n{request.negative_prompt}")
    usable = {key(name) for name in await service.library.usable_by(actor_of(interaction))}
    plain = [name for name in names if key(name) in said and key(name) not in usable]
    if plain:
        shown = escape(", ".join(plain), SHOWN_NAMES)
        await say(interaction, texts_of(interaction)("drawing-plain-words", names=shown))


async def picture_of(interaction: Interaction, service: Service, about: str) -> tuple[Job, int]:
    """The job and the place of a picture that is still there, from `job.index`.

    Raises Forgotten, NotYours, OnlyAgeRestricted.
    """
    job_id, _, index = about.partition(".")
    job = await job_for(interaction, service, job_id, Act.USE)
    pictures = job.report.pictures if isinstance(job.request, DrawRequest) else ()
    place_in_job = number_in(index or "0")
    if place_in_job >= len(pictures):
        raise Forgotten
    if pictures[place_in_job].unsafe or not may_show(interaction, job):
        raise OnlyAgeRestricted
    if not await asyncio.to_thread(Path(pictures[place_in_job].path).exists):
        raise Forgotten
    return job, place_in_job

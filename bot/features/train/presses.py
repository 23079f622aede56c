"""Buttons of a run's card and of its result."""

import asyncio
import secrets
from pathlib import Path
from typing import Literal

import discord
from msgspec.structs import replace

from bot.access import Act
from bot.chat.answers import (
    Interaction,
    acknowledge,
    check_may_post,
    job_for,
    place,
    place_privately,
    say,
    show,
    soon,
    texts_of,
    think,
)
from bot.chat.drafts import RunDraft
from bot.chat.forms import Filled, open_change_form, open_further_form
from bot.chat.offers import offer_run_again
from bot.chat.service import Service
from bot.delivery.file_names import rename_lines, word_file
from bot.delivery.outgoing import layout
from bot.errors import AlreadyEnded, Forgotten, NoFileYet, NoNumberOfSteps, NothingCalled, Refusal, StepsBehind
from bot.features.embeddings.rewriting import replace_word
from bot.features.embeddings.widths import check_trainable
from bot.features.train.card import other_button
from bot.features.train.training import PREVIEW_STEPS, PREVIEWS, check_steps, falling_rate
from bot.jobs.faults import check
from bot.jobs.job import Job, State
from bot.library.embeddings import Word
from bot.texts.names import escape, in_code
from trainer.protocol import TrainRequest

SHOWN_PROMPTS = 10


async def _own_run(interaction: Interaction, service: Service, job_id: str) -> tuple[Job, TrainRequest]:
    job = await job_for(interaction, service, job_id, Act.OWN)
    if not isinstance(job.request, TrainRequest):
        raise Forgotten
    return job, job.request


async def _stop(interaction: Interaction, service: Service, job_id: str) -> None:
    await acknowledge(interaction)
    job = await job_for(interaction, service, job_id, Act.MODERATE)
    if job.ended:
        raise AlreadyEnded
    await service.dispatch.stop(job.id)


async def _pause(interaction: Interaction, service: Service, job_id: str) -> None:
    await _set_pause(interaction, service, job_id, wanted=True)


async def _resume(interaction: Interaction, service: Service, job_id: str) -> None:
    await _set_pause(interaction, service, job_id, wanted=False)


async def _set_pause(interaction: Interaction, service: Service, job_id: str, *, wanted: bool) -> None:
    await acknowledge(interaction)
    job = await job_for(interaction, service, job_id, Act.MODERATE)
    if job.ended:
        raise AlreadyEnded
    await service.dispatch.pause(job.id, wanted=wanted)


async def _change(interaction: Interaction, service: Service, job_id: str) -> None:
    """Another number of steps, another rate, and on it goes."""
    job, request = await soon(_own_run(interaction, service, job_id))
    if job.ended:
        raise AlreadyEnded
    await open_change_form(interaction, job, request, str(request.steps), request.learning_rate)


async def _changed(interaction: Interaction, service: Service, job_id: str, filled: Filled) -> None:
    """What the form says; the run may have gone on, or another's right to it may have ended, since it was opened."""
    await acknowledge(interaction)
    job, request = await _own_run(interaction, service, job_id)
    if job.ended:
        raise AlreadyEnded
    draft = _typed("change", job, filled)
    try:
        steps = _steps(draft, service, more_than=job.report.step)
        changed = replace(request, steps=steps, learning_rate=draft.rate.strip())
        check(changed)
    except Refusal as refusal:
        await offer_run_again(interaction, service, draft, refusal)
        return
    await service.dispatch.change(job.id, changed)


def _typed(form: Literal["change", "further"], job: Job, filled: Filled) -> RunDraft:
    return RunDraft(form, job.id, steps=filled.texts["steps"], rate=filled.texts.get("rate", ""))


def _steps(draft: RunDraft, service: Service, *, more_than: int) -> int:
    """Raises NoNumberOfSteps, StepsBehind and TooManySteps."""
    typed = draft.steps.strip()
    steps = int(typed) if typed.isdecimal() else 0
    if not steps:
        raise NoNumberOfSteps(typed=in_code(typed))
    if steps <= more_than:
        raise StepsBehind(step=more_than)
    check_steps(steps, service.limits)
    return steps


async def open_again(interaction: Interaction, service: Service, draft: RunDraft) -> None:
    """The form with what was typed. Raises AlreadyEnded for changes to a run that has ended meanwhile."""
    job, request = await soon(_own_run(interaction, service, str(draft.job_id)))
    if draft.form == "further":
        await open_further_form(interaction, job, request, draft.steps, draft.rate)
        return
    if job.ended:
        raise AlreadyEnded
    await open_change_form(interaction, job, request, draft.steps, draft.rate)


async def _preview(interaction: Interaction, service: Service, job_id: str) -> None:
    await think(interaction)
    job, _ = await _own_run(interaction, service, job_id)
    if job.ended:
        raise AlreadyEnded
    texts = texts_of(interaction)
    if job.state is State.PAUSED:
        await say(interaction, texts("training-preview-paused"))
        return
    await service.dispatch.preview_now(job)
    await say(interaction, texts("training-preview-coming"))


async def _file(interaction: Interaction, service: Service, job_id: str) -> None:
    """The newest snapshot of a run."""
    await think(interaction)
    job, request = await _own_run(interaction, service, job_id)
    snapshot = Path(job.report.snapshot) if job.report.snapshot else None
    if snapshot is None or not snapshot.exists():
        raise NoFileYet(name=request.name)
    texts = texts_of(interaction)
    words = texts("result-file-private", name=escape(request.name), step=job.report.step)
    lines = [words, *rename_lines(request.name, snapshot.suffix, texts)]
    await say(interaction, "\n".join(lines), files=lambda: [word_file(snapshot, request.name)])


async def _prompts(interaction: Interaction, service: Service, job_id: str) -> None:
    await think(interaction)
    _, request = await _own_run(interaction, service, job_id)
    lines = [f"- {escape(line.replace('[name]', request.name))}" for line in request.template[:SHOWN_PROMPTS]]
    heading = texts_of(interaction)("training-example-prompts", name=escape(request.name))
    await show(interaction, layout(discord.ui.TextDisplay("\n".join([heading, *lines]))))


async def _again(interaction: Interaction, service: Service, job_id: str) -> None:
    """The same run once more, after it failed or was stopped: from what it kept, if it kept anything."""
    await think(interaction)
    job, request = await _own_run(interaction, service, job_id)
    await _once_more(interaction, service, job, request)


async def _further(interaction: Interaction, service: Service, job_id: str) -> None:
    """More steps, from what it knows: asks how many."""
    job, request = await soon(_further_run(interaction, service, job_id))
    usual = request.learning_rate == falling_rate(request.steps)
    rate = "" if usual else request.learning_rate
    await open_further_form(interaction, job, request, str(request.steps), rate)


async def _further_run(interaction: Interaction, service: Service, job_id: str) -> tuple[Job, TrainRequest]:
    """The run, if the word is still there and its next run may be shown."""
    job, request = await _own_run(interaction, service, job_id)
    if not job.ended:
        raise NoFileYet(name=request.name)
    await _kept(service, job, request)
    if not await _goes_to_private_chat(interaction, service, job, request):
        check_may_post(interaction)
    return job, request


async def _gone_further(interaction: Interaction, service: Service, job_id: str, filled: Filled) -> None:
    await think(interaction)
    job, request = await _own_run(interaction, service, job_id)
    draft = _typed("further", job, filled)
    try:
        steps = _steps(draft, service, more_than=0)
        rate = draft.rate.strip() or falling_rate(steps)
        preview_every = max(PREVIEW_STEPS, steps // PREVIEWS)
        request = replace(request, steps=steps, learning_rate=rate, preview_every=preview_every)
        check(request)
        await _once_more(interaction, service, job, request)
    except Refusal as refusal:
        await offer_run_again(interaction, service, draft, refusal)


async def _once_more(interaction: Interaction, service: Service, job: Job, request: TrainRequest) -> None:
    """From the same pictures; measured as before, so that the two can be compared. `job` is the run before."""
    if not job.ended:
        raise NoFileYet(name=request.name)
    private = await _goes_to_private_chat(interaction, service, job, request)
    if not private:
        check_may_post(interaction)
    kept = await _kept(service, job, request)
    if kept is not None:
        await check_trainable(service, kept, job.owner_id)
    again = replace(request, seed=secrets.randbelow(2**32), validation_seed=request.measuring_seed)
    again = replace(again, continue_from=str(kept) if kept else None)
    if private:
        await place_privately(interaction, service, again, again.name)
    else:
        await place(interaction, service, again)


async def _kept(service: Service, job: Job, request: TrainRequest) -> Path | None:
    """The word's file; None where its run kept nothing, so that it begins anew.

    Raises NothingCalled for a word that was there and was deleted since: its old buttons do not bring it back.
    """
    word = await _word_of(service, job, request)
    try:
        return None if word is None else await service.library.file_of(word)
    except NoFileYet:
        if _has_left_word(job, request):
            raise NothingCalled(name=request.name) from None
        return None


async def _word_of(service: Service, job: Job, request: TrainRequest) -> Word | None:
    """The run's own word; of a run that kept nothing, another of its person's that is called so by now.

    Raises NothingCalled for a word that was there and was deleted since.
    """
    word = await service.library.made_by(job.id)
    if word is None and _has_left_word(job, request):
        raise NothingCalled(name=request.name)
    return word or await service.library.if_owned(request.name, job.owner_id)


def _has_left_word(job: Job, request: TrainRequest) -> bool:
    return request.continue_from is not None or job.report.snapshot is not None


async def _goes_to_private_chat(interaction: Interaction, service: Service, job: Job, request: TrainRequest) -> bool:
    """Whether the next run belongs there and not here: this run was shown there, or the word's newest one was."""
    if interaction.guild_id is None:
        return False
    if job.guild_id is None:
        return True
    word = await _word_of(service, job, request)
    return word is not None and word.private


async def _take_new(interaction: Interaction, service: Service, job_id: str) -> None:
    await _take(interaction, service, job_id, learned=True)


async def _take_before(interaction: Interaction, service: Service, job_id: str) -> None:
    await _take(interaction, service, job_id, learned=False)


async def _take(interaction: Interaction, service: Service, job_id: str, *, learned: bool) -> None:
    """Of a run that went on from a file: what it learned is the word from now on, or what was before."""
    await think(interaction)
    job, request = await _own_run(interaction, service, job_id)
    file = job.report.snapshot if learned else job.report.before
    if not job.ended or file is None or not await asyncio.to_thread(Path(file).exists):
        raise Forgotten
    word = await service.library.made_by(job.id)
    if word is None:
        raise NothingCalled(name=request.name)
    await replace_word(service, word, Path(file), interaction.user.id)
    texts = texts_of(interaction)
    view = discord.ui.View(timeout=None)
    for other in other_button(job, taken=learned, texts=texts):
        view.add_item(other)
    view.stop()
    await say(
        interaction, texts("result-taken-new" if learned else "result-taken-before", name=escape(word.name)), view=view
    )


PRESSES = {
    "stop": _stop,
    "pause": _pause,
    "resume": _resume,
    "change": _change,
    "preview": _preview,
    "run_file": _file,
    "prompts": _prompts,
    "train_again": _again,
    "train_further": _further,
    "take_new": _take_new,
    "take_before": _take_before,
}

FORMS = {"change": _changed, "further": _gone_further}

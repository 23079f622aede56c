"""The card of a run, from its place in line to its end, and the message that hands over what was learned."""

from pathlib import Path
from typing import Any, TypeAlias

import discord
from discord import ui

from bot.chat.wishes import NO_START
from bot.delivery.bar import bar
from bot.delivery.failure import failure
from bot.delivery.file_names import file_name, rename_lines
from bot.delivery.fitting import shortened
from bot.delivery.outgoing import Outgoing, button, gallery, layout, row
from bot.features.embeddings.card import share_button, start_notes
from bot.jobs.job import Job, Report, State
from bot.texts.catalogue import Texts, loss, rate
from bot.texts.names import escape
from trainer.protocol import TrainRequest

DANGER, PRIMARY = discord.ButtonStyle.danger, discord.ButtonStyle.primary

PREVIEW = "preview-"
"""With the step behind it the key of a preview's message."""
LONG_VECTORS = 40
"""Lengths of the vocabulary's from which vectors are called long; words trained at the web UI's rate have 10 to 35."""

_Items: TypeAlias = list[ui.Item[Any]]
_Picture: TypeAlias = tuple[str, Path, str]
"""Name in the message, file, words."""


class TrainingMessages:
    in_thread = True

    async def card(self, job: Job, texts: Texts, line: str, mark: int | None) -> Outgoing:
        return training_card(job, _request(job), texts, line, mark)

    def further(self, job: Job, key: str, texts: Texts, mark: int) -> tuple[int, Outgoing] | None:
        """The result, and previews in the thread."""
        if key == "result":
            return job.channel_id, result_message(job, _request(job), texts, mark)
        preview = preview_message(job, int(key.removeprefix(PREVIEW)), texts, mark)
        return None if preview is None or job.thread_id is None else (job.thread_id, preview)

    def short(self, job: Job, key: str, outgoing: Outgoing, texts: Texts, mark: int | None) -> Outgoing:
        return shortened(outgoing, texts("short-result" if key == "result" else "short-card"), mark=mark)


def _request(job: Job) -> TrainRequest:
    assert isinstance(job.request, TrainRequest)
    return job.request


def training_card(job: Job, request: TrainRequest, texts: Texts, line: str, mark: int | None = None) -> Outgoing:
    """`line` is the job's place in line and expected wait, already worded; empty when it does not wait."""
    blocks: _Items = [ui.TextDisplay(_head(job, request, texts, line))]
    if not job.ended and job.report.phase != "working":
        blocks.append(ui.TextDisplay(_plan(job, request, texts)))
    if numbers := _numbers(job, texts):
        blocks.append(ui.TextDisplay(f"{bar(job.report.step, job.report.steps)}\n{numbers}"))
    pictures, curve = _previews(job, texts), _curve(job, texts)
    # The curve has a gallery of its own: side by side, pictures are cropped to squares.
    for shown in (pictures, curve):
        if shown:
            blocks.append(gallery(*((name, words) for name, _, words in shown)))
    if notes := _notes(job, request, texts):
        blocks.append(ui.TextDisplay("\n".join(f"-# {note}" for note in notes)))
    blocks += row(_buttons(job, texts))
    files = tuple((name, path) for name, path, _ in pictures + curve)
    return Outgoing(layout(*blocks, accent=_accent(job), mark=mark), files)


def result_message(job: Job, request: TrainRequest, texts: Texts, mark: int | None = None) -> Outgoing:
    """A run's end: what became of it, before and after, the film, the file."""
    report = job.report
    blocks: _Items = [ui.TextDisplay(f"<@{job.owner_id}> {_outcome(job, request, texts)}")]
    files: list[tuple[str, Path]] = []
    for path, name, words in (
        (report.strip, f"before-after-{job.id}.png", texts("result-before-after")),
        (report.film, f"film-{job.id}.webp", texts("result-film")),
    ):
        if path and not job.withheld and Path(path).exists():
            files.append((name, Path(path)))
            blocks.append(gallery((name, words)))
    titles: dict[str, str] = {}
    if report.snapshot and Path(report.snapshot).exists():
        for path, ending in ((report.snapshot, _learned_ending(job)), (report.best, _best_ending(job))):
            if path and Path(path).exists():
                file = file_name(request.name, ending)
                files.append((file, Path(path)))
                titles[file] = request.name + ending.removesuffix(Path(path).suffix)
                blocks.append(ui.File(f"attachment://{file}"))
        lines = rename_lines(request.name, _learned_ending(job), texts)
        lines.append(texts("result-try", name=escape(request.name)))
        blocks.append(ui.TextDisplay("\n".join(lines)))
        blocks += row(_result_buttons(request.name, job, texts))
    view = layout(*blocks, accent=_accent(job), mark=mark)
    return Outgoing(view, tuple(files), ping=job.owner_id, titles=titles)


def _learned_ending(job: Job) -> str:
    """Of the run's own file, which is called as the word unless that stays another file."""
    return ("-further" if job.report.stays else "") + Path(job.report.snapshot or "").suffix


def _best_ending(job: Job) -> str:
    """Of the file of the step with the lowest validation loss, beside the run's own."""
    return "-best" + Path(job.report.best or "").suffix


def preview_message(job: Job, step: int, texts: Texts, mark: int) -> Outgoing | None:
    """A preview for the run's thread; None when its picture was cleared away."""
    path = next((Path(preview.path) for preview in job.report.previews if preview.step == step), None)
    if path is None or not path.exists():
        return None
    name, words = f"preview-{job.id}-{step}.png", texts("training-preview-at", step=step)
    return Outgoing(layout(ui.TextDisplay(words), gallery((name, words)), mark=mark), ((name, path),))


def _head(job: Job, request: TrainRequest, texts: Texts, line: str) -> str:
    name, report = escape(request.name), job.report
    steps: dict[str, Any] = {"name": name, "step": report.step, "steps": request.steps}
    match job.state:
        case State.QUEUED:
            return texts("training-waiting", name=name, place=line)
        case State.RUNNING if report.phase != "working":
            return texts("training-preparing", name=name)
        case State.RUNNING if job.stop_wanted:
            return texts("training-stopping", **steps)
        case State.RUNNING if job.pause_wanted:
            return texts("training-pausing", **steps)
        case State.RUNNING if report.seconds_per_step is not None:
            left = texts.duration((request.steps - report.step) * report.seconds_per_step)
            return texts("training-running-known", **steps, left=left)
        case State.RUNNING:
            return texts("training-running", **steps)
        case State.PAUSED:
            return texts("training-paused" if job.pause_wanted else "training-resuming", **steps)
        case State.SUCCEEDED:
            return texts("training-finished", name=name, steps=report.step, took=texts.took(_seconds(job)))
        case State.CANCELLED:
            began = report.step or report.snapshot
            return texts("training-stopped", **steps) if began else texts("training-cancelled", name=name)
        case State.FAILED:
            return f"{texts('training-failed', **steps)}\n{failure(job, texts)}"


def _kept(job: Job, texts: Texts) -> str:
    if job.report.snapshot is None:
        return texts("failure-nothing-kept")
    return texts("failure-kept", step=job.report.step)


def _plan(job: Job, request: TrainRequest, texts: Texts) -> str:
    facts: dict[str, Any] = {
        "pictures": len(request.pictures),
        "vectors": request.vectors_per_token,
        "steps": request.steps,
    }
    if request.continue_from is not None:
        plan = texts("training-plan-further", **facts)
    elif request.initialization_text == NO_START:
        plan = texts("training-plan-plain", **facts)
    else:
        plan = texts("training-plan", **facts, **{"from": escape(request.initialization_text)})
    if job.report.model is None:
        return plan
    model = texts("training-model", model=escape(job.report.model), hash=job.report.model_hash or "")
    return f"{plan}\n-# {model}"


def _numbers(job: Job, texts: Texts) -> str:
    report = job.report
    if report.loss is None:
        return ""
    parts = [texts("training-loss", loss=loss(report.loss))]
    if report.validation is not None and report.best_validation is not None:
        facts: dict[str, Any] = {"loss": loss(report.validation), "best": loss(report.best_validation)}
        parts.append(texts("training-validation", **facts, at=report.best_step))
    if report.learning_rate is not None:
        parts.append(texts("training-rate", rate=rate(report.learning_rate)))
    if report.seconds_per_step:
        parts.append(texts.speed(report.seconds_per_step))
    return " · ".join(parts)


def _notes(job: Job, request: TrainRequest, texts: Texts) -> list[str]:
    notes = []
    if job.report.sharing and job.state is State.RUNNING:
        notes.append(texts("training-sharing", runs=job.report.sharing))
    if job.report.recovered and not (job.ended or job.report.lost_steps):
        step = job.report.step
        notes.append(texts("training-recovered", step=step) if step else texts("training-recovered-start"))
    if job.report.lost_steps:
        notes.append(texts("training-begun-again", steps=job.report.lost_steps))
    if not job.ended:
        notes += start_notes(job, request, texts)
    return notes + _warnings(job.report, texts) + _measuring(job, texts)


def _warnings(report: Report, texts: Texts) -> list[str]:
    warnings = []
    if report.easing is not None:
        warnings.append(texts(f"training-eased-{report.easing}", examples=report.examples))
    if report.no_preview is not None:
        warnings.append(texts("training-no-preview", step=report.no_preview))
    if report.norm is not None and report.norm >= LONG_VECTORS:
        warnings.append(texts("training-norm", norm=round(report.norm)))
    return warnings


def _measuring(job: Job, texts: Texts) -> list[str]:
    """On what the validation loss is measured, while it matters."""
    held_back = job.report.held_back
    if held_back is None or job.ended:
        return []
    return [texts("training-held-back", pictures=held_back) if held_back else texts("training-nothing-held-back")]


def _previews(job: Job, texts: Texts) -> list[_Picture]:
    """The first preview and the newest."""
    previews = [] if job.withheld else [each for each in job.report.previews if Path(each.path).exists()]
    shown = [previews[0], previews[-1]] if len(previews) > 1 else previews
    return [
        (f"preview-{job.id}-{preview.step}.png", Path(preview.path), texts("training-preview-at", step=preview.step))
        for preview in shown
    ]


def _curve(job: Job, texts: Texts) -> list[_Picture]:
    """The curve, once there is something to see in it."""
    curve = Path(job.report.curve) if job.report.curve and len(job.report.previews) > 1 else None
    if curve is None or not curve.exists():
        return []
    return [(f"{curve.stem}-{job.id}.png", curve, texts("training-curve"))]


def _buttons(job: Job, texts: Texts) -> list[ui.Button[Any]]:
    def press(text: str, verb: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary) -> ui.Button[Any]:
        return button(texts(text), f"{verb}:{job.id}", style)

    if job.ended:
        return [press("button-again", "train_again")] if job.state is not State.SUCCEEDED else []
    prompts = press("button-example-prompts", "prompts")
    if job.state is State.QUEUED and not job.report.step:
        return [press("button-cancel", "stop", DANGER), prompts]
    paused = job.state is State.PAUSED or job.pause_wanted
    return [
        press("button-stop", "stop", DANGER),
        press("button-resume", "resume", PRIMARY) if paused else press("button-pause", "pause"),
        press("button-change", "change") if job.state is State.PAUSED else press("button-preview-now", "preview"),
        press("button-file", "run_file"),
    ]


def _outcome(job: Job, request: TrainRequest, texts: Texts) -> str:
    name, report = escape(request.name), job.report
    match job.state:
        case State.SUCCEEDED:
            return "\n".join(_success(job, request, texts))
        case State.FAILED:
            steps: dict[str, Any] = {"name": name, "step": report.step, "steps": request.steps}
            failed = f"{texts('training-failed', **steps)}\n{failure(job, texts)} {_kept(job, texts)}"
            return "\n".join([failed, *_compared(job, request, texts)])
        case _:
            return "\n".join([texts("result-stopped", name=name, step=report.step), *_compared(job, request, texts)])


def _success(job: Job, request: TrainRequest, texts: Texts) -> list[str]:
    name, report = escape(request.name), job.report
    lines = [texts("result-ready", name=name, steps=report.step, took=texts.took(_seconds(job)))]
    if report.step < request.steps:
        lines.append(texts("result-early", steps=request.steps))
    if report.best_validation is not None:
        lines.append(texts("result-best", loss=loss(report.best_validation), step=report.best_step))
    if report.best is not None:
        lines.append(texts("result-best-file", file=file_name(request.name, _best_ending(job)), step=report.best_step))
    return lines + _compared(job, request, texts)


def _compared(job: Job, request: TrainRequest, texts: Texts) -> list[str]:
    """What a run that went on from a file made of it."""
    name, report = escape(request.name), job.report
    if report.before is None or report.snapshot is None:
        return []
    file = file_name(request.name, _learned_ending(job))
    if report.first_validation is None or report.validation is None or not report.validation_step:
        return [texts("result-unmeasured", name=name, file=file)]
    facts: dict[str, Any] = {"before": loss(report.first_validation), "after": loss(report.validation)}
    if report.stays:
        return [texts("result-stays", name=name, file=file, **facts)]
    return [texts("result-replaced", **facts)]


def _result_buttons(name: str, job: Job, texts: Texts) -> list[ui.Button[Any]]:
    return [
        button(texts("button-draw-with"), f"draw_made:{job.id}:{name}", PRIMARY),
        *other_button(job, taken=not job.report.stays, texts=texts),
        button(texts("button-train-further"), f"train_further:{job.id}"),
        *share_button(name, job, texts),
    ]


def other_button(job: Job, *, taken: bool, texts: Texts) -> list[ui.Button[Any]]:
    """Of a run that went on from a file: whichever the word is, what the run learned (`taken`) or that, the other."""
    if job.report.before is None:
        return []
    if taken:
        return [button(texts("button-take-before"), f"take_before:{job.id}")]
    return [button(texts("button-take-new"), f"take_new:{job.id}")]


def _seconds(job: Job) -> float:
    return (job.ended_at or 0.0) - (job.started_at or job.created_at)


def _accent(job: Job) -> str:
    if job.state is State.FAILED:
        return "failed"
    if job.state is State.SUCCEEDED:
        return "done"
    return "running" if job.state is State.RUNNING else "quiet"

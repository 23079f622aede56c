"""Why a job failed, in words for the person whose it is."""

from typing import Any

import structlog

from bot.jobs.faults import refusal_of
from bot.jobs.job import Job
from bot.texts.catalogue import Texts

log = structlog.get_logger(__name__)


def failure(job: Job, texts: Texts) -> str:
    """Why it failed, and what to change. A row of another release may hold facts that fit no sentence."""
    reason, told = job.report.failure or "internal", job.report.facts
    if refusal := refusal_of(reason, told):
        return texts.refusal(refusal)
    if reason == "prompt_too_long" and "windows" in told:
        reason = "prompt_of_too_many_windows"
    if reason == "not_finite" and job.report.snapshot is None:
        reason = "never_finite"
    facts: dict[str, Any] = {"rate": "0.001", "job": str(job.id), **told}
    try:
        return texts(f"failure-{reason.replace('_', '-')}", **facts)
    except (KeyError, ValueError) as error:
        log.error("a failure without a sentence", job=job.id, reason=reason, facts=told, error=repr(error))
        return texts("failure-internal", job=str(job.id))

"""Who is next, and how long until then. Pure, so that fairness is tested without a worker."""

from collections import Counter
from collections.abc import Iterable, Sequence

from bot.jobs.job import Job, Kind, State
from trainer.protocol import TrainRequest


def waiting_line(jobs: Iterable[Job]) -> list[Job]:
    """Queued jobs in the order they are taken: people in turn, each person's own in the order they came.

    A person who has jobs running counts as having had those turns already.
    """
    jobs = list(jobs)
    turns = Counter(job.owner_id for job in jobs if job.state is State.RUNNING)
    placed: list[tuple[int, int, Job]] = []
    for job in sorted((job for job in jobs if job.state is State.QUEUED), key=lambda job: job.id):
        placed.append((turns[job.owner_id], job.id, job))
        turns[job.owner_id] += 1
    return [job for _, _, job in sorted(placed, key=lambda place: place[:2])]


def next_jobs(jobs: Sequence[Job], places: dict[Kind, int]) -> list[Job]:
    """The jobs to start now; `places` says how many people a worker serves at a time with jobs of a kind.

    A person's first job needs a place that no other person has; one more is started only while there are fewer jobs
    than places and nobody else waits for theirs. So nobody waits for another's second. The paused take no passes, and
    no place.
    """
    chosen = [job for kind in Kind for job in _next_of_kind([job for job in jobs if job.kind is kind], places[kind])]
    return sorted(chosen, key=lambda job: job.id)


def _next_of_kind(jobs: Sequence[Job], places: int) -> list[Job]:
    running = Counter(job.owner_id for job in jobs if job.state is State.RUNNING)
    chosen: list[Job] = []
    for job in waiting_line(jobs):
        taken = running.total() if job.owner_id in running else len(running)
        if taken >= places:
            break
        running[job.owner_id] += 1
        chosen.append(job)
    return chosen


def place_in_line(job: Job, jobs: Iterable[Job]) -> int:
    """1 for the next to be taken, among jobs of its kind; 0 when it does not wait."""
    line = [waiting.id for waiting in waiting_line(other for other in jobs if other.kind is job.kind)]
    return line.index(job.id) + 1 if job.id in line else 0


def expected_wait(job: Job, jobs: Sequence[Job], places: int, seconds_per_step: float | None) -> float | None:
    """Seconds until a waiting run begins; None while nobody has measured a step.

    Runs that share a model slow each other down, so the steps before it take their time wherever they run; a place is
    free when the shortest of the running ones is done.
    """
    if seconds_per_step is None:
        return None
    runs = [other for other in jobs if other.kind is Kind.TRAIN]
    running = sorted(_remaining(other) for other in runs if other.state is State.RUNNING)
    if not running or job in _next_of_kind(runs, places):
        return 0.0
    line = waiting_line(runs)
    ahead = [_remaining(other) for other in line[: max(0, place_in_line(job, runs) - 1)]]
    return (running[0] * len(running) + sum(ahead)) * seconds_per_step


def _remaining(job: Job) -> int:
    steps = job.request.steps if isinstance(job.request, TrainRequest) else 0
    return max(0, steps - job.report.step)

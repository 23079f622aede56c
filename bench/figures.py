"""A figure: what is measured, and what it has to be."""

import math
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pkgutil import resolve_name
from typing import Literal


@dataclass(frozen=True)
class Figure:
    """One row of the table. `measure` is `module:function`; the function takes nothing and returns a number.

    It is named, not referred to, so that what one measure imports and holds stays in its own process.
    """

    name: str
    goal: float
    better: Literal["lower", "higher"]
    measure: str
    slow: bool = False
    """Left out of the quick round."""


@dataclass(frozen=True)
class Result:
    """What came out. `value` is None when the measure itself failed."""

    value: float | None
    goal: float
    holds: bool


def judged(figure: Figure, value: float | None) -> Result:
    """A value that is no finite number holds nothing."""
    if value is None or not math.isfinite(value):
        return Result(None, figure.goal, holds=False)
    return Result(value, figure.goal, value <= figure.goal if figure.better == "lower" else value >= figure.goal)


def line(name: str, result: Result) -> str:
    """`name value goal holds|short`."""
    value = "failed" if result.value is None else f"{result.value:.4g}"
    return f"{name} {value} {result.goal:g} {'holds' if result.holds else 'short'}"


def document(results: dict[str, Result], machine: dict[str, object]) -> dict[str, object]:
    """What `results.json` holds."""
    return {"figures": {name: asdict(result) for name, result in results.items()}, "machine": machine}


def chosen(figures: Iterable[Figure], names: Iterable[str], *, quick: bool) -> list[Figure]:
    """The figures of these names, or all of them; the quick round leaves out the slow ones unless they are named."""
    wanted = set(names)
    return [figure for figure in figures if figure.name in wanted or (not wanted and not (quick and figure.slow))]


def measured_apart(measure: str) -> float:
    """Carry the measure out in a fresh process. Raises what the measure raises."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(_measured, measure).result()


def _measured(measure: str) -> float:
    return float(resolve_name(measure)())

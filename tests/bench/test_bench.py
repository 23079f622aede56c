"""The table of figures and what is said of them. The figures themselves are `make bench`."""

import json
import math
import os
from pkgutil import resolve_name

import pytest

from bench.__main__ import FIGURES
from bench.figures import Figure, Result, chosen, document, judged, line, measured_apart
from bench.machine import machine

LOW = Figure("low", 1.2, "lower", "bench.drawing:over_pipeline")
HIGH = Figure("high", 5, "higher", "bench.drawing:over_pipeline", slow=True)


def test_every_row_names_a_measure_that_exists_and_has_a_name_of_its_own() -> None:
    assert all(callable(resolve_name(figure.measure)) for figure in FIGURES)
    assert len({figure.name for figure in FIGURES}) == len(FIGURES)
    assert all(" " not in figure.name for figure in FIGURES), "a line of the output is split at blanks"


@pytest.mark.parametrize(
    ("figure", "value", "holds"),
    [
        (LOW, 1.2, True),
        (LOW, 1.2001, False),
        (HIGH, 5.0, True),
        (HIGH, 4.9, False),
        (LOW, -math.inf, False),
        (HIGH, math.nan, False),
        (LOW, None, False),
    ],
)
def test_a_value_holds_on_its_own_side_of_the_goal(figure: Figure, value: float | None, holds: bool) -> None:
    assert judged(figure, value).holds is holds


def test_a_line_has_name_value_goal_and_verdict() -> None:
    assert line("low", judged(LOW, 1.03456)) == "low 1.035 1.2 holds"
    assert line("high", judged(HIGH, 3.0)) == "high 3 5 short"
    assert line("low", judged(LOW, None)) == "low failed 1.2 short"


def test_the_quick_round_leaves_out_what_is_slow_unless_it_is_named() -> None:
    assert chosen((LOW, HIGH), [], quick=False) == [LOW, HIGH]
    assert chosen((LOW, HIGH), [], quick=True) == [LOW]
    assert chosen((LOW, HIGH), ["high"], quick=True) == [HIGH]


def test_the_written_results_are_json_with_figures_and_machine() -> None:
    results = {"low": judged(LOW, 1.0), "broken": Result(None, 2.0, holds=False)}
    written = json.loads(json.dumps(document(results, machine()), allow_nan=False))
    assert written["figures"] == {
        "low": {"value": 1.0, "goal": 1.2, "holds": True},
        "broken": {"value": None, "goal": 2.0, "holds": False},
    }
    assert {"processor", "cores", "memory_mb", "load", "measured_at"} <= set(written["machine"])


def test_a_measure_runs_in_a_process_of_its_own() -> None:

    assert measured_apart("os:getpid") != os.getpid()
    with pytest.raises(ZeroDivisionError):
        measured_apart("tests.bench.broken:measure")

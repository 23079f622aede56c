import subprocess
import sys

import pytest
from hypothesis import given, strategies as st

from trainer.protocol.lr_schedule import EXAMPLE, BadSchedule, parse_schedule


def rates(text: str, steps: int, start: int = 0) -> list[tuple[float, int]]:
    """(rate, first step it no longer holds for), in the web UI's way of writing a schedule down."""
    schedule = parse_schedule(text, steps, start)
    ends = [step for step in range(start + 1, steps) if schedule.at(step) != schedule.at(step - 1)] + [steps]
    return [(schedule.at(end - 1), end) for end in ends]


@pytest.mark.parametrize(
    ("text", "steps", "start", "expected"),
    [
        ("0.005:100, 1e-3:1000, 1e-5", 3000, 0, [(0.005, 100), (1e-3, 1000), (1e-5, 3000)]),
        ("0.005", 7, 0, [(0.005, 7)]),
        ("0.005:-1", 7, 0, [(0.005, 7)]),
        (" 0.005 : 3 ,, 1e-3 , ", 7, 0, [(0.005, 3), (1e-3, 7)]),
        ("0.005:100", 50, 0, [(0.005, 50)]),
        ("0.005:50", 50, 0, [(0.005, 50)]),
        ("0.005:100, 1e-3:1000, 1e-5", 500, 0, [(0.005, 100), (1e-3, 500)]),
        ("0.005:100, 1e-3:1000, 1e-5", 3000, 100, [(1e-3, 1000), (1e-5, 3000)]),
        ("0.005:100, 1e-3:1000, 1e-5", 3000, 150, [(1e-3, 1000), (1e-5, 3000)]),
        ("0.005:0, 1e-3", 5, 0, [(1e-3, 5)]),
        ("0.005, 1e-3:3", 5, 0, [(0.005, 5)]),
    ],
)
def test_the_web_uis_rules(text: str, steps: int, start: int, expected: list[tuple[float, int]]) -> None:
    assert rates(text, steps, start) == expected


def test_a_named_step_is_the_number_of_updates_made_at_the_rate() -> None:
    schedule = parse_schedule("0.005:100, 1e-3", 200)
    assert [schedule.at(step) for step in (0, 99, 100, 199)] == [0.005, 0.005, 1e-3, 1e-3]


@pytest.mark.parametrize(
    ("text", "problem", "part", "words"),
    [
        ("0.005:100, fast", "not_a_number", "fast", '"fast" is not a number.'),
        ("0.005, fast", "not_a_number", "fast", '"fast" is not a number.'),
        (":100", "not_a_number", ":100", '"" is not a number.'),
        ("0.005:soon, 1", "not_a_step", "0.005:soon", '"soon" is not a step'),
        ("0.005:", "not_a_step", "0.005:", '"" is not a step'),
        ("0.005:1.5", "not_a_step", "0.005:1.5", '"1.5" is not a step'),
        ("0.005:-7", "not_a_step", "0.005:-7", '"-7" is not a step'),
        ("0.005:100:200", "not_a_step", "0.005:100:200", '"100:200" is not a step'),
        ("0", "not_positive", "0", '"0" is not a rate'),
        ("-1e-3", "not_positive", "-1e-3", '"-1e-3" is not a rate'),
        ("nan", "not_positive", "nan", '"nan" is not a rate'),
        ("1e999", "not_positive", "1e999", '"1e999" is not a rate'),
        ("0,005", "comma", "0,005", "needs a point"),
        ("1e-3:100, 0,0005:200, 1e-5", "comma", "0,0005:200", "needs a point"),
        ("0.005:100, 1e-3:50, 1e-5", "not_rising", "1e-3:50", "Step 50 does not come after step 100."),
        ("", "empty", "", "The schedule is empty."),
        (" , ", "empty", "", "The schedule is empty."),
    ],
)
def test_a_bad_schedule_is_refused_with_the_part_that_is_bad(text: str, problem: str, part: str, words: str) -> None:
    with pytest.raises(BadSchedule) as caught:
        parse_schedule(text, 1000)
    assert (caught.value.problem, caught.value.part) == (problem, part)
    assert words in str(caught.value)
    assert EXAMPLE in str(caught.value)


def test_a_schedule_that_ends_before_the_run_is_refused() -> None:
    with pytest.raises(BadSchedule, match="ends at step 100 but the run has 1000") as caught:
        parse_schedule("0.005:100", 1000)
    assert (caught.value.problem, caught.value.ends_at) == ("ends_early", 100)


def test_a_schedule_that_lies_before_the_start_is_refused() -> None:
    with pytest.raises(BadSchedule, match="ends at step 100 but the run has 1000"):
        parse_schedule("0.005:100", 1000, start=200)


def test_only_what_is_left_of_a_schedule_is_kept() -> None:
    assert len(parse_schedule("0.005:100, 1e-3:200, 1e-5", 300, start=100).stretches) == 2
    assert len(parse_schedule("0.005:100, 1e-3:200, 1e-5", 300, start=99).stretches) == 3


def test_a_run_resumed_after_its_last_step_is_no_error() -> None:
    assert parse_schedule("0.005:100, 1e-3", 200, start=200).at(200) == 1e-3


@given(st.text(alphabet="0123456789.,:e-+ nafi", max_size=40), st.integers(1, 2000), st.integers(0, 2000))
def test_any_text_gives_rates_for_every_step_or_a_refusal(text: str, steps: int, start: int) -> None:
    try:
        schedule = parse_schedule(text, steps, start)
    except BadSchedule:
        return
    assert all(0 < schedule.at(step) < float("inf") for step in range(start, steps))


def test_it_needs_no_torch_nor_numpy() -> None:
    program = "import sys, trainer.protocol.lr_schedule; sys.exit(bool({'torch', 'numpy'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_warm_up_and_cosine_shape_what_the_schedule_says() -> None:
    rates = parse_schedule("0.01:50, 0.002", 100, warmup=10)
    assert [rates.at(step) for step in (0, 4, 9, 10, 50)] == pytest.approx([0.001, 0.005, 0.01, 0.01, 0.002])
    rates = parse_schedule("0.01", 100, cosine=True)
    assert [rates.at(step) for step in (0, 50, 100)] == pytest.approx([0.01, 0.005, 0.0])

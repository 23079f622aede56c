"""python -m bench: one line a figure (`name value goal holds|short`), and bench/results.json."""

import argparse
import json
import os
import sys
import traceback
from pathlib import Path

from bench.figures import Figure, chosen, document, judged, line, measured_apart
from bench.machine import machine

RESULTS = Path(__file__).parent / "results.json"

FIGURES = (
    Figure("train_step_over_bare.small", 1.2, "lower", "bench.training_step:small_alone"),
    Figure("train_step_over_bare.small_b4", 1.2, "lower", "bench.training_step:small_batch_of_four", slow=True),
    Figure("train_step_over_bare.sd15", 1.05, "lower", "bench.training_step:sd15", slow=True),
    Figure("shared_over_inline.small_x4", 1.7, "higher", "bench.sharing:small_x4"),
    Figure("shared_over_inline.sd15_x4", 1.7, "higher", "bench.sharing:sd15_x4", slow=True),
    Figure("shared_gain_over_bare.sd15_x4", 0.95, "higher", "bench.sharing:sd15_x4_over_bare", slow=True),
    Figure("time_to_quality.small", 0.33, "lower", "bench.time_to_quality:small", slow=True),
    Figure("memory_over_bare.sd15", 1.05, "lower", "bench.memory:sd15_over_bare", slow=True),
    Figure("checkpoint_kb.k8", 200, "lower", "bench.memory:checkpoint_kb"),
    Figure("imagine_over_pipeline.small", 1.05, "lower", "bench.drawing:over_pipeline"),
    Figure("requests_together_over_inline.small_x8", 1.5, "higher", "bench.drawing:together_over_inline"),
    Figure("imagine_wait_passes", 1.2, "lower", "bench.drawing:wait_in_passes"),
    Figure("first_answer_p99_s", 1.0, "lower", "bench.program:first_answer_p99"),
    Figure("bot_memory_mb", 150, "lower", "bench.program:bot_memory"),
    Figure("bot_start_s", 2, "lower", "bench.program:bot_start"),
    Figure("subjects_improved.small", 5, "higher", "bench.subjects:improved", slow=True),
)


def main() -> int:
    """Exit code 1 when a figure could not be measured; one that falls short is a finding, not an error."""
    arguments = _arguments()
    _prepare_environment()
    where, results = machine(), {}
    for figure in chosen(FIGURES, arguments.only, quick=arguments.quick):
        results[figure.name] = judged(figure, _measured(figure))
        print(line(figure.name, results[figure.name]), flush=True)
        RESULTS.write_text(json.dumps(document(results, where), indent=2) + "\n", encoding="utf-8")
    return int(any(result.value is None for result in results.values()))


def _prepare_environment() -> None:
    """For the processes of the measures, which inherit it: as trainer/__main__.py sets it, so both sides have it."""
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
    os.environ["HF_HUB_OFFLINE"] = os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    os.environ["TRANSFORMERS_VERBOSITY"] = os.environ["DIFFUSERS_VERBOSITY"] = "error"


def _measured(figure: Figure) -> float | None:
    try:
        return measured_apart(figure.measure)
    except Exception:  # noqa: BLE001 — the other figures are still wanted
        traceback.print_exc()
        return None


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out what takes long")
    names = [figure.name for figure in FIGURES]
    parser.add_argument("--only", action="append", default=[], choices=names, metavar="NAME", help="may be repeated")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

"""One training without the bot, told as JSON: step times, peak memory, validation losses and when each was reached.

Other programs are compared through it: the same pictures, steps, seed, batch, precision and rate.
"""

import argparse
import json
import resource
import statistics
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import torch

from bench.requests import training
from bench.turns import watch
from trainer.models.loading.loading import load_model
from trainer.protocol import Control, Finished, Preview, Progress, Saved, Started, Told, TrainingPicture, Validated

_PICTURES = (".png", ".jpg", ".jpeg", ".webp")


class Account:
    """Keeps what a run cost. Seconds of steps count from one step's end to the next."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._steps: list[float] = []
        self._validations: list[dict[str, float]] = []
        self._encoded = 0.0
        self._training = self._ended = False

    def __call__(self, seconds: float, told: Sequence[Told]) -> Iterable[Control] | None:
        now = time.perf_counter() - self._began
        for message in told:
            match message:
                case Started():
                    self._encoded = now
                case Validated():
                    self._validations.append({"step": message.step, "loss": message.loss, "seconds": round(now, 3)})
                case Finished():
                    self._ended = True
        if self._training and all(isinstance(message, Progress | Saved) for message in told):
            self._steps.append(seconds)
        self._training |= any(isinstance(message, Preview) for message in told)
        return None if self._ended else ()

    def told(self) -> dict[str, object]:
        steps = sorted(self._steps)
        return {
            "seconds": round(time.perf_counter() - self._began, 3),
            "seconds_to_encode": round(self._encoded, 3),
            "seconds_per_pass": {
                "median": statistics.median(steps),
                "p95": steps[int(0.95 * (len(steps) - 1))],
                "count": len(steps),
            },
            "validations": self._validations,
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            "peak_device_mb": torch.cuda.max_memory_allocated() >> 20 if torch.cuda.is_available() else None,
        }


def main() -> None:
    arguments = _arguments()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = load_model(arguments.model, device, getattr(torch, arguments.precision))
    paths = sorted(path for path in arguments.images.iterdir() if path.suffix.lower() in _PICTURES)
    changes = {"learning_rate": arguments.lr} if arguments.lr else {}
    request = training(
        "owl",
        arguments.steps,
        name="word",
        pictures=tuple(TrainingPicture(path=str(path), file_name=path.name) for path in paths),
        seed=arguments.seed,
        batch_size=arguments.batch,
        vectors_per_token=arguments.vectors,
        initialization_text=arguments.start,
        size=arguments.size,
        **changes,
    )
    account = Account()
    watch(model, [request], account)
    described = {
        "model": model.model,
        "model_hash": model.model_hash,
        "device": str(device),
        "torch": torch.__version__,
    }
    print(json.dumps({**described, **account.told()}, indent=2))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.train_once", description=__doc__)
    parser.add_argument("--model", type=Path, required=True, metavar="DIR", help="model folder or single file")
    parser.add_argument("--images", type=Path, required=True, metavar="DIR", help="folder of pictures")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch", type=int, default=4, help="examples in a step")
    parser.add_argument("--precision", choices=("float32", "float16", "bfloat16"), default="float32")
    parser.add_argument("--lr", default="", help="rate or schedule; default: the bot's own")
    parser.add_argument("--vectors", type=int, default=4)
    parser.add_argument("--start", default="*", help="initialization text")
    parser.add_argument("--size", type=int, default=0, help="pixels; default: the model's own")
    return parser.parse_args()


if __name__ == "__main__":
    main()

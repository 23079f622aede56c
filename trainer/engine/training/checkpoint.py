"""All that resuming needs, in one safetensors file: tensors, and the rest as JSON in its header. No pickle."""

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from trainer.aside import write_aside

VERSION = 3
_PATTERN = "checkpoint-*.safetensors"
_OPTIMIZER = "optimizer."


class BadCheckpoint(ValueError):
    """A file that is not a whole checkpoint of this version, or of one before it that can be brought up to date."""


@dataclass(frozen=True)
class Checkpoint:
    """A run between two steps. `best` holds the values of the lowest validation loss, `previews` the steps drawn.

    Random numbers need no keeping: they are made from the request's seed and the step. `fingerprint` says of which
    request and model this is. The losses of the steps are in losses.csv; nothing is learned from them.
    """

    step: int
    fingerprint: str
    values: Tensor
    average: Tensor
    optimizer: dict[str, Tensor]
    best: Tensor | None = None
    validations: tuple[tuple[int, float], ...] = ()
    previews: tuple[int, ...] = ()


def checkpoint_path(folder: Path, step: int) -> Path:
    """Where the checkpoint of a step lies."""
    return folder / f"checkpoint-{step:06}.safetensors"


def write_checkpoint(folder: Path, checkpoint: Checkpoint) -> Path:
    """Write the checkpoint of a step, whole or not at all; returns its path. Raises OSError."""
    tensors = {
        "values": checkpoint.values.contiguous(),
        "average": checkpoint.average.contiguous(),
        **({} if checkpoint.best is None else {"best": checkpoint.best.contiguous()}),
        **{_OPTIMIZER + key: value.contiguous() for key, value in checkpoint.optimizer.items()},
    }
    described = {
        "version": VERSION,
        "step": checkpoint.step,
        "fingerprint": checkpoint.fingerprint,
        "validations": checkpoint.validations,
        "previews": checkpoint.previews,
    }
    path = checkpoint_path(folder, checkpoint.step)
    write_aside(path, save(tensors, metadata={"checkpoint": json.dumps(described)}))
    return path


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint. Raises BadCheckpoint, OSError."""
    try:
        with safe_open(path, framework="pt") as file:
            described = json.loads((file.metadata() or {})["checkpoint"])
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 — no mapping
        if described["version"] > VERSION:
            raise BadCheckpoint(f"{path.name} is of version {described['version']}")
        for version in range(described["version"], VERSION):
            _UPGRADES[version](tensors)
        return Checkpoint(
            step=described["step"],
            fingerprint=described["fingerprint"],
            values=tensors["values"],
            optimizer={key.removeprefix(_OPTIMIZER): tensors[key] for key in tensors if key.startswith(_OPTIMIZER)},
            average=tensors["average"],
            best=tensors.get("best"),
            validations=tuple((step, loss) for step, loss in described["validations"]),
            previews=tuple(described["previews"]),
        )
    except (SafetensorError, KeyError, TypeError, json.JSONDecodeError) as error:
        raise BadCheckpoint(f"{path.name}: {error}") from error


def find_checkpoint(folder: Path, named: Path | None, fingerprints: Collection[str]) -> Checkpoint | None:
    """The named checkpoint; failing that the newest whole one of the same request in the folder, if any.

    A lost message may have left the name behind the files. Any of them ends in the same values.
    """
    for path in _most_wanted(folder, named):
        try:
            checkpoint = read_checkpoint(path)
        except (BadCheckpoint, OSError):
            continue
        if checkpoint.fingerprint in fingerprints:
            return checkpoint
    return None


def drop_checkpoints(folder: Path, keep: set[Path]) -> None:
    """Delete all but `keep`."""
    for path in set(folder.glob(_PATTERN)) - keep:
        path.unlink(missing_ok=True)


def _most_wanted(folder: Path, named: Path | None) -> Iterator[Path]:
    if named is not None:
        yield named
    yield from sorted(folder.glob(_PATTERN), reverse=True)


def _name_values(tensors: dict[str, Tensor]) -> None:
    """Until then all that could be trained were an embedding's vectors."""
    tensors["values"] = tensors.pop("vectors")


_UPGRADES: dict[int, Callable[[dict[str, Tensor]], None]] = {2: _name_values}
"""From each version to the next."""

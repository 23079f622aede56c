"""The child process that fetches a concept: `python -m trainer.embeddings.concept OWNER/NAME --to FOLDER`.

Leaves `NAME.bin` or `NAME.safetensors` in the folder, or prints a `RefusedFile`. Nothing but `learned_embeds` is asked
for, its size before it is; what is in it is for `trainer.embeddings.look` to say. `HF_ENDPOINT` names another hub.
"""

import argparse
import os
import sys
from pathlib import Path

import msgspec

from trainer.child_limits import limit_process
from trainer.embeddings.containers.torch_zip import check_file_size
from trainer.embeddings.errors import BadEmbedding
from trainer.protocol import RefusedFile

_FILES = ("learned_embeds.safetensors", "learned_embeds.bin")
_HIDDEN = ".fetching"
_MEMORY = 2_000_000_000
_SECONDS = 30
_HUB_FAULTS = (OSError, ValueError)
"""All that huggingface_hub raises: most are OSErrors, what it finds wrong with a name is a ValueError."""


def main(arguments: list[str]) -> None:
    """Fetch one concept."""
    parser = argparse.ArgumentParser(prog="python -m trainer.embeddings.concept")
    parser.add_argument("concept")
    parser.add_argument("--to", type=Path, required=True)
    options = parser.parse_args(arguments)
    limit_process(memory=_MEMORY, seconds=_SECONDS)
    try:
        fetch(options.concept, options.to)
    except BadEmbedding as error:
        refused = RefusedFile(file=options.concept.rsplit("/", 1)[-1], fault=error.fault)
        sys.stdout.buffer.write(msgspec.json.encode(refused) + b"\n")


def fetch(concept: str, folder: Path) -> Path:
    """The concept's file, called as the concept. Raises BadEmbedding."""
    os.environ |= {"HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    # Imported only now: it reads the environment as it is imported.
    from huggingface_hub import hf_hub_download

    name = _offered(concept, folder)
    try:
        got = Path(hf_hub_download(concept, name, local_dir=folder / _HIDDEN, token=False))
    except _HUB_FAULTS as error:
        raise BadEmbedding("hub_unreachable") from error
    return got.replace(folder / f"{concept.rsplit('/', 1)[-1]}{Path(name).suffix}")


def _offered(concept: str, folder: Path) -> str:
    """The first of the files that the concept has. Raises BadEmbedding, also for one that is too large."""
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import RemoteEntryNotFoundError

    for name in _FILES:
        try:
            told = hf_hub_download(concept, name, local_dir=folder / _HIDDEN, token=False, dry_run=True)
        except RemoteEntryNotFoundError:
            continue
        except _HUB_FAULTS as error:
            raise BadEmbedding("hub_unreachable") from error
        if told.file_size is None:
            raise BadEmbedding("hub_no_file")
        check_file_size(told.file_size)
        return name
    raise BadEmbedding("hub_no_file")


if __name__ == "__main__":
    main(sys.argv[1:])

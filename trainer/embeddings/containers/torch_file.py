"""Files that torch.save wrote, in either of its formats."""

import io
from typing import Any

from trainer.embeddings.containers.torch_legacy import is_legacy, read_legacy
from trainer.embeddings.containers.torch_zip import ZIP_START, check_file_size, read_records
from trainer.embeddings.containers.unpickle import Unpickler
from trainer.embeddings.errors import BadEmbedding
from trainer.protocol import LARGEST_WORD_FILE

_MAX_PICKLE_BYTES = 2**20


def read_torch_file(data: bytes, largest: int = LARGEST_WORD_FILE) -> Any:
    """What torch.save was given, as `Unpickler.read` gives it, of up to `largest` bytes. Raises BadEmbedding."""
    check_file_size(len(data), largest)
    if is_legacy(data):
        return read_legacy(data)
    records = read_records(data)
    if len(records["data.pkl"]) > _MAX_PICKLE_BYTES:
        raise BadEmbedding("more_than_an_embedding")
    return Unpickler(records).read(io.BytesIO(records["data.pkl"]))


def is_torch_file(data: bytes) -> bool:
    """A ZIP or a pickle, by its first bytes."""
    return data.startswith(ZIP_START) or is_legacy(data)

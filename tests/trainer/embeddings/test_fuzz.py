"""A short run of the fuzzer: changed files are read or refused by name, and nothing else comes out."""

from random import Random

from hypothesis import given, settings, strategies as st

from tests.trainer.embeddings.fuzz import Report, changed_file, seeds, throw
from trainer.embeddings.errors import BadEmbedding
from trainer.embeddings.reading import read_embeddings

GOOD = seeds()
STARTS = [b"", b"\x80\x02", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP"]


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 2**32))
def test_a_changed_file_is_read_or_refused(seed: int) -> None:
    reader, data = changed_file(Random(seed), GOOD)
    throw(reader, data, Report())


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from([b"", b"\x80\x02", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP"]),
    st.binary(max_size=300),
)
def test_any_bytes_are_read_or_refused(start: bytes, rest: bytes) -> None:
    try:
        read_embeddings(start + rest, "a")
    except BadEmbedding:
        return

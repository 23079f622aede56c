"""ZIPs that people upload: unpacked whole, or refused before they harm."""

import io
import struct
import zipfile
from collections.abc import Callable

import pytest

from tests.trainer.embeddings.samples import SAMPLES
from trainer.embeddings.containers.archive import MAX_ENTRIES, MAX_FILE_BYTES, is_archive, read_archive
from trainer.embeddings.errors import BadArchive


def packed(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, contents in files.items():
            archive.writestr(name, contents)
    return buffer.getvalue()


PICTURES = {"cats/1.png": b"one", "cats/1.txt": b"a cat", "cats/2.JPG": b"two", "readme.md": b"", "__MACOSX/1.png": b""}
GOOD = packed(PICTURES)


def changed(place: int, change: bytes, mark: bytes = b"PK\x01\x02") -> bytes:
    data = bytearray(GOOD)
    start = data.index(mark) + place
    data[start : start + len(change)] = change
    return bytes(data)


def link() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("a.pt")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    return buffer.getvalue()


def overlapping() -> bytes:
    """A second name for the first file's bytes."""
    data = bytearray(packed({"a.pt": b"0" * 100, "b.pt": b"1" * 100}))
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    data[second + 42 : second + 46] = struct.pack("<I", 0)
    return bytes(data)


def large() -> bytes:
    return packed({"a.pt": bytes(MAX_FILE_BYTES + 1)})


def lying() -> bytes:
    """A bomb whose directory says that it is ten bytes long."""
    data = bytearray(large())
    for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        start = data.index(mark) + place
        data[start : start + 4] = struct.pack("<I", 10)
    return bytes(data)


def test_pictures_and_their_captions_come_out() -> None:
    assert dict(read_archive(GOOD)) == {"cats/1.png": b"one", "cats/1.txt": b"a cat", "cats/2.JPG": b"two"}


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_embeddings_come_out(compression: int) -> None:
    samples = [make() for make in list(SAMPLES.values())[:3]]
    files = {f"{number}-{sample.file_name}": sample.data for number, sample in enumerate(samples)}
    assert dict(read_archive(packed(files, compression))) == files


def test_backslashes_are_folders() -> None:
    assert list(read_archive(packed({"a\\b.png": b"1"}))) == [("a/b.png", b"1")]


def test_a_torch_file_is_no_archive() -> None:
    assert not is_archive(SAMPLES["F1 web UI, SD 1"]().data)
    assert not is_archive(b"text")
    assert is_archive(GOOD)
    assert is_archive(GOOD[:40])


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: packed({"../a.pt": b""}), "zip_names"),
        (lambda: packed({"/etc/a.pt": b""}), "zip_names"),
        (lambda: packed({"a/../../b.pt": b""}), "zip_names"),
        (lambda: packed({"..\\a.pt": b""}), "zip_names"),
        (lambda: packed({"C:\\a.pt": b""}), "zip_names"),
        (lambda: packed({"a//b.pt": b""}), "zip_names"),
        (lambda: packed({"a\nb.pt": b""}), "zip_names"),
        (lambda: packed({"a" * 300 + ".pt": b""}), "zip_long_names"),
        (lambda: packed({"a.pt": b"", "A.PT": b""}), "zip_doubles"),
        (link, "zip_link"),
        (overlapping, "damaged"),
        (large, "zip_bomb"),
        (lying, "damaged"),
        (lambda: packed({f"{n}.pt": b"" for n in range(MAX_ENTRIES + 1)}), "zip_files"),
        (lambda: packed({"a.pt": b"1"}, zipfile.ZIP_BZIP2), "zip_packing"),
        (lambda: changed(8, b"\x01\x00"), "zip_password"),
        (lambda: changed(16, b"\0\0\0\0"), "damaged"),
        (lambda: changed(42, b"\xff\xff\xff\x7f"), "damaged"),
        (lambda: GOOD[:-30], "damaged"),
        (lambda: GOOD[:50], "damaged"),
        (lambda: b"PK\x03\x04", "damaged"),
        (lambda: b"", "damaged"),
    ],
)
def test_a_hostile_archive_is_refused(make: Callable[[], bytes], reason: str) -> None:
    with pytest.raises(BadArchive, match=reason):
        list(read_archive(make()))


def test_what_unpacks_to_a_hundred_times_its_size_is_refused() -> None:
    """Six files of 50 MB, each within its own limit."""
    inner = bytes(50 * 2**20)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(6):
            archive.writestr(f"{number}.pt", inner)
    with pytest.raises(BadArchive, match="zip_bomb"):
        list(read_archive(buffer.getvalue()))


def test_a_small_file_may_shrink_as_it_likes() -> None:
    assert dict(read_archive(packed({"a.pt": bytes(10**6)}, zipfile.ZIP_DEFLATED))) == {"a.pt": bytes(10**6)}


def test_an_archive_in_an_archive_is_passed_over() -> None:
    assert list(read_archive(packed({"inner.zip": GOOD, "a.txt": b"1"}))) == [("a.txt", b"1")]

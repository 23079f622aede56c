"""What a file that is no picture for us seems to be, told from its first bytes, so that the refusal can name it."""

from bot.errors import BrokenPicture, ForeignKind, KindNotTaken, NotAPicture, Refusal, UntakenKind

_TAKEN = (
    *(b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a"),
    *(b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+", b"MM*\x00", b"II\x00*"),
)
_TAKEN_BRANDS = (b"avif", b"avis", b"mif1", b"heic", b"heix", b"heim", b"heis")
_UNTAKEN: dict[bytes, UntakenKind] = {
    b"FUJIFILMCCD-RAW": "raw",
    b"IIRO": "raw",
    b"IIRS": "raw",
    b"MMOR": "raw",
    b"IIU\x00": "raw",
    b"\x00\x00\x01\x00": "ico",
    b"8BPS": "psd",
    b"\xff\x0a": "jxl",
    b"\x00\x00\x00\x0cJXL ": "jxl",
}
_FOREIGN: dict[bytes, ForeignKind] = {
    b"%PDF-": "pdf",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"%!PS": "postscript",
    b"\xc5\xd0\xd3\xc6": "postscript",
    b"\x1a\x45\xdf\xa3": "video",
    b"ID3": "audio",
    b"OggS": "audio",
    b"fLaC": "audio",
    b"MZ": "program",
    b"\x7fELF": "program",
}
_BRANDS: dict[bytes, UntakenKind] = {
    b"msf1": "burst",
    b"hevc": "burst",
    b"hevx": "burst",
    b"hevm": "burst",
    b"hevs": "burst",
    b"crx ": "raw",
}
_MARKUP: tuple[tuple[bytes, ForeignKind], ...] = ((b"<svg", "svg"), (b"<!doctype html", "html"), (b"<html", "html"))
_HEAD = 1024
"""Bytes that are looked at."""


def foreign(file_name: str, data: bytes) -> Refusal:
    """The refusal of a file that no decoder could read, named as what it is; broken when it begins like a picture."""
    head = data[:_HEAD]
    if _begins_like_a_picture(head):
        return BrokenPicture(file=file_name)
    if head[4:8] == b"ftyp" and head[8:12] in _BRANDS:
        return KindNotTaken(file=file_name, kind=_BRANDS[head[8:12]])
    for start, untaken in _UNTAKEN.items():
        if head.startswith(start):
            return KindNotTaken(file=file_name, kind=untaken)
    return NotAPicture(file=file_name, kind=_foreign_kind(head))


def _begins_like_a_picture(head: bytes) -> bool:
    """Of a kind that is read. A BMP has zeros in its header, where a text that begins with its letters has none."""
    return (
        head.startswith(_TAKEN)
        or (head.startswith(b"RIFF") and head[8:12] == b"WEBP")
        or (head[4:8] == b"ftyp" and head[8:12] in _TAKEN_BRANDS)
        or (head.startswith(b"BM") and head[6:10] == bytes(4))
    )


def _foreign_kind(head: bytes) -> ForeignKind:
    if head[4:8] == b"ftyp" or (head.startswith(b"RIFF") and head[8:12] == b"AVI "):
        return "video"
    for start, kind in _FOREIGN.items():
        if head.startswith(start):
            return kind
    for mark, kind in _MARKUP:
        if mark in head.lower():
            return kind
    return "text" if _is_text(head) else "unknown"


def _is_text(head: bytes) -> bool:
    """UTF-8 without control characters; the last character may be cut in two."""
    text = head.decode(errors="replace").rstrip("\ufffd")
    return bool(text) and "\ufffd" not in text and all(c.isprintable() or c.isspace() for c in text)

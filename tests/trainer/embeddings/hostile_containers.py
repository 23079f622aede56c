"""ZIPs and safetensors files that lie about what is in them."""

import io
import json
import struct
import zipfile

from tests.trainer.embeddings.hostile_pickles import Hostile
from tests.trainer.embeddings.making import part, safe, tensor_program, zipped

_GOOD = {"data.pkl": tensor_program(), "data/0": b"\0" * 16, "version": b"3\n"}
_ENTRY, _END, _LOCAL = b"PK\x01\x02", b"PK\x05\x06", b"PK\x03\x04"


def _given(data: bytes) -> Hostile:
    return lambda _: data


def _patched(mark: bytes, place: int, change: bytes, nth: int = 0) -> Hostile:
    """A good file with bytes changed in the nth structure that begins with `mark`."""
    data = bytearray(zipped(_GOOD))
    start = -1
    for _ in range(nth + 1):
        start = data.index(mark, start + 1)
    data[start + place : start + place + len(change)] = change
    return _given(bytes(data))


def _double_entry() -> bytes:
    """Two directory entries for one place in the file, under two names."""
    data = zipped({**_GOOD, "data/1": b"\0" * 16})
    first, second = data.index(b"archive/data/0"), data.rindex(b"archive/data/1")
    place = data.index(_ENTRY, data.index(_ENTRY) + 1) + 42
    changed = bytearray(data)
    changed[second - 46 + 42 : second - 46 + 46] = data[place : place + 4]
    assert first
    return bytes(changed)


def _zip64_lie() -> bytes:
    """A ZIP64 end that promises 2^60 entries."""
    data = zipped(_GOOD)
    end = data.index(_END)
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 2**60, 2**60, 2**60, 2**60)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1)
    last = struct.pack("<4sHHHHIIH", _END, 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return data[:end] + record + locator + last


def _two_roots() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in ("a/data.pkl", "b/data.pkl"):
            archive.writestr(name, tensor_program())
    return buffer.getvalue()


_BOMB = zipped({**_GOOD, "data/0": b"\0" * 2**24}, compression=zipfile.ZIP_DEFLATED)

ZIPS: dict[str, Hostile] = {
    "deflated": _given(zipped(_GOOD, compression=zipfile.ZIP_DEFLATED)),
    "a bomb": _given(_BOMB),
    "bzip2": _given(zipped(_GOOD, compression=zipfile.ZIP_BZIP2)),
    "lzma": _given(zipped(_GOOD, compression=zipfile.ZIP_LZMA)),
    "an unknown method": _patched(_ENTRY, 10, b"\x63\x00"),
    "marked as deflated": _patched(_ENTRY, 10, b"\x08\x00"),
    "encrypted": _patched(_ENTRY, 8, b"\x01\x00"),
    "strongly encrypted": _patched(_ENTRY, 8, b"\x41\x00"),
    "patched data": _patched(_ENTRY, 8, b"\x20\x00"),
    "a name that leads out": _given(zipped({**_GOOD, "../../evil": b""})),
    "a root that leads out": _given(zipped(_GOOD, root="..")),
    "an absolute root": _given(zipped(_GOOD, root="/etc")),
    "backslashes": _given(zipped(_GOOD, root="a\\b")),
    "a name with a zero byte": _patched(_ENTRY, 46, b"arch\0"),
    "code": _given(zipped({**_GOOD, "code/__torch__.py": b"import os"})),
    "constants": _given(zipped({**_GOOD, "constants.pkl": b"."})),
    "a nested ZIP": _given(zipped({"inner.zip": zipped(_GOOD)})),
    "no pickle": _given(zipped({"version": b"3\n"})),
    "two roots": _given(_two_roots()),
    "big-endian": _given(zipped({**_GOOD, "byteorder": b"big"})),
    "thousands of parts": _given(zipped({**_GOOD, **{f"data/{n}": b"" for n in range(1, 3000)}})),
    "two entries for one place": _given(_double_entry()),
    "ZIP64 that lies": _given(_zip64_lie()),
    "a size too large": _patched(_ENTRY, 20, b"\xff\xff\xff\x7f\xff\xff\xff\x7f"),
    "a size that asks for ZIP64": _patched(_ENTRY, 20, b"\xff\xff\xff\xff\xff\xff\xff\xff"),
    "a checksum that is wrong": _patched(_ENTRY, 16, b"\0\0\0\0", nth=0),
    "an offset beyond the end": _patched(_ENTRY, 42, b"\xff\xff\xff\x7f"),
    "an offset into another entry": _patched(_ENTRY, 42, b"\x05\x00\x00\x00"),
    "a directory beyond the end": _patched(_END, 16, b"\xff\xff\xff\x7f"),
    "a directory larger than the file": _patched(_END, 12, b"\xff\xff\xff\x7f"),
    "an extra field too long": _patched(_ENTRY, 30, b"\xff\xff"),
    "two names for one part": _patched(_LOCAL, 30, b"evil"),
    "an unfinished file": _given(zipped(_GOOD)[:200]),
    "a start only": _given(_LOCAL),
    "a program before it": _given(b"#!/bin/sh\nexit\n" + zipped(_GOOD)),
    "a web page behind a start": _given(_LOCAL + b"<html>" * 1000),
    "64 MB of marks": lambda _: _LOCAL + _ENTRY * (2**24 - 1),
    "an empty ZIP": _given(_END + b"\0" * 18),
}

_PART = part()
_TWO = part(8, 16)
_NUMBERS = struct.pack("<2f", 1, 2)
_DEEP = b'{"a":' + b"[" * 500_000
_NESTED = "bundle_emb.a.string_to_param." * 20_000 + "a"
_MANY = {f"k{n}": part(0, 0, (0,)) for n in range(20_000)}

SAFETENSORS: dict[str, Hostile] = {
    "a header longer than the file": _given(safe({"a": _PART}, _NUMBERS, length=10_000)),
    "a header of 2^39 bytes": _given(safe({"a": _PART}, _NUMBERS, length=2**39)),
    "a header cut short": _given(safe({"a": _PART}, _NUMBERS, length=10)),
    "no header": _given(safe(b"{", length=0)),
    "60 MB of header": lambda _: safe(b'{"__metadata__":{"a":"' + b"x" * 60_000_000 + b'"}}'),
    "60 MB of tensors in the header": lambda _: safe(b'{"a":{},' * 7_000_000),
    "a list": _given(safe(b"{]")),
    "deep JSON": _given(safe(_DEEP)),
    "deep JSON that ends": _given(safe(b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}")),
    "text that is none": _given(safe(b'{"\xff":1}')),
    "a key twice": _given(safe(b'{"a":%b,"a":%b}' % ((json.dumps(_PART).encode(),) * 2), _NUMBERS)),
    "overlapping parts": _given(safe({"a": _PART, "b": part(4, 12)}, _NUMBERS + _NUMBERS)),
    "the same part twice": _given(safe({"a": _PART, "b": _PART}, _NUMBERS)),
    "a hole": _given(safe({"a": part(8, 16)}, _NUMBERS * 2)),
    "bytes left over": _given(safe({"a": _PART}, _NUMBERS * 2)),
    "too few bytes": _given(safe({"a": _PART}, _NUMBERS[:4])),
    "offsets the wrong way round": _given(safe({"a": part(8, 0)}, _NUMBERS)),
    "negative offsets": _given(safe({"a": part(-8, 0)}, _NUMBERS)),
    "huge offsets": _given(safe({"a": part(0, 2**63)}, _NUMBERS)),
    "offsets with a fraction": _given(safe(b'{"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0.0,8.0]}}', _NUMBERS)),
    "a shape that is too large": _given(safe({"a": part(shape=(2**40, 2**40))}, _NUMBERS)),
    "a shape of another size": _given(safe({"a": part(shape=(1, 3))}, _NUMBERS)),
    "a negative shape": _given(safe({"a": part(shape=(-1, -2))}, _NUMBERS)),
    "no dimension": _given(safe({"a": part(0, 4, ())}, _NUMBERS[:4])),
    "a hundred thousand dimensions": _given(safe({"a": part(shape=[1] * 100_000 + [2])}, _NUMBERS)),
    "an empty dimension": _given(safe({"a": part(0, 0, (0, 2))})),
    "an unknown type": _given(safe({"a": part(dtype="F31")}, _NUMBERS)),
    "eight-bit floats": _given(safe({"a": part(dtype="F8_E4M3", shape=(8,))}, _NUMBERS)),
    "complex numbers": _given(safe({"a": part(dtype="C64", shape=(1,))}, _NUMBERS)),
    "whole numbers": _given(safe({"a": part(dtype="I64", shape=(1,))}, _NUMBERS)),
    "truth values": _given(safe({"a": part(dtype="BOOL", shape=(8,))}, _NUMBERS)),
    "not a number": _given(safe({"a": _PART}, struct.pack("<2f", 1, float("nan")))),
    "infinity": _given(safe({"a": _PART}, struct.pack("<2f", 1, float("inf")))),
    "metadata of numbers": _given(safe({"__metadata__": {"ss_steps": 5}, "a": _PART}, _NUMBERS)),
    "metadata that is a list": _given(safe({"__metadata__": [], "a": _PART}, _NUMBERS)),
    "metadata only": _given(safe({"__metadata__": {"format": "pt"}})),
    "an embedding and a stranger": _given(safe({"emb_params": _PART, "stranger": _TWO}, _NUMBERS * 2)),
    "a bundle in a bundle in a bundle": _given(safe({_NESTED: part(dtype="I64", shape=(1,))}, _NUMBERS)),
    "a bundle of whole numbers": _given(safe({"bundle_emb.a.clip_l": part(dtype="I64", shape=(1,))}, _NUMBERS)),
    "thousands of tensors": _given(safe(_MANY)),
    "16 million vectors": lambda _: safe({"a": part(0, 2**26 - 512, (2**24 - 128, 1))}, b"\0" * (2**26 - 512)),
    "more vectors than anybody has": _given(safe({"a": part(0, 2**16 * 4, (2**16, 1))}, b"\0" * 2**18)),
    "a file of 65 MB": lambda _: safe({"a": part(0, 65 * 2**20, (65 * 2**18,))}, b"\0" * (65 * 2**20)),
}  # fmt: skip

"""What can be wrong with a stranger's file, and what should be known of one that is good, as data."""

from typing import Literal

import msgspec

LARGEST_WORD_FILE = 64 * 2**20
"""Bytes of a file that may be an embedding."""
LARGEST_HYPERNETWORK_FILE = 512 * 2**20
"""Bytes; the web UI's usual one for SD 1 has 88 MB."""
FileReason = Literal[
    # Not read
    "unsafe", "empty", "damaged", "not_a_file", "cannot_open", "unreadable", "too_large", "out_of_time",
    "out_of_memory",
    # Something else
    "unknown_kind", "web_page", "lfs_pointer", "other_archive", "empty_zip", "gguf", "lora", "hypernetwork",
    "optimizer", "model", "other_pickle", "big_endian", "other_records",
    # No embedding, or one that is of no use here
    "no_embedding", "more_than_an_embedding", "several_parts", "several_words", "uneven_parts", "second_half", "half",
    "output_only", "other_encoder", "layers", "other_width",
    # Its numbers
    "no_vectors", "not_vectors", "too_many_vectors", "whole_numbers", "odd_numbers", "not_finite",
    # Pictures
    "picture_plain", "picture_lossy", "picture_format", "picture_large", "picture_damaged",
    # ZIPs
    "zip_bomb", "zip_files", "zip_names", "zip_long_names", "zip_link", "zip_doubles", "zip_password", "zip_packing",
    "zip_nothing", "zip_useless", "left_unread",
    # The hub
    "hub_unreachable", "hub_no_file",
    # Formats that cannot carry it
    "format_one_encoder", "format_two_encoders", "format_picture", "format_vectors", "format_name",
]  # fmt: skip
FileNote = Literal["in_lora", "part_unused", "output_unused", "called", "joined"]


class FileFault(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Why a file, or a format, does not do."""

    reason: FileReason
    name: str = ""
    """What it is about: a part, a text encoder, an archive's kind."""
    count: int = 0
    """A limit, or how many there are."""
    other: int = 0
    """How many there should be."""


class Remark(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What a person should know of a file that was read."""

    note: FileNote
    name: str = ""
    """The part, the word inside, the other file."""

"""How names are compared: lookup, suggestions, what is taken, files and styles all go by `key`.

SQLite's own NOCASE knows ASCII only, so rows keep the key beside the name.
"""

import unicodedata


def spelled(text: str) -> str:
    """A typed name as it is kept: some keyboards write the same letters in other characters."""
    return unicodedata.normalize("NFKC", text).strip()


def key(name: str) -> str:
    """Equal for names that differ in case or in how their letters are written; `ä` is not `a`, nor `ı` `i`."""
    return unicodedata.normalize("NFKC", spelled(name).casefold())


def same(name: str, other: str) -> bool:
    return key(name) == key(other)

"""Texts that nobody writes by accident."""

from hypothesis import strategies as st

PIECES = ("(", ")", "[", "]", ":", "|", "\\", "AND", "BREAK", ",", "<", ">", "0", ".9", " ", "\n", "a", "é")
HOSTILE = st.lists(st.sampled_from(PIECES), max_size=120).map("".join)
LONG_HOSTILE = st.tuples(HOSTILE, st.integers(1, 4000)).map(lambda pair: (pair[0] * pair[1])[:4000])

WORDS = st.text(alphabet="abc XYZ,.-é1", max_size=12)
"""Text without any syntax."""

LONG = {
    "open": lambda size: "(" * size,
    "open and text": lambda size: "(a" * (size // 2),
    "closed": lambda size: "a)" * (size // 2),
    "crossed": lambda size: "([a)]" * (size // 5),
    "weights": lambda size: "(" * (size // 4) + "a" + ":9)" * (size // 4 - 1),
    "alternations": lambda size: "[a|b]" * (size // 5),
    "bars": lambda size: "[" + "|" * (size - 2) + "]",
    "nested alternations": lambda size: "[|" * (size // 3) + "]" * (size // 3),
    "nested changes": lambda size: "[" * (size // 4 - 1) + "a" + ":1]" * (size // 4 - 1),
    "many texts": lambda size: "[" + "9|" * (size // 40) + "|" * (size // 20) + "]" + "(" * (size - size // 10 - 2),
    "changes": lambda size: "".join(f"[a:{step:03}]" for step in range(size // 14)) + "[b|c]" * (size // 10),
    "invalid groups": lambda size: "[a:b]" * (size // 5),
    "nested invalid groups": lambda size: "[a:" * (size // 4) + "]" * (size // 4),
    "colons": lambda size: ": " * (size // 2),
    "digits": lambda size: "(:" + "1" * (size - 2),
    "backslashes": lambda size: "\\" * size,
    "breaks": lambda size: "BREAK " * (size // 6),
    "parts": lambda size: "a AND " * (size // 6),
    "tags": lambda size: "<a:" * (size // 3),
}
"""Texts of up to `size` characters, by their shape."""

"""Numbers as prompts write them."""

NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
"""A regular expression without groups: a sign, digits, a decimal point; no exponent."""


def clamped(value: float, bound: float) -> float:
    """The number of [-bound, bound] nearest to `value`, which may be infinite: digits without end are."""
    return min(max(value, -bound), bound)

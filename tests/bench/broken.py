"""A measure that fails, for the test of what is made of it."""


def measure() -> float:
    return 1 / 0

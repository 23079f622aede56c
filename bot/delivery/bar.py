"""The bar of what takes its time."""

BAR_LENGTH = 20


def bar(step: int, steps: int) -> str:
    """Twenty blocks, as many of them full as is done."""
    full = BAR_LENGTH * step // steps if steps else 0
    return "█" * full + "░" * (BAR_LENGTH - full)

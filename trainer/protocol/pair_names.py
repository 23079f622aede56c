"""What the two files are called that are one word, one for each text encoder: the bot names both where it names one."""

_FIRST, _SECOND = "learned_embeds", "learned_embeds_2"
"""diffusers' own names; steps may follow both."""


def partner_stems(stem: str) -> list[str]:
    """What the second file of a pair may be called if the first is called `stem`."""
    return [other for other in (f"{stem}_2", stem.replace(_FIRST, _SECOND, 1)) if other != stem]

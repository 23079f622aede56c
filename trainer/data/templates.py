"""Prompt templates: lines with `[name]` and `[filewords]`."""


class BadTemplate(Exception):
    """A template cannot teach a word: none of its lines has `[name]`."""


def fill(template_line: str, name: str, words: str) -> str:
    """Prompt of one picture. File words go in first, as in the web UI, so that `[name]` works inside a caption."""
    return template_line.replace("[filewords]", words).replace("[name]", name)

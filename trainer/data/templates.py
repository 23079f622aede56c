"""Prompt templates: lines with `[name]` and `[filewords]`."""


class BadTemplate(Exception):
    """A template cannot teach a word: none of its lines has `[name]`."""


def fill(template_line: str, name: str, words: str) -> str:
    """Prompt of one picture. File words go in first, as in the web UI, so that `[name]` works inside a caption."""
    return template_line.replace("[filewords]", words).replace("[name]", name)


def read_template(text: str) -> tuple[str, ...]:
    """Lines of a template file, stripped; blank ones are dropped (the web UI trains on them as empty prompts).

    Raises BadTemplate if no line has `[name]`: nothing would be learned.
    """
    lines = tuple(stripped for line in text.removeprefix("\ufeff").splitlines() if (stripped := line.strip()))
    if not any("[name]" in line for line in lines):
        raise BadTemplate("no line of the template has [name], so that nothing would be learned")
    return lines

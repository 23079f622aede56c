"""What people read, by locale: the Fluent catalogues beside this file, and numbers rounded to what a person can use."""

import math
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from babel import Locale
from fluent.runtime import FluentBundle, FluentResource

from bot.errors import Refusal
from bot.texts.names import cut, in_code

CATALOGUES = ("en", "zh-CN")
Fact = str | int | float
LONGEST_FACT = 2000
"""Characters: the library raises above 2,500 in one value, an inner one filled in."""
LARGEST_NUMBER = 10**24
"""The library has 28 digits, three of them after the point, and raises above; a picture can say that it took so many
steps."""


@cache
def texts_for(locale: str) -> "Texts":
    """The texts of one of Discord's locales; read once each."""
    return Texts(locale)


class Texts:
    """Words messages in one language: Chinese for every `zh` locale, English for all others."""

    def __init__(self, locale: str) -> None:
        self.language = "zh-CN" if locale.lower().startswith("zh") else "en"
        self._ordinal_form = Locale.parse(self.language, sep="-").ordinal_form
        self._bundle = FluentBundle([self.language], use_isolating=False)
        catalogue = files("bot.texts").joinpath(f"{self.language}.ftl")
        self._bundle.add_resource(FluentResource(catalogue.read_text(encoding="utf-8")))

    def __call__(self, text_id: str, **facts: Fact) -> str:
        """The message with its facts filled in; a `_` in a fact's name stands for the `-` of the variable.

        Whole numbers are grouped by the language's habit; pass a number that must not be (a seed) as str.
        A fact that is too long or too large for the library is cut: what a person wrote never makes this raise.
        Raises KeyError for an unknown id, and what Fluent raises for a fact that is missing.
        """
        facts = {name: _within(fact) for name, fact in facts.items()}
        pattern = self._bundle.get_message(text_id).value if self._bundle.has_message(text_id) else None
        if pattern is None:
            raise KeyError(text_id)
        text, errors = self._bundle.format_pattern(pattern, {name.replace("_", "-"): facts[name] for name in facts})
        if errors:
            raise errors[0]
        return str(text)

    def refusal(self, refusal: Refusal) -> str:
        """One sentence for the person; what they wrote themselves stands in it as typed and does nothing."""
        facts = {name: in_code(fact) if isinstance(fact, str) else fact for name, fact in refusal.facts.items()}
        return self(refusal.text_id, **facts)

    def listing(self, items: Sequence[str], room: int, separator: str = ", ") -> str:
        """As many as fit into so many characters, and how many more there are."""
        kept: list[str] = []
        for number, item in enumerate(items, start=1):
            rest = len(items) - number
            more = len(separator) + len(self("list-more", items=rest)) if rest else 0
            if sum(len(each) + len(separator) for each in kept) + len(item) + more > room:
                break
            kept.append(item)
        left_out = len(items) - len(kept)
        return separator.join([*kept, self("list-more", items=left_out)] if left_out else kept)

    def duration(self, seconds: float) -> str:
        """Time to come, rounded: "a few seconds", "about 50 s", "about 4 min", "about 2.5 h"."""
        if seconds < 7.5:
            return self("about-moment")
        if seconds < 57.5:
            return self("about-seconds", amount=5 * round(seconds / 5))
        if seconds < 59.5 * 60:
            return self("about-minutes", amount=max(1, round(seconds / 60)))
        if seconds < 47.75 * 3600:
            return self("about-hours", amount=_whole(round(seconds / 1800) / 2))
        return self("about-days", amount=round(seconds / 86400))

    def took(self, seconds: float) -> str:
        """Time that has passed: "52 s", "1 min 52 s", "2 h 5 min"."""
        whole = max(1, round(seconds))
        if whole < 60:
            return self("took-seconds", seconds=whole)
        if whole < 3600:
            return self("took-minutes", minutes=whole // 60, seconds=whole % 60)
        return self("took-hours", hours=whole // 3600, minutes=whole % 3600 // 60)

    def place_in_line(self, place: int) -> str:
        """ "3rd in line"; 1 is the next to be taken."""
        return self("place-in-line", place=place, form=self._ordinal_form(place))

    def speed(self, seconds_per_step: float) -> str:
        """ "12 steps a second", or "3.2 s a step" for models that are slower than that."""
        if seconds_per_step > 1:
            return self("speed-seconds-a-step", speed=_two_figures(seconds_per_step))
        return self("speed-steps-a-second", speed=_two_figures(1 / max(seconds_per_step, 1e-3)))


def _within(fact: Fact) -> Fact:
    if not isinstance(fact, str) and abs(fact) <= LARGEST_NUMBER:
        return fact
    return cut(str(fact), LONGEST_FACT)


def loss(value: float) -> str:
    """Three decimals, and more only where three would show nothing: "0.104", "0.00123"."""
    return f"{value:.3f}" if abs(value) >= 0.01 else f"{value:.3g}"


def rate(value: float) -> str:
    """A learning rate as people write it: "0.005", "1e-5"."""
    return f"{value:.3g}".replace("e-0", "e-")


def _two_figures(value: float) -> Fact:
    """One decimal below ten, none above."""
    return round(value) if value >= 9.95 else _whole(round(value, 1))


def _whole(value: float) -> Fact:
    return int(value) if math.floor(value) == value else value

"""Every refusal there is, and facts for it."""

import inspect
from typing import Any, get_args

from bot.errors import Refusal


def leaves(branch: type[Refusal] = Refusal) -> list[type[Refusal]]:
    below = branch.__subclasses__()
    return [leaf for child in below for leaf in leaves(child)] if below else [branch]


def parameters(leaf: type[Refusal]) -> dict[str, inspect.Parameter]:
    if "__init__" not in vars(leaf):
        return {}
    return {name: value for name, value in inspect.signature(leaf).parameters.items() if name != "self"}


def sample(parameter: inspect.Parameter, text: str = "a`b\n@everyone") -> Any:
    if parameter.annotation is str:
        return text
    return 2 if parameter.annotation is int else get_args(parameter.annotation)[0]

"""Refusals: what Discord answers when it does not do what it was asked.

Codes and words: Discord's documentation, topics/opcodes-and-status-codes.
"""

import re
from typing import Any

Json = dict[str, Any]


class Refusal(Exception):
    """An answer of 4xx to the bot; `fault` tells whether a careful bot could have known."""

    def __init__(self, status: int, code: int, message: str, *, fault: bool = True, errors: Json | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.fault = fault
        self.errors = errors

    def body(self) -> Json:
        body: Json = {"code": self.code, "message": self.message}
        return body | {"errors": self.errors} if self.errors else body

    def sentence(self) -> str:
        """One line for the list of violations."""
        details = "; ".join(f"{path}: {words}" for path, words in _leaves(self.errors or {}, ""))
        return f"{self.status} {self.code} {self.message}" + (f" ({details})" if details else "")


def _leaves(errors: Json, path: str) -> list[tuple[str, str]]:
    found = [(path, leaf["message"]) for leaf in errors.get("_errors", [])]
    for key, inner in errors.items():
        if key != "_errors":
            found += _leaves(inner, f"{path}.{key}" if path else key)
    return found


def invalid(path: str, message: str, code: str = "SANDBOX_RULE") -> Refusal:
    """50035 with Discord's nested form; `path` is dotted, such as `components.0.custom_id`."""
    errors: Json = {"_errors": [{"code": code, "message": message}]}
    for key in reversed([part for part in re.split(r"\.", path) if part]):
        errors = {key: errors}
    return Refusal(400, 50035, "Invalid Form Body", errors=errors)


def not_found() -> Refusal:
    return Refusal(404, 0, "404: Not Found")


def unauthorized() -> Refusal:
    return Refusal(401, 0, "401: Unauthorized")


def unknown_channel(*, fault: bool = True) -> Refusal:
    return Refusal(404, 10003, "Unknown Channel", fault=fault)


def unknown_guild() -> Refusal:
    return Refusal(404, 10004, "Unknown Guild")


def unknown_message(*, fault: bool = True) -> Refusal:
    return Refusal(404, 10008, "Unknown Message", fault=fault)


def unknown_user() -> Refusal:
    return Refusal(404, 10013, "Unknown User")


def unknown_webhook(*, fault: bool = True) -> Refusal:
    return Refusal(404, 10015, "Unknown Webhook", fault=fault)


def unknown_interaction() -> Refusal:
    return Refusal(404, 10062, "Unknown interaction")


def request_too_large() -> Refusal:
    return Refusal(413, 40005, "Request entity too large")


def already_acknowledged(*, fault: bool) -> Refusal:
    return Refusal(400, 40060, "Interaction has already been acknowledged.", fault=fault)


def missing_access(*, fault: bool = True) -> Refusal:
    return Refusal(403, 50001, "Missing Access", fault=fault)


def other_author() -> Refusal:
    return Refusal(403, 50005, "Cannot edit a message authored by another user")


def empty_message() -> Refusal:
    return Refusal(400, 50006, "Cannot send an empty message")


def missing_permissions(*, fault: bool = True) -> Refusal:
    return Refusal(403, 50013, "Missing Permissions", fault=fault)


def expired_token() -> Refusal:
    return Refusal(401, 50027, "Invalid Webhook Token")


def archived_thread() -> Refusal:
    # Threads fall asleep by themselves, so a bot cannot always know.
    return Refusal(400, 50083, "Thread is archived", fault=False)


def invalid_json() -> Refusal:
    return Refusal(400, 50109, "The request body contains invalid JSON.")


def thread_exists() -> Refusal:
    return Refusal(400, 160004, "A thread has already been created for this message")

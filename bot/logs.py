"""One stream of records, for people at a terminal or as JSON lines, with every secret struck out."""

import logging
import re
import secrets
import sys
from typing import Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_SECRET = re.compile(r"[\w-]{23,28}\.[\w-]{6}\.[\w-]{27,}|(?<=/webhooks/)\d+/[\w-]+|(?<=/interactions/)\d+/[\w.-]+")
"""Bot tokens, and the tokens of webhooks and interactions in the addresses that libraries log."""


def fault_code() -> str:
    """What a person can quote of a fault of ours, and the log has beside its cause: "E-7F3A"."""
    return f"E-{secrets.token_hex(2).upper()}"


def start_logging(form: Literal["auto", "text", "json"]) -> None:
    """Sends our own and the libraries' records through one formatter to standard error."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.format_exc_info,
        _strike_secrets,
    ]
    as_text = form == "text" or (form == "auto" and sys.stderr.isatty())
    renderer = structlog.dev.ConsoleRenderer() if as_text else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("discord.gateway").setLevel(logging.WARNING)


def _strike_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {key: _SECRET.sub("…", value) if isinstance(value, str) else value for key, value in event.items()}

"""Structured logs: one JSON line an event on standard error, free of personal data."""

import logging
import sys
from typing import Any

import structlog
from structlog.typing import EventDict

from intake.security.masking import scrub


def _scrub_values(_logger: Any, _name: str, event: EventDict) -> EventDict:
    """Last line of defence: numbers, addresses and the like are masked wherever they slipped in."""
    return {key: scrub(value) if isinstance(value, str) else value for key, value in event.items()}


def start_logging(part: str, level: str = "INFO") -> None:
    """Send everything through one JSON renderer; ``part`` names the process."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _scrub_values,
    ]
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
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("aiohttp.access", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # It quotes request lines it cannot read; what fails in a handler we log ourselves.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    structlog.contextvars.bind_contextvars(part=part)

"""
Structured logs that cannot leak: one JSON object a line, and only keys on the allow-list. What people
said, tokens, addresses of people and presigned URLs have no key here, so they cannot be logged.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "service",  # every line
        "method", "code", "reason", "caller", "request_id", "ms",  # a call
        "job", "stage", "attempt", "recording", "version", "count", "seconds",  # work
        "address", "adapter", "status", "signal", "migration",  # coming and going
        "model", "tokens_in", "tokens_out", "attempts", "cost_usd",  # a call to a model elsewhere
        "error_type", "where",  # what broke, never its message
    }
)  # fmt: skip


def get_logger() -> structlog.stdlib.BoundLogger:
    return structlog.get_logger()


def configure(service: str, *, style: str = "json") -> None:
    """Log to standard output as `json` or, for people, as `console`; every line carries the service."""
    renderer = (
        structlog.dev.ConsoleRenderer(colors=False, timestamp_key="timestamp")
        if style == "console"
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            lambda _logger, _name, event: {"service": service, **event},
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            keep_allowed,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(),
    )
    # Libraries log free text, which may hold anything: only their warnings' origin is kept.
    logging.basicConfig(handlers=[_OriginOnly()], level=logging.WARNING, force=True)
    warnings.showwarning = _show_warning


def keep_allowed(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every key that is not on the allow-list, and count what was dropped."""
    return {key: value for key, value in event.items() if key in ALLOWED}


def describe(error: BaseException) -> dict[str, str]:
    """Say what broke and where, without the message: driver messages quote the data they choke on."""
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    where = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else ""
    return {"error_type": type(error).__qualname__, "where": "/".join(where.split("/")[-3:])}


class _OriginOnly(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        fields = describe(error) if error else {"where": f"{record.name}:{record.lineno}"}
        try:
            get_logger().warning(f"library {record.levelname.lower()}", **fields)
        except (OSError, ValueError):
            self.handleError(record)


def _show_warning(message: Warning | str, category: type[Warning], *_: object, **__: object) -> None:
    get_logger().warning(str(message) if category.__name__ == "DevelopmentWarning" else category.__name__)

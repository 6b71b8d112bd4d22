"""What the service logs, as lines for people or for programs. No picture and no token is ever among it."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from inkdigits.errors import printable

log = logging.getLogger("inkdigits.service")


class JsonFormatter(logging.Formatter):
    """A record as one JSON object on a line: time, level, message, and the record's `fields`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        entry: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry)


class TextFormatter(logging.Formatter):
    """A record as one line of text: time, level, message, and the record's `fields` as name=value."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        fields = (f"{name}={_plain(str(value))}" for name, value in getattr(record, "fields", {}).items())
        line = " ".join([_time(record), record.levelname.lower(), record.getMessage(), *fields])
        if not line.isprintable():
            line = printable(line)
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def log_configuration(log_format: str) -> dict[str, Any]:
    """Return the configuration of all loggers, as `logging.config.dictConfig` takes it: one stream, stderr.

    Programs are told of each request, people of those that did not go well.
    """
    filters = [] if log_format == "json" else [_is_remarkable]
    formatter = JsonFormatter if log_format == "json" else TextFormatter
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": filters}},
        "loggers": {
            "inkdigits": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
            # uvicorn tells of each process at level INFO; what matters of that is logged here.
            "uvicorn": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        },
    }


def _is_remarkable(record: logging.LogRecord) -> bool:
    """Say whether people should see a record: of requests those that were refused or failed, not each of a drawing."""
    status = getattr(record, "fields", {}).get("status", HTTPStatus.BAD_REQUEST)
    return bool(status >= HTTPStatus.BAD_REQUEST)


def _plain(value: str) -> str:
    """Return a value, in quotes where it could pass for more than one."""
    shown = printable(value)
    return json.dumps(shown, ensure_ascii=False) if re.search(r'[\s"=]', shown) else shown


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""Logs as lines of JSON with the request's id, without personal data."""

import json
import logging
from datetime import UTC, datetime

from portal.origin import origin


class JsonFormatter(logging.Formatter):
    """One line per event; the message's own arguments are all it says."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request": origin.get().request_id,
        }
        if record.exc_info:
            line["fault"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)

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


def without_query(event: dict, hint: dict) -> dict:
    """A report of a fault as it may leave the house: without what its address asks for.

    Queries hold what people search for, where they are, and tokens.
    """
    request = event.get("request", {})
    request.pop("query_string", None)
    request.pop("data", None)
    headers = request.get("headers", {})
    for name in [name for name in headers if name.lower() in ("referer", "cookie")]:
        headers.pop(name)
    if "url" in request:
        request["url"] = request["url"].partition("?")[0]
    return event

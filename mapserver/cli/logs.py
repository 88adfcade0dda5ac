"""The technical log of a server: one JSON object a line on standard error, nothing about people."""

from __future__ import annotations

import json
import logging
import os
import traceback
from datetime import UTC, datetime

__all__ = ["JsonLines", "begin_log"]


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON.

    Of a failure it tells the kind and where in the program it came up, but not what the failure says: that may
    quote a place or what somebody typed. With ANTT_DEBUG it says that too.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Write one record.

        Parameters
        ----------
        record : logging.LogRecord
            What happened.

        Returns
        -------
        str
            One line.
        """
        said = record.getMessage()
        if record.name == "antt.requests":
            return said
        if record.name.startswith("gunicorn"):
            # It puts the address, and what could not be read of a request, into what it says.
            said = str(record.msg).partition(" from ip=")[0]
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": said,
        }
        failure = record.exc_info[1] if record.exc_info else None
        if failure is not None:
            frames = traceback.extract_tb(failure.__traceback__)
            line["kind"] = type(failure).__name__
            line["at"] = [f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno}" for frame in frames]
            if os.environ.get("ANTT_DEBUG"):
                line["failure"] = str(failure)
        return json.dumps(line, ensure_ascii=False)


def begin_log(wanted: str) -> None:
    """Have the program's own log written to standard error.

    Parameters
    ----------
    wanted : str
        ``faults``, or ``requests`` for one line of each request besides.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    log = logging.getLogger("antt")
    log.handlers = [handler]
    log.propagate = False
    log.setLevel(logging.INFO if wanted == "requests" else logging.WARNING)

"""Logs that carry no names, no words of a call, no numbers and no paths below the home folder."""

from __future__ import annotations

import logging
import re
from logging.handlers import RotatingFileHandler
from pathlib import Path

from sidebyside import paths

_DIGITS = re.compile(r"\d[\d\s.-]*\d\d")
_QUOTED = re.compile(r"'[^'\n]{12,}'|\"[^\"\n]{12,}\"")


def scrub(text: str) -> str:
    """Take out what a log must not carry: long quotations, runs of three digits or more, the home folder."""
    text = text.replace(str(Path.home()), "~")
    return _DIGITS.sub("#", _QUOTED.sub("'…'", text))


class _Scrubbed(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = self.formatTime(record, "%Y-%m-%d %H:%M:%S")
        return f"{moment} {record.levelname.lower()} {record.name} {scrub(record.getMessage())}{self._cause(record)}"

    def _cause(self, record: logging.LogRecord) -> str:
        if not record.exc_info or record.exc_info[0] is None:
            return ""
        kind, _, trace = record.exc_info
        # Type and place only: an exception's own text may quote what was said or typed.
        places = []
        while trace is not None:
            code = trace.tb_frame.f_code
            places.append(f"{Path(code.co_filename).name}:{trace.tb_lineno} {code.co_name}")
            trace = trace.tb_next
        return f" [{kind.__name__}] " + " < ".join(reversed(places))


def logger(name: str) -> logging.Logger:
    """The log of one room."""
    return logging.getLogger(f"sidebyside.{name}")


def to_file() -> Path:
    """Write warnings and worse to the log's folder, 1 MB at most, readable by its owner only.

    Returns:
        The file.
    """
    file = paths.logs() / "sidebyside.log"
    file.touch(mode=0o600, exist_ok=True)
    handler = RotatingFileHandler(file, maxBytes=500_000, backupCount=1, encoding="utf-8", delay=True)
    handler.setFormatter(_Scrubbed())
    root = logging.getLogger("sidebyside")
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    root.propagate = False
    return file

"""The session's own thread: what takes time runs on it, one step after the other, and a fault in one is said."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from sidebyside.log import logger
from sidebyside.model import Trouble
from sidebyside.session.announcing import Announcer

T = TypeVar("T")

log = logger("session")


class Steps:
    """Steps of one session, in order."""

    def __init__(self, announcer: Announcer, now: Callable[[], float]) -> None:
        self._announcer = announcer
        self._now = now
        self._pool = ThreadPoolExecutor(1, "session-steps")

    def submit(self, step: Callable[..., T], *details: object) -> Future[T]:
        """Do it when all before is done; what goes wrong comes through the future."""
        return self._pool.submit(step, *details)

    def later(self, step: Callable[..., object], *details: object) -> None:
        """Do it when all before is done; a fault in it is told to a person."""
        self._pool.submit(self._run, step, *details)

    def close(self) -> None:
        """Take no more steps; those submitted still run."""
        self._pool.shutdown(wait=False)

    def _run(self, step: Callable[..., object], *details: object) -> None:
        try:
            step(*details)
        except Exception:
            log.exception("a step of the session failed")
            message = (
                "Something failed within this program. What was heard and noted so far is kept; notes and flags go on."
            )
            self._announcer.say(Trouble(at=self._now(), message=message))

"""Tells subscribers what happened, and of writes only once they are committed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from sidebyside.log import logger
from sidebyside.model import Event, Trouble

R = TypeVar("R")
log = logger("session")


class Announcer:
    """The events of one session, told to every subscriber on the thread where they happen."""

    def __init__(self) -> None:
        self._callbacks: tuple[Callable[[Event], None], ...] = ()
        self._unsaved: set[Future[Any]] = set()

    def subscribe(self, callback: Callable[[Event], None]) -> Callable[[], None]:
        """Add a subscriber; call what is returned to take it away again."""
        self._callbacks = (*self._callbacks, callback)

        def leave() -> None:
            self._callbacks = tuple(one for one in self._callbacks if one is not callback)

        return leave

    def say(self, event: Event) -> None:
        """Tell everyone. A subscriber that fails must not end the thread that listens or writes."""
        for callback in self._callbacks:
            try:
                callback(event)
            except Exception:
                log.exception("an event was not taken")

    def saved(self, write: Future[R], then: Callable[[R], None] | None = None) -> None:
        """Call `then` with what was committed, or say plainly that it could not be."""
        self._unsaved.add(write)

        def done(future: Future[R]) -> None:
            self._unsaved.discard(future)
            error = future.exception()
            if error is not None:
                log.error("a write failed: %s", type(error).__name__)
                self.say(Trouble(message=str(error)))
            elif then:
                then(future.result())

        write.add_done_callback(done)

    @property
    def all_saved(self) -> bool:
        """Whether every write so far is on disk."""
        return not self._unsaved

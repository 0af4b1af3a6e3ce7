"""The only way into Qt: what worker threads announce and what was done in the background, brought to the Qt thread."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal
from shiboken6 import isValid

from sidebyside.model import Event, Health, PartialHeard

T = TypeVar("T")
_log = logging.getLogger(__name__)

EVERY_MS = 33
"""How often events are brought over: about a picture's time on screen."""


class Announces(Protocol):
    """What events come from: a conductor."""

    def subscribe(self, callback: Callable[[Event], None]) -> Callable[[], None]: ...


def newest(events: Iterable[Event]) -> tuple[Event, ...]:
    """The events in order, without words and health that a later one in the same batch overtook."""
    kept: list[Event] = []
    seen: set[str] = set()
    for event in reversed(tuple(events)):
        key = ""
        if isinstance(event, PartialHeard):
            key = event.utterance.id
        elif isinstance(event, Health):
            key = "health"
        if key and key in seen:
            continue
        seen.add(key)
        kept.append(event)
    return tuple(reversed(kept))


class Bridge(QObject):
    """Carries events and results to the Qt thread, which itself never waits and never queries.

    `happened` carries a tuple of events, in order, at most about 30 times a second.
    """

    happened = Signal(tuple)
    _finished = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue: deque[Event] = deque()
        self._leave: Callable[[], None] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.drain)
        self._pool = ThreadPoolExecutor(3, "ui-background")
        self._closed = False
        self._finished.connect(self._deliver)

    def follow(self, source: Announces) -> None:
        """Bring this conductor's events over, and no other's."""
        self.leave()
        # The queue of this source alone: a late event of the one before must not appear among the new ones.
        self._queue = deque()
        self._leave = source.subscribe(self._queue.append)
        self._timer.start()

    def leave(self) -> None:
        """Stop following; what had already arrived is still handed on."""
        self._timer.stop()
        if self._leave is not None:
            self._leave()
            self._leave = None
            self.drain()

    def drain(self) -> None:
        """Hand on what arrived since the last time."""
        events = [self._queue.popleft() for _ in range(len(self._queue))]
        if events:
            self.happened.emit(newest(events))

    def in_background(
        self,
        work: Callable[[], T],
        done: Callable[[T], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
        owner: QObject | None = None,
    ) -> None:
        """Do `work` on another thread and hand its result, or its error, to the Qt thread.

        With `owner`, nothing is handed over once that object is gone. After `close` nothing is done any more.
        """
        if self._closed:
            return
        self.when_done(self._pool.submit(work), done, failed, owner)

    def when_done(
        self,
        future: Future[T],
        done: Callable[[T], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
        owner: QObject | None = None,
    ) -> None:
        """Hand a future's result, or its error, to the Qt thread."""
        receivers = (done, failed, owner)
        future.add_done_callback(lambda ready: self._bring(ready, receivers))

    def close(self) -> None:
        """Follow nothing more and take no more work; work under way ends by itself."""
        self.leave()
        self._closed = True
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _bring(self, future: Future[Any], receivers: tuple[Any, Any, QObject | None]) -> None:
        if isValid(self):
            self._finished.emit(future, receivers)

    def _deliver(self, future: Future[Any], receivers: tuple[Any, Any, QObject | None]) -> None:
        done, failed, owner = receivers
        if owner is not None and not isValid(owner):
            return
        try:
            result = future.result()
        except CancelledError:
            return
        except Exception as error:
            if failed is None:
                # The type alone: an error's text may hold what was said.
                _log.error("background work failed: %s", type(error).__name__)
            else:
                failed(error)
            return
        if done is not None:
            done(result)

"""The one thread that writes to the library: work goes in at one end, and what it hands back is on disk."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol, TypeVar

from sqlite_utils import Database

from sidebyside.store.faults import CLOSED, StoreFailed, worded, wording

T = TypeVar("T")
_PATIENCE = 1.0


class Chores(Protocol):
    """What the writer does around its work, in its own thread."""

    @property
    def pending(self) -> bool:
        """Whether `idle` has something to do."""

    def committed(self, db: Database) -> None:
        """After each commit, before it is acknowledged."""

    def rolled_back(self) -> None:
        """After each piece of work that failed."""

    def idle(self, db: Database) -> None:
        """Once nothing was asked for a second while something is pending, and at the end."""


class Writer:
    """Runs pieces of work in order, each in one transaction, on the only connection that may write."""

    def __init__(self, opener: Callable[[], Database], chores: Chores) -> None:
        """Starts the thread and waits until `opener` has run in it; raises what `opener` raised."""
        self._chores = chores
        self._work: queue.SimpleQueue[Callable[[Database], None] | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        opened: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, args=(opener, opened), name="store-writer", daemon=True)
        self._thread.start()
        try:
            opened.result()
        except BaseException:
            self._closed = True
            self._thread.join()
            raise

    def submit(self, work: Callable[[Database], T]) -> Future[T]:
        """Queues a piece of work. The future gives its result once it is committed, or its error once undone.

        Callbacks run in the writer's thread: they must return at once.
        """
        future: Future[T] = Future()

        def job(db: Database) -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = self._commit(db, work)
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)

        with self._gate:
            if self._closed:
                future.set_exception(StoreFailed(CLOSED))
            else:
                self._work.put(job)
        return future

    def close(self) -> None:
        """Finishes all queued work, closes the connection and joins the thread; a second call does nothing."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._work.put(None)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _commit(self, db: Database, work: Callable[[Database], T]) -> T:
        try:
            with wording(), db.atomic():
                result = work(db)
        except BaseException:
            self._chores.rolled_back()
            raise
        self._chores.committed(db)
        return result

    def _run(self, opener: Callable[[], Database], opened: Future[None]) -> None:
        try:
            db = opener()
        except BaseException as error:
            opened.set_exception(worded(error) or error if isinstance(error, Exception) else error)
            return
        opened.set_result(None)
        try:
            while (job := self._next(db)) is not None:
                job(db)
            if self._chores.pending:
                self._chores.idle(db)
        finally:
            db.close()

    def _next(self, db: Database) -> Callable[[Database], None] | None:
        while True:
            try:
                return self._work.get(timeout=_PATIENCE if self._chores.pending else None)
            except queue.Empty:
                self._chores.idle(db)

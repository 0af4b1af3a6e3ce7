"""A session on a real library, and all that it announced."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sidebyside.audio.clock import SessionClock
from sidebyside.model import (
    Agreement,
    Event,
    Layout,
    Listening,
    ListeningChanged,
    SessionRecord,
    Utterance,
    UtteranceSaved,
)
from sidebyside.session.conductor import Conductor
from sidebyside.session.plan import SitDown, begin_session
from sidebyside.session.sources import OpenSource, sound_file
from sidebyside.speech.messages import Plan
from sidebyside.store.library import Library

E = TypeVar("E", bound=Event)


@contextmanager
def lasting(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is ended with the block, should it still run."""
    try:
        yield process
    finally:
        process.kill()
        process.wait()


class Seat:
    """One conductor, and its events in the order in which they were announced."""

    def __init__(self, conductor: Conductor, library: Library) -> None:
        self.conductor = conductor
        self.library = library
        self.events: list[Event] = []
        self._came = threading.Condition()
        self.file_over = threading.Event()
        conductor.subscribe(self._take)
        conductor.on_source_end = self.file_over.set

    def _take(self, event: Event) -> None:
        with self._came:
            self.events.append(event)
            self._came.notify_all()

    def wait(self, wanted: Callable[[], Any], timeout: float = 60.0) -> Any:
        """Wait until `wanted` is true after some event, and return what it gave."""
        with self._came:
            assert self._came.wait_for(wanted, timeout), f"not within {timeout} s; events: {self.events[-5:]}"
            return wanted()

    def of(self, kind: type[E]) -> list[E]:
        with self._came:
            return [event for event in self.events if isinstance(event, kind)]

    def wait_for(self, kind: type[E], *, count: int = 1, timeout: float = 60.0) -> E:
        """Wait for so many events of a kind; the last of them."""
        self.wait(lambda: len(self.of(kind)) >= count, timeout)
        return self.of(kind)[count - 1]

    def wait_listening(self, listening: Listening, timeout: float = 60.0) -> None:
        self.wait(lambda: self.conductor.listening is listening, timeout)

    @property
    def listenings(self) -> list[Listening]:
        return [event.listening for event in self.of(ListeningChanged)]

    @property
    def heard(self) -> dict[str, Utterance]:
        """The utterances that were announced, as they stand."""
        return {event.utterance.id: event.utterance for event in self.of(UtteranceSaved)}

    def heard_out(self) -> None:
        """Wait until the file was played to its end."""
        assert self.file_over.wait(120), "the file was not heard to its end"

    def ended(self) -> SessionRecord:
        """End the session, and what is kept of it."""
        return self.record(self.conductor.end().result(120).id)

    @property
    def kept(self) -> SessionRecord:
        return self.record(self.conductor.session.id)

    def record(self, session_id: str) -> SessionRecord:
        return self.library.record(session_id)


class Sit:
    """Makes sessions on one library."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._seats: list[Seat] = []

    def __call__(
        self,
        sound: Path | OpenSource | None,
        *,
        speed: float = 0.0,
        agreed: Agreement = Agreement.TEXT,
        second_pass: bool = False,
        library: Library | None = None,
    ) -> Seat:
        session = begin_session(SitDown(rep="Maria", layout=Layout.STEREO, agreed=agreed))
        plan = Plan(
            sides=(*Layout.STEREO.sides, *Layout.MONO.sides),
            engine="moonshine",
            second_pass=second_pass,
            live=speed > 0 or not isinstance(sound, Path),
        )
        seat = Seat(
            Conductor(
                session,
                library or self._library,
                plan if sound else None,
                sound_file(sound, Layout.STEREO) if isinstance(sound, Path) else sound,
                clock=SessionClock(speed=speed) if isinstance(sound, Path) else None,
                paced=speed > 0 or not isinstance(sound, Path),
            ),
            library or self._library,
        )
        self._seats.append(seat)
        return seat

    def end_all(self) -> None:
        for seat in self._seats:
            if seat.conductor.listening is not Listening.ENDED:
                seat.conductor.end().exception(120)

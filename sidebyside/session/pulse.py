"""The pulse of a session: proof of life a few times a second, and the numbers that time has shown to be harmless."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sidebyside.audio.source import Source
from sidebyside.log import logger
from sidebyside.model import Health, SpeechState
from sidebyside.session.hearing import Hearing

PULSE = 0.25
"""Seconds between two proofs of life."""
JOIN = 5.0
"""Seconds that stopping waits for a beat under way, whose subscribers may take their time."""

log = logger("session")


class Pulse:
    """A thread that beats until it is stopped."""

    def __init__(self, beat: Callable[[], None]) -> None:
        self._beat = beat
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="session-pulse", daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def stop(self) -> None:
        """Beat no more; what is under way is waited for."""
        self._over.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(JOIN)

    def _run(self) -> None:
        while not self._over.wait(PULSE):
            try:
                self._beat()
            except Exception:
                # The next beat may go well; without any, a person would think that everything stands still.
                log.exception("a beat of the session failed")


def health(now: float, hearing: Hearing | None, source: Source | None, saved: bool) -> Health:
    """How sound, words and disk stand at this moment."""
    if hearing is None or source is None:
        return Health(at=now, saved=saved)
    return Health(
        at=now,
        levels=hearing.levels,
        audio=time.monotonic() - hearing.last_sound < 2.0,
        words=hearing.state is SpeechState.READY,
        saved=saved,
        behind=round(max(0.0, hearing.speech.behind()), 2),
        overruns=source.overruns,
    )

"""The second pass: whole windows cut at real pauses, heard again with context, on a thread that yields."""

from __future__ import annotations

import contextlib
import math
import os
import queue
import sys
import threading
from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from sidebyside.model import Side
from sidebyside.speech.first_pass import Spoken
from sidebyside.speech.joining import is_believable, share_out
from sidebyside.speech.messages import Piece, Refined
from sidebyside.speech.recogniser import RATE, Heard, Refiner, Sound

LONGEST = 25.0
"""Seconds of sound in one window at most."""
CONTEXT, LONGEST_WITH_CONTEXT = 17.0, 27.5
"""Seconds of sound from before that are heard along with a window, and of both together; the engine takes 30."""
ENOUGH = 10.0
"""Seconds of speech after which a pause closes the window."""
PAUSE = 0.8
"""Seconds of quiet that count as such a pause."""
PATIENCE = 3.0
"""Seconds of quiet that close a window however short it is."""
SPACE = np.zeros(int(0.4 * RATE), dtype=np.float32)
"""Put between two utterances that stand far apart, so that their words do not run together."""

NOTHING = Heard(text="", no_speech=1.0, log_probability=-math.inf, compression=0.0)


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """Utterances of one side that are heard again together."""

    epoch: int
    side: Side
    spoken: tuple[Spoken, ...]
    closed_at: float


class Windows:
    """Gathers finished utterances of each side and closes windows at pauses. Not thread-safe."""

    def __init__(self, sides: tuple[Side, ...]) -> None:
        self._open: dict[Side, list[Spoken]] = {side: [] for side in sides}

    def add(self, spoken: Spoken) -> list[Window]:
        """Take an utterance; what was open closes first where both would be too long together."""
        pending = self._open[spoken.side]
        closed = []
        if pending and _seconds(pending) + len(spoken.sound) / RATE > LONGEST:
            closed.append(self._close(spoken.side, spoken.start))
        self._open[spoken.side].append(spoken)
        return closed

    def quiet(self, side: Side, now: float) -> list[Window]:
        """Nobody talks on this side at session time `now`: close its window where it is time."""
        pending = self._open[side]
        if not pending:
            return []
        pause = now - pending[-1].end
        if pause >= PATIENCE or (pause >= PAUSE and _seconds(pending) >= ENOUGH):
            return [self._close(side, now)]
        return []

    def flush(self, now: float) -> list[Window]:
        """Close all."""
        return [self._close(side, now) for side, pending in self._open.items() if pending]

    def drop(self) -> None:
        """Forget all."""
        for pending in self._open.values():
            pending.clear()

    def needed_from(self, side: Side) -> float | None:
        """Start of the oldest utterance that still waits here."""
        pending = self._open[side]
        return pending[0].start if pending else None

    def _close(self, side: Side, now: float) -> Window:
        pending = tuple(self._open[side])
        self._open[side].clear()
        return Window(epoch=pending[0].epoch, side=side, spoken=pending, closed_at=now)


def _seconds(spoken: Sequence[Spoken]) -> float:
    return sum(len(one.sound) for one in spoken) / RATE


def joined_sound(spoken: Sequence[Spoken]) -> Sound:
    """Utterances in a row, with a little silence where they stood apart."""
    parts: list[Sound] = []
    for one in spoken:
        if parts:
            parts.append(SPACE)
        parts.append(one.sound)
    return np.concatenate(parts)


def refine(refiner: Refiner, window: Window, before: Sequence[Spoken] = ()) -> tuple[Piece, ...]:
    """Hear a window again; where the second pass is not to be believed, the first pass' words stand.

    Args:
        refiner: the engine.
        window: what is to be refined.
        before: refined utterances from just before it, heard along for their context: on a telephone line this saved a
            quarter of the errors. Their own words are settled and not said again.
    """
    spoken = (*before, *window.spoken)
    firsts = [one.text for one in spoken]
    try:
        heard = refiner.refine(joined_sound(spoken))
    except Exception:
        # One stretch that it cannot take must not end the pass: what was heard first stands.
        heard = NOTHING
    texts = share_out(heard.text, firsts) if is_believable(heard, " ".join(firsts)) else firsts
    return tuple(
        # An utterance left without words keeps those of the first pass: better twice than lost.
        Piece(id=one.id, text=text or one.text, start=one.start, end=one.end)
        for one, text in zip(window.spoken, texts[len(before) :], strict=True)
    )


class Context:
    """The last refined utterances of each side, to be heard along with the next window."""

    def __init__(self) -> None:
        self._kept: dict[Side, list[Spoken]] = {}

    def before(self, window: Window) -> tuple[Spoken, ...]:
        """What goes with this window: as much as fits, newest first to stay, in order."""
        room = min(CONTEXT, LONGEST_WITH_CONTEXT - _seconds(window.spoken))
        chosen: list[Spoken] = []
        for one in reversed(self._kept.get(window.side, [])):
            room -= len(one.sound) / RATE + len(SPACE) / RATE
            if room < 0:
                break
            chosen.insert(0, one)
        return tuple(chosen)

    def add(self, window: Window, pieces: Sequence[Piece]) -> None:
        """Keep a refined window for the next one."""
        refined = [
            msgspec.structs.replace(one, text=piece.text) for one, piece in zip(window.spoken, pieces, strict=True)
        ]
        kept = [*self._kept.get(window.side, []), *refined]
        while len(kept) > 1 and _seconds(kept[1:]) > CONTEXT:
            kept.pop(0)
        self._kept[window.side] = kept

    def forget(self) -> None:
        """A call ended, or nobody is to listen: keep nothing of it."""
        self._kept.clear()


class SecondPass:
    """The thread that refines windows in order; it starts none while the first pass is behind."""

    def __init__(self, refiner: Refiner, say: Callable[[Refined], None]) -> None:
        self._refiner = refiner
        self._say = say
        self._queue: queue.SimpleQueue[Window | Callable[[], None]] = queue.SimpleQueue()
        self._waiting: list[Window] = []
        self._lock = threading.Lock()
        self._may_run = threading.Event()
        self._may_run.set()
        self._epoch = 0
        self._context = Context()
        self._thread = threading.Thread(target=self._run, name="second-pass", daemon=True)
        self._thread.start()

    def add(self, window: Window) -> None:
        """Queue a closed window."""
        with self._lock:
            self._waiting.append(window)
        self._queue.put(window)

    def yield_to_first(self, behind: bool) -> None:
        """Hold back while the first pass is behind."""
        if behind:
            self._may_run.clear()
        else:
            self._may_run.set()

    def drop(self, epoch: int) -> None:
        """Results of older epochs are not said."""
        with self._lock:
            self._epoch = epoch
            self._waiting.clear()
            self._context.forget()

    def needed_from(self, side: Side) -> float | None:
        """Start of the oldest utterance of this side that waits here."""
        with self._lock:
            return next((one.spoken[0].start for one in self._waiting if one.side == side), None)

    def then(self, call: Callable[[], None]) -> None:
        """The call ended: call back, on this pass' thread, once all windows so far were refined or dropped."""
        self._queue.put(call)

    def _run(self) -> None:
        if sys.platform != "win32":
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
        while True:
            item = self._queue.get()
            if isinstance(item, Window):
                self._refine(item)
            else:
                with self._lock:
                    self._context.forget()
                item()

    def _refine(self, window: Window) -> None:
        self._may_run.wait()
        if window.epoch < self._epoch:
            return
        with self._lock:
            before = self._context.before(window)
        pieces = refine(self._refiner, window, before)
        with self._lock:
            if window.epoch < self._epoch:
                return
            self._context.add(window, pieces)
            self._say(
                Refined(
                    epoch=window.epoch,
                    side=window.side,
                    until=window.spoken[-1].end,
                    closed_at=window.closed_at,
                    pieces=pieces,
                )
            )
            self._waiting.remove(window)

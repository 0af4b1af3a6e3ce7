"""The parent's end of the speech process: feeds it, keeps sound until it is refined, and replays it after a crash."""

from __future__ import annotations

import contextlib
import multiprocessing
import queue
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from sidebyside.errors import SpeechFailed
from sidebyside.log import logger
from sidebyside.model import Side, SpeechState, Stage
from sidebyside.speech import messages, worker
from sidebyside.speech.messages import (
    Drop,
    Flush,
    Flushed,
    FromChild,
    Gone,
    Plan,
    Progress,
    Refined,
    Settled,
    ShowLeftOut,
    State,
    Words,
)
from sidebyside.speech.recogniser import RATE, Sound

KEPT = 600.0
"""Seconds of sound kept in memory at most, for a second pass that is far behind."""
TRIES = 5
"""Deaths in a row without getting any further, after which we give up."""

log = logger("speech")


class Pipe(Protocol):
    """One end of a pipe; its class differs from system to system."""

    def recv_bytes(self) -> bytes: ...

    def send_bytes(self, buf: bytes, /) -> None: ...


class SpeechProcess:
    """One child process for one session, restarted when it dies.

    `on_message` is called on the reader thread, in order. Words of an older epoch are not passed on.
    """

    def __init__(self, plan: Plan, on_message: Callable[[FromChild], None], native_log: Path | None = None) -> None:
        self._plan = plan
        self._on_message = on_message
        self._native_log = str(native_log) if native_log else ""
        self._lock = threading.RLock()
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._kept: deque[messages.Sound] = deque()
        self._finals: dict[str, Words] = {}
        self._shown: dict[str, Words] = {}
        self._refined: dict[Side, float] = {}
        self._flushing = False
        self._left_out = False
        self._flushed = threading.Event()
        self._stopping = threading.Event()
        self._ready = threading.Event()
        self._room = threading.Condition(self._lock)
        self._decoded: dict[Side, float] = {}
        self._newest: dict[Side, float] = {}
        self._furthest: dict[tuple[int, Side], float] = {}
        self._process: Any = None
        self._reader = threading.Thread(target=self._live, name="speech-reader", daemon=True)
        self.epoch = 0
        self.failed = False

    @property
    def pid(self) -> int | None:
        """The child's process id while it lives."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Begin loading; `State` messages tell how it goes."""
        self._reader.start()

    def wait_ready(self, timeout: float) -> bool:
        """Wait until the engines are loaded, or loading has failed for good (then False)."""
        self._ready.wait(timeout)
        return self._ready.is_set() and not self.failed

    def hear(self, side: Side, at: float, sound: Sound) -> None:
        """Take a block of mono 16 kHz sound that begins at session time `at`. Never waits."""
        with self._lock:
            if self.failed or self._stopping.is_set():
                return
            message = messages.Sound(self.epoch, side, at, sound.tobytes())
            self._kept.append(message)
            self._decoded.setdefault(side, at)
            self._newest[side] = at + len(sound) / RATE
            while self._kept and self._kept[-1].at - self._kept[0].at > KEPT:
                self._kept.popleft()
            self._outbox.put(messages.encode(message))

    def wait_for_room(self, seconds: float) -> None:
        """Wait while more than `seconds` of sound are not decoded yet: the brake for files without a pace."""
        with self._room:
            self._room.wait_for(lambda: self.failed or self._stopping.is_set() or self.behind() < seconds)

    def behind(self) -> float:
        """Seconds between the newest sound and the newest decoded sound."""
        with self._lock:
            return max((end - self._decoded.get(side, end) for side, end in self._newest.items()), default=0.0)

    def flush(self, timeout: float) -> bool:
        """Finish all that was heard; whether everything was answered in time, or dropped meanwhile."""
        with self._lock:
            if self.failed or self._stopping.is_set() or not self._reader.is_alive():
                return False
            self._flushed.clear()
            self._flushing = True
            self._outbox.put(messages.encode(Flush(self.epoch)))
        done = self._flushed.wait(timeout)
        with self._lock:
            self._flushing = False
        return done and not self.failed

    def show_left_out(self, on: bool) -> None:
        """Have what the gate leaves out said as `Aside` messages, or no longer."""
        with self._lock:
            self._left_out = on
            self._outbox.put(messages.encode(ShowLeftOut(on)))

    def drop(self) -> None:
        """Do not listen: wipe what is kept and drop all results under way. Begins a new epoch."""
        with self._lock:
            self.epoch += 1
            self._wipe()
            self._outbox.put(messages.encode(Drop(self.epoch)))
            self._room.notify_all()
            if self._flushing:
                # Nothing is left to be finished, and an answer of the old epoch would not be heeded.
                self._flushing = False
                self._flushed.set()

    def forget(self, before: float) -> None:
        """A call that ended at this session time was flushed: keep no sound and no words of it."""
        with self._lock:
            while self._kept and self._kept[0].at < before:
                self._kept.popleft()
            self._finals = {key: words for key, words in self._finals.items() if words.start >= before}

    def _wipe(self) -> None:
        self._kept.clear()
        self._finals.clear()
        self._shown.clear()
        self._decoded.clear()
        self._newest.clear()
        self._refined.clear()

    def stop(self, timeout: float = 5.0) -> None:
        """End the child and the threads. What was not flushed is lost."""
        self._stopping.set()
        with self._lock:
            self._wipe()
            self._room.notify_all()
            self._outbox.put(None)
            process = self._process
        if process is not None and process.is_alive():
            process.terminate()
        if self._reader.is_alive() and self._reader is not threading.current_thread():
            self._reader.join(timeout)

    # --- the reader thread: lives as long as the session, through any number of children ---

    def _live(self) -> None:
        deaths = 0
        while not self._stopping.is_set():
            got_on = self._one_life()
            if self._stopping.is_set() or self.failed:
                break
            deaths = 1 if got_on else deaths + 1
            if deaths >= TRIES:
                self._give_up("Speech recognition keeps stopping. Notes and flags go on; nothing noted was lost.")
                break
            log.warning("speech process died; starting it again")
            self._withdraw_partials()
            self._tell(State(state=SpeechState.RESTARTING, message="Words stopped for a moment; they are coming back."))
        self._ready.set()
        self._flushed.set()

    def _one_life(self) -> bool:
        """Serve one child until it ends; whether it got further than the one before."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=worker.main, args=(theirs, self._native_log), name="sidebyside-speech", daemon=True
        )
        try:
            process.start()
        except Exception as error:
            # Whatever it is, it must be said: nobody would wait for words that never come.
            log.exception("the speech process did not start")
            ours.close()
            theirs.close()
            why = getattr(error, "strerror", None) or type(error).__name__
            self._give_up(f"Speech recognition could not be started ({why}). Notes and flags go on.")
            return False
        theirs.close()
        with self._lock:
            self._process = process
            outbox = self._replay()
            if self._stopping.is_set():
                # `stop` came while it was being started, and found nothing to end.
                process.terminate()
        sender = threading.Thread(target=_send, args=(ours, outbox), name="speech-sender", daemon=True)
        sender.start()
        got_on = self._receive(ours)
        with self._lock:
            outbox.put(None)
            self._outbox = queue.SimpleQueue()
            self._process = None
        process.join(2.0)
        if process.is_alive():
            process.kill()
            process.join()
        sender.join()
        ours.close()
        return got_on

    def _replay(self) -> queue.SimpleQueue[bytes | None]:
        """A new outbox that begins with all the new child must know."""
        outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        outbox.put(messages.encode(self._plan))
        if self.epoch:
            outbox.put(messages.encode(Drop(self.epoch)))
        if self._left_out:
            outbox.put(messages.encode(ShowLeftOut(True)))
        self._decoded.clear()
        for sound in self._kept:
            self._decoded.setdefault(sound.side, sound.at)
        for words in sorted(self._finals.values(), key=lambda one: one.start):
            known = Settled(
                epoch=self.epoch, side=words.side, id=words.id, start=words.start, end=words.end, text=words.text
            )
            outbox.put(messages.encode(known))
        for sound in self._kept:
            outbox.put(messages.encode(sound))
        if self._flushing:
            outbox.put(messages.encode(Flush(self.epoch)))
        self._outbox = outbox
        return outbox

    def _receive(self, pipe: Pipe) -> bool:
        got_on = False
        while True:
            try:
                message = messages.from_child(pipe.recv_bytes())
            except (EOFError, OSError):
                return got_on
            got_on = got_on or self._is_further(message)
            self._take(message)
            if self.failed:
                return got_on

    def _is_further(self, message: FromChild) -> bool:
        """Whether a child got further than any before: ready for the first time, or more sound decoded.

        Sound that kills every child that hears it must not keep us starting new ones for ever.
        """
        if isinstance(message, Progress):
            with self._lock:
                furthest = self._furthest.get((message.epoch, message.side), -1.0)
                self._furthest[message.epoch, message.side] = max(furthest, message.decoded)
            return message.decoded > furthest
        return isinstance(message, State) and message.state is SpeechState.READY and not self._ready.is_set()

    def _take(self, message: FromChild) -> None:
        with self._lock:
            if not isinstance(message, State) and message.epoch != self.epoch:
                return
            match message:
                case Words(stage=Stage.FINAL):
                    self._shown.pop(message.id, None)
                    self._finals[message.id] = message
                case Words():
                    self._shown[message.id] = message
                case Gone(id=gone):
                    self._finals.pop(gone, None)
                case Refined():
                    for piece in message.pieces:
                        self._finals.pop(piece.id, None)
                case Progress(side=side, decoded=decoded, refined=refined):
                    self._decoded[side] = decoded
                    self._refined[side] = refined
                    self._trim()
                    self._room.notify_all()
                    if not self._plan.second_pass:
                        self._finals.clear()
        self._tell(message)
        if isinstance(message, Flushed):
            self._flushed.set()
        elif isinstance(message, State) and message.state is SpeechState.READY:
            self._ready.set()
        elif isinstance(message, State) and message.state is SpeechState.FAILED:
            self._give_up("", told=True)

    def _trim(self) -> None:
        """Drop sound that every side has refined; the deque is in order of time, so look at its head only."""
        while self._kept:
            head = self._kept[0]
            if head.at + len(head.samples) / 4 / RATE > self._refined.get(head.side, 0.0):
                return
            self._kept.popleft()

    def _withdraw_partials(self) -> None:
        with self._lock:
            shown = list(self._shown.values())
            self._shown.clear()
        for words in shown:
            self._tell(_withdrawn(words))

    def _give_up(self, why: str, *, told: bool = False) -> None:
        with self._lock:
            self.failed = True
            self._wipe()
            self._room.notify_all()
        self._ready.set()
        self._flushed.set()
        if not told:
            self._tell(State(state=SpeechState.FAILED, message=why))

    def _tell(self, message: FromChild) -> None:
        try:
            self._on_message(message)
        except Exception:
            # One bad message must not end the thread that all later words come through.
            log.exception("a message of the speech process was not taken")


def _withdrawn(words: Words) -> Words:
    return Words(
        epoch=words.epoch,
        side=words.side,
        id=words.id,
        start=words.start,
        end=words.end,
        text="",
        stage=Stage.PARTIAL,
    )


def _send(pipe: Pipe, outbox: queue.SimpleQueue[bytes | None]) -> None:
    while (raw := outbox.get()) is not None:
        with contextlib.suppress(OSError, ValueError):
            pipe.send_bytes(raw)


def require(speech: SpeechProcess, timeout: float) -> None:
    """Wait for a speech process that a file needs.

    Raises:
        SpeechFailed: it did not get ready.
    """
    if not speech.wait_ready(timeout):
        raise SpeechFailed("Speech recognition did not start, so nothing was transcribed. Try `sidebyside self-test`.")

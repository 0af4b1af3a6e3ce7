"""The speech process, free of Qt: loads the engines once, hears all sides, and answers over its pipe."""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from sidebyside.errors import SideBySideError
from sidebyside.model import Side, SpeechState
from sidebyside.speech import messages
from sidebyside.speech.first_pass import TOO_FAR_BEHIND, FirstPass, Spoken
from sidebyside.speech.messages import Drop, Flush, Flushed, FromChild, Plan, Progress, Settled, ShowLeftOut, State
from sidebyside.speech.model_store import hold, verify
from sidebyside.speech.recogniser import RATE, Recogniser
from sidebyside.speech.replay import Replay
from sidebyside.speech.second_pass import SecondPass, Window, Windows

BLOCK = 0.064
"""Seconds of sound a message carries, about: enough to tell from the queue's length how far behind we are."""
PROGRESS_EVERY = 0.25
"""Seconds of sound between two reports of progress."""


def main(pipe: Connection, native_log: str) -> None:
    """Entry point of the spawned process. Returns when told to, or ends at once when the parent is gone."""
    _keep_quiet(native_log)
    Worker(pipe).run()


def _keep_quiet(native_log: str) -> None:
    """No core dumps, and what native code prints goes to its log: neither may carry a caller's words to disk."""
    if sys.platform != "win32":
        import resource
        import signal

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        # Ctrl+C is for the parent, which stops us in order.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        target = os.open(native_log or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(target, 2)
        os.close(target)


def load_engine(plan: Plan) -> Recogniser:
    """The first pass that was asked for.

    Raises:
        NoSuchEngine: it is not there, or its weights are not.
    """
    folder = Path(plan.first_model) if plan.first_model else None
    if folder:
        verify(folder)
        hold(folder)
    if plan.engine == "vosk":
        from sidebyside.speech.vosk import VoskRecogniser

        return VoskRecogniser(folder or Path("(no folder chosen)"))
    if folder and (folder / "streaming_config.json").is_file():
        from sidebyside.speech.moonshine_streaming import MoonshineStreamingRecogniser

        return MoonshineStreamingRecogniser(folder)
    from sidebyside.speech.moonshine import MoonshineRecogniser

    return MoonshineRecogniser(folder)


class Worker:
    """Reads the pipe on one thread, decodes the first pass on the main one, the second on a third."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._sending = threading.Lock()
        self._inbox: queue.Queue[bytes | None] = queue.Queue()
        self._epoch = 0
        self._newest: dict[Side, float] = {}
        self._reported: dict[Side, float] = {}

    def run(self) -> None:
        """Serve until the pipe closes."""
        threading.Thread(target=self._read, name="speech-inbox", daemon=True).start()
        first = self._inbox.get()
        plan = messages.to_child(first) if first is not None else None
        if not isinstance(plan, Plan):
            return
        self._say(State(state=SpeechState.LOADING))
        try:
            engine = load_engine(plan)
        except SideBySideError as error:
            self._say(State(state=SpeechState.FAILED, message=str(error)))
            return
        self._sides, self._live = plan.sides, plan.live
        self._windows = Windows(plan.sides)
        self._replay = Replay()
        self._first = FirstPass(engine, plan.sides, self._say, self._spoken, live=plan.live)
        self._second, trouble = self._load_second(plan)
        names = f"{engine.name} + whisper" if self._second else engine.name
        self._say(State(state=SpeechState.READY, message=trouble, engine=names))
        self._serve()

    def _load_second(self, plan: Plan) -> tuple[SecondPass | None, str]:
        if not plan.second_pass:
            return None, ""
        try:
            from sidebyside.speech.whisper import WhisperRefiner

            folder = Path(plan.second_model) if plan.second_model else None
            return SecondPass(WhisperRefiner(folder, plan.language, plan.vocabulary), self._say), ""
        except SideBySideError as error:
            return None, str(error)
        except Exception as error:
            # Whatever ails the second pass, the first can do without it.
            return None, f"The second pass does not work here ({type(error).__name__}); live text goes on alone."

    def _read(self) -> None:
        try:
            while True:
                self._inbox.put(self._pipe.recv_bytes())
        except (EOFError, OSError):
            # The parent is gone: nobody waits for what is under way.
            os._exit(0)

    def _say(self, message: FromChild) -> None:
        with self._sending, contextlib.suppress(OSError):
            self._pipe.send_bytes(messages.encode(message))

    def _serve(self) -> None:
        while True:
            try:
                raw = self._inbox.get(timeout=0.05)
            except queue.Empty:
                raw = None
            if raw is not None:
                self._take(raw)
            else:
                self._report_rest()
            if not self._live:
                continue
            behind = self._inbox.qsize() * BLOCK / len(self._sides)
            if self._second:
                self._second.yield_to_first(behind > TOO_FAR_BEHIND)
            if behind < 2 * BLOCK:
                self._first.show_next()

    def _take(self, raw: bytes) -> None:
        message = messages.to_child(raw)
        match message:
            case messages.Sound(epoch, side, at, samples) if epoch == self._epoch:
                self._hear(side, at, np.frombuffer(samples, dtype=np.float32))
            case Settled() if message.epoch == self._epoch:
                self._replay.expect(message)
            case Flush(epoch) if epoch == self._epoch:
                self._flush()
            case Drop(epoch):
                self._drop(epoch)
            case ShowLeftOut(on):
                self._first.show_left_out(on)
            case _:
                # Of an epoch that was dropped.
                pass

    def _hear(self, side: Side, at: float, sound: np.ndarray[tuple[int], np.dtype[np.float32]]) -> None:
        known, new = self._replay.take(side, at, sound)
        for spoken in known:
            self._spoken(spoken)
        if new:
            self._first.hear(side, at, sound)
        else:
            self._first.pass_over(side, at, sound)
        end = at + len(sound) / RATE
        self._newest[side] = end
        if self._first.needed_from(side) >= end - 1.0:
            self._queue(self._windows.quiet(side, end))
        if end - self._reported.get(side, -1.0) >= PROGRESS_EVERY:
            self._report(side)

    def _report_rest(self) -> None:
        """Nothing more comes for the moment: whoever waits for the last of it must not wait for ever."""
        for side, end in self._newest.items():
            if end > self._reported.get(side, -1.0):
                self._report(side)

    def _report(self, side: Side) -> None:
        end = self._newest[side]
        self._reported[side] = end
        waiting = [self._first.needed_from(side) if self._first.heard_until(side) else end, end]
        if self._second:
            waiting += [
                start
                for start in (
                    self._replay.needed_from(side),
                    self._windows.needed_from(side),
                    self._second.needed_from(side),
                )
                if start is not None
            ]
        self._say(Progress(epoch=self._epoch, side=side, decoded=end, refined=min(waiting)))

    def _spoken(self, spoken: Spoken) -> None:
        if self._second:
            self._queue(self._windows.add(spoken))

    def _queue(self, windows: list[Window]) -> None:
        for window in windows:
            if self._second:
                self._second.add(window)

    def _flush(self) -> None:
        for spoken in self._replay.flush():
            self._spoken(spoken)
        self._first.flush()
        self._queue(self._windows.flush(max(self._newest.values(), default=0.0)))
        epoch = self._epoch
        if self._second:
            # The next call may begin at once: its words do not wait for the second pass of this one.
            self._second.then(lambda: self._say(Flushed(epoch)))
        else:
            self._say(Flushed(epoch))

    def _drop(self, epoch: int) -> None:
        self._epoch = epoch
        self._replay = Replay()
        self._windows.drop()
        self._first.drop(epoch)
        if self._second:
            self._second.drop(epoch)
        self._newest.clear()
        self._reported.clear()

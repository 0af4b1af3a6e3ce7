"""Live text in a terminal: settled lines as they come, and the words under way on a line of their own."""

from __future__ import annotations

import queue
import shutil
import sys
from typing import TextIO

from sidebyside.model import (
    ContactChanged,
    ContactStarted,
    Event,
    FlagSaved,
    LeftOutHeard,
    Listening,
    ListeningChanged,
    NoteSaved,
    PartialHeard,
    Side,
    SpeechChanged,
    SpeechState,
    Stage,
    Trouble,
    UtteranceSaved,
    UtterancesRemoved,
)

WHO = {Side.REP: "Rep", Side.CUSTOMER: "Customer", Side.MIXED: "Both"}


def clock(seconds: float) -> str:
    """Session time as people write it: 1:05, 1:02:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class LiveText:
    """Prints events; give `take` to `subscribe` and call `show` from the main thread until it is over."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._tty = self._stream.isatty()
        self._printed: dict[str, str] = {}
        self._flags: dict[str, str] = {}
        self._open_line = False

    def name_flags(self, names: dict[str, str]) -> None:
        """How flags are called, by key."""
        self._flags = names

    def take(self, event: Event) -> None:
        """Take an event, on any thread."""
        self._events.put(event)

    def show(self, timeout: float) -> None:
        """Print what came, waiting so long at most for the first event."""
        try:
            event: Event = self._events.get(timeout=timeout)
            while True:
                self._print(event)
                event = self._events.get_nowait()
        except queue.Empty:
            self._stream.flush()

    def line(self, text: str = "") -> None:
        """Print a line of our own between the others."""
        self._clear()
        print(text, file=self._stream, flush=True)

    def _print(self, event: Event) -> None:
        match event:
            case UtteranceSaved(utterance=one) if one.stage is Stage.FINAL and one.id not in self._printed:
                self._printed[one.id] = one.text
                self.line(f"{clock(one.start):>7}  {WHO[one.side]:<8}  {one.text}")
            case UtteranceSaved(utterance=one) if self._printed.get(one.id, one.text) != one.text:
                # A terminal cannot change a line that went by, so what was corrected is said again.
                self._printed[one.id] = one.text
                self.line(f"{clock(one.start):>7}  {WHO[one.side]:<8}  ~ {one.text}")
            case PartialHeard(utterance=one) if one.text:
                self._under_way(f"{clock(one.start):>7}  {WHO[one.side]:<8}  {one.text}")
            case FlagSaved(flag=flag):
                self.line(f"{clock(flag.at):>7}  {'Flag':<8}  {self._flags.get(flag.kind, flag.kind)}")
            case NoteSaved(note=note):
                private = " (private)" if note.private else ""
                self.line(f"{clock(note.at):>7}  {'Note':<8}  {note.text}{private}")
            case ContactStarted(contact=contact):
                self.line(f"{clock(contact.start):>7}  Call {contact.number} begins")
            case ContactChanged(contact=contact) if contact.end is not None and contact.id not in self._printed:
                self._printed[contact.id] = ""
                self.line(f"{clock(contact.end):>7}  Call {contact.number} ends")
            case LeftOutHeard() if self._tty:
                # On a screen alone: written to a file, it would be kept.
                self.line(f"\x1b[2m{clock(event.start):>7}  {'':<8}  left out · {event.text}\x1b[0m")
            case UtterancesRemoved(ids=ids) if ids:
                self.line(f"{clock(event.at):>7}  The last words were dropped")
            case ListeningChanged(listening=Listening.PAUSED):
                self.line(f"{clock(event.at):>7}  Not listening")
            case SpeechChanged(state=SpeechState.LOADING):
                self.line("Loading speech recognition…")
            case SpeechChanged(message=message) if message:
                self.line(message)
            case Trouble(message=message):
                self.line(message)

    def _under_way(self, text: str) -> None:
        if self._tty:
            width = shutil.get_terminal_size().columns - 1
            shown = text if len(text) <= width else "…" + text[-(width - 1) :]
            self._stream.write(f"\r\x1b[2K\x1b[2m{shown}\x1b[0m")
            self._open_line = True

    def _clear(self) -> None:
        if self._open_line:
            self._stream.write("\r\x1b[2K")
            self._open_line = False

"""A whole shift at the pace of time, through the conductor, the store and the speech process: what it costs and whether
it keeps up, minute by minute."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from statistics import median
from typing import Any

from bench_calls import HANGS_UP, PICKS_UP, Play
from bench_machine import Machine, load
from bench_sums import Figures, Line, largest
from bench_words import plain

from sidebyside.audio.clock import SessionClock
from sidebyside.audio.file import FileSource
from sidebyside.audio.source import RATE, OnBlock, OnEnd, OnGap, OnLost, SoundBlock, Source
from sidebyside.model import Event, Health, Layout, Session, SpeechChanged, SpeechState, Stage, Trouble, UtteranceSaved
from sidebyside.session.conductor import Conductor
from sidebyside.session.plan import SitDown, begin_session
from sidebyside.session.workspace import Workspace
from sidebyside.speech.messages import FromChild, Plan, Refined

LOADS = 120.0
"""Seconds that the engines may take to load."""
LOOK_EVERY = 5.0
"""Seconds between two looks at memory."""


class Heard:
    """What arrives while a minute runs; taken and emptied at its end. Filled from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lists: dict[str, list[float]] = {}

    def add(self, kind: str, value: float) -> None:
        with self._lock:
            self._lists.setdefault(kind, []).append(value)

    def take(self) -> dict[str, list[float]]:
        """All since the last time."""
        with self._lock:
            lists, self._lists = self._lists, {}
            return lists


class Shift:
    """One session of many calls. `step` does what is due; call it some twenty times a second until it says no."""

    def __init__(
        self, workspace: Workspace, file: Path, plays: list[Play], seconds: float, lines: Callable[[Line], None]
    ) -> None:
        """
        Args:
            workspace: whose library the session goes to.
            file: the shift's sound, two sides.
            plays: the calls in it.
            seconds: how long to listen.
            lines: told of each minute and each call as soon as it is over.
        """
        self._file, self._plays, self._seconds, self._lines = file, plays, seconds, lines
        plan = SitDown(rep="Bench", layout=Layout.STEREO)
        speech = Plan(sides=plan.layout.sides, engine=plan.engine, second_pass=workspace.settings.second_pass)
        self.conductor = Conductor(begin_session(plan), workspace.library, speech, self._open)
        self.conductor.subscribe(self._event)
        self._watch_windows()
        self._heard = Heard()
        self._ready = threading.Event()
        self.closed: dict[str, float] = {}
        """Session time at which the window of each refined utterance was complete."""
        self._finals: set[str] = set()
        self._first_block: tuple[float, float] | None = None
        self._samples = 0
        self._playing = 0
        self._in_call = True
        self._call_cpu = 0.0
        self._call_others = 0.0
        self._minute_from = 0.0
        self._minute_cpu = (0.0, 0.0, 0.0)
        self._looked = 0.0
        self.figures = Figures()
        self.stopped = False

    # --- the source and what it tells ---

    def _open(self, clock: SessionClock, on_block: OnBlock, on_gap: OnGap, on_lost: OnLost, on_end: OnEnd, /) -> Source:
        """The file; the cost of loading the engines is not that of listening, so they are awaited."""
        self._ready.wait(LOADS)
        self._machine = Machine()

        def block(one: SoundBlock) -> None:
            self._note_block(one)
            on_block(one)

        return FileSource(self._file, Layout.STEREO, clock, on_block=block, on_lost=on_lost, on_end=on_end)

    def _note_block(self, block: SoundBlock) -> None:
        """Where the source and the session clock say that we are."""
        now, wall = self.conductor.now(), time.monotonic()
        if self._first_block is None:
            self._first_block = (block.at, wall - (now - block.at))
        began, wall_began = self._first_block
        self._heard.add("clock_samples", abs(block.at - began - self._samples / RATE))
        self._heard.add("clock_wall", abs((now - began) - (wall - wall_began)))
        self._samples += len(block.sides[0])
        self._heard.add("block_late", now - block.end)

    def _watch_windows(self) -> None:
        """Events do not say when a window closed, so it is read from what the speech process says."""
        hearing: Any = self.conductor._hearing
        take = hearing.speech._on_message

        def watched(message: FromChild) -> None:
            if isinstance(message, Refined):
                for piece in message.pieces:
                    self.closed[piece.id] = message.closed_at
            take(message)

        hearing.speech._on_message = watched

    def _event(self, event: Event) -> None:
        now = self.conductor.now()
        match event:
            case Health():
                self._heard.add("behind", event.behind)
                self._heard.add("overruns", event.overruns)
            case UtteranceSaved(utterance=one) if one.stage is Stage.REFINED:
                closed = self.closed.get(one.id)
                if closed is not None:
                    self._heard.add("refined_late", now - closed)
                    self._heard.add("refined_behind", now - one.start)
                    self._heard.add("refined_words", len(plain(one.text)))
            case UtteranceSaved(utterance=one) if one.stage is Stage.FINAL and one.id not in self._finals:
                self._finals.add(one.id)
                self._heard.add("final_late", now - one.end)
                self._heard.add("words", len(plain(one.text)))
            case SpeechChanged(state=SpeechState.READY):
                self._ready.set()
            case SpeechChanged(state=SpeechState.FAILED | SpeechState.RESTARTING as state, message=message):
                self._heard.add("restarts", 1)
                self._ready.set()
                self.figures.troubles.append(f"{state}: {message}")
            case Trouble(message=message):
                self.figures.troubles.append(message)

    # --- what is done as time goes on ---

    @property
    def sound_time(self) -> float:
        """Seconds of sound so far."""
        began = self.conductor.sound_began
        return 0.0 if began is None else self.conductor.now() - began

    def step(self) -> bool:
        """Press the keys that are due, look at the machine, end minutes; whether it goes on."""
        at = self.sound_time
        if self._first_block is None:
            return not self.stopped
        self._calls(at)
        if at - self._looked >= LOOK_EVERY:
            self._looked = at
            memory = self._machine.memory()
            self.figures.memory.append((at, memory.rss, memory.pss))
        if at - self._minute_from >= 60.0 or at >= self._seconds:
            self._end_minute(at)
        return at < self._seconds and not self.stopped

    def _calls(self, at: float) -> None:
        play = self._plays[self._playing]
        if self._in_call and at >= play.end + HANGS_UP:
            self._in_call = False
            self.conductor.end_call()
        elif not self._in_call and self._playing + 1 < len(self._plays):
            coming = self._plays[self._playing + 1]
            if at >= coming.start - PICKS_UP:
                self._end_play(play)
                self._playing += 1
                self._in_call = True
                self.conductor.start_call()

    def _end_play(self, play: Play) -> None:
        """The cost of one call, from its beginning to that of the next."""
        cpu, others = self._machine.cpu().total, self._machine.others()
        line = {"call": play.name, "seconds": play.end - play.start, "cpu": cpu - self._call_cpu}
        line["others_cpu"] = others - self._call_others
        self._call_cpu, self._call_others = cpu, others
        self.figures.plays.append(line)
        self._lines(line)

    def _end_minute(self, at: float) -> None:
        cpu, others, heard = self._machine.cpu(), self._machine.others(), self._heard.take()
        parent, children, others_before = self._minute_cpu
        memory = [(rss, pss) for when, rss, pss in self.figures.memory if when > self._minute_from]
        lasted = at - self._minute_from
        late = heard.get("refined_late", [])
        self.figures.late["final"] += heard.get("final_late", [])
        self.figures.late["refined"] += late
        line: Line = {
            "minute": len(self.figures.minutes) + 1,
            "seconds": lasted,
            "sound": self._listened(self._minute_from, at),
            "cpu": cpu.total - parent - children,
            "cpu_parent": cpu.parent - parent,
            "cpu_speech": cpu.children - children,
            "others_cpu": others - others_before,
            "rss": largest(rss for rss, _ in memory),
            "pss": largest(pss for _, pss in memory),
            "behind": largest(heard.get("behind", [])),
            "final_late": largest(heard.get("final_late", [])),
            "refined_late_median": median(late) if late else None,
            "refined_late": largest(late),
            "refined_behind": largest(heard.get("refined_behind", [])),
            "overruns": largest(heard.get("overruns", [])),
            "block_late_ms": _ms(largest(heard.get("block_late", []))),
            "clock_samples_ms": _ms(largest(heard.get("clock_samples", []))),
            "clock_monotonic_ms": _ms(largest(heard.get("clock_wall", []))),
            "words": sum(heard.get("words", [])),
            "refined_words": sum(heard.get("refined_words", [])),
            "restarts": len(heard.get("restarts", [])),
            "load": load(),
        }
        self._minute_from, self._minute_cpu = at, (cpu.parent, cpu.children, others)
        self.figures.minutes.append(line)
        self._lines(line)

    def _listened(self, since: float, until: float) -> float:
        """Seconds of calls in a stretch of the shift."""
        overlaps = (min(until, play.end) - max(since, play.start) for play in self._plays)
        return sum(overlap for overlap in overlaps if overlap > 0)

    def end(self) -> Future[Session]:
        """Hear the last words out; a minute that was cut short still counts."""
        if self._first_block is not None and self.sound_time - self._minute_from > 1.0:
            self._end_minute(self.sound_time)
        began = time.monotonic()
        ended = self.conductor.end()

        def over(_: Future[Session]) -> None:
            self.figures.drained = time.monotonic() - began

        ended.add_done_callback(over)
        return ended

    def close(self, workspace: Workspace) -> None:
        """After the session ended: what the library holds of it."""
        record = workspace.record(self.conductor.session.id)
        self.figures.kept = {
            "calls": len(record.contacts),
            "utterances": len(record.utterances),
            "words": sum(len(plain(one.text)) for one in record.utterances),
            "not_refined": sum(one.stage is not Stage.REFINED for one in record.utterances),
            "finals_lost": len(self._finals - {one.id for one in record.utterances}),
            "gaps": [f"{gap.reason} at {gap.start:.1f} s" for gap in record.gaps if gap.reason != "between calls"],
            "duration": record.session.duration,
        }


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else 1000 * seconds


def in_terminal(shift: Shift, stopped: threading.Event) -> None:
    """Run a shift with no window: the main thread only looks on."""
    shift.conductor.start()
    while shift.step() and not stopped.wait(0.05):
        pass
    shift.end().result(LOADS)


def teller(file: Path | None) -> Callable[[Line], None]:
    """Writes each line at once: to the standard error for people, and to `file` for programs."""

    def tell(line: Line) -> None:
        if file is not None:
            with file.open("a") as out:
                out.write(json.dumps(line) + "\n")
        if "minute" in line:
            print(_readable(line), file=sys.stderr, flush=True)

    return tell


def _readable(line: Line) -> str:
    def number(key: str, digits: int = 2) -> str:
        value = line[key]
        return "–" if value is None else f"{value:.{digits}f}"

    return (
        f"minute {line['minute']:>3}: CPU {number('cpu', 1)} s ({number('cpu_speech', 1)} speech) "
        f"for {number('sound', 0)} s of calls, memory {number('rss', 0)} MB (PSS {number('pss', 0)}), "
        f"behind {number('behind')} s, refined {number('refined_late_median')} s after its window "
        f"(worst {number('refined_late')}), clock {number('clock_samples_ms')} / {number('clock_monotonic_ms')} ms, "
        f"latest block {number('block_late_ms', 0)} ms, overruns {number('overruns', 0)}, "
        f"words {line['words']:.0f}, others' CPU {number('others_cpu', 1)} s"
    )

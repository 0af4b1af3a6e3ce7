"""Calls at the pace of time, two sides: how late words, finals and refined texts are on screen, ours and a peer's.

When a word was spoken is known exactly for the demo call. For other calls it is taken from Whisper's word times within
each utterance that the app heard undisturbed; how far such times lie from the true ones is measured on the demo call.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from bench_calls import HANGS_UP, Call, write_shift
from bench_engines import STEP, Own, Peers, Utterance
from bench_shift import Shift
from bench_sums import verdicts
from bench_window import in_window
from bench_words import Appearance, appearances, percentile, plain, settled

from sidebyside.audio.source import RATE
from sidebyside.model import Event, PartialHeard, Side, Stage, UtteranceSaved
from sidebyside.session.demo import DemoUtterance, DemoWord
from sidebyside.session.workspace import Workspace

SIDES = (Side.REP, Side.CUSTOMER)
AROUND = 0.15
"""Seconds of sound on both ends of an utterance that Whisper hears along."""
FOLLOWS = 8.0
"""Seconds after a call in which its last texts may settle."""


class Watch:
    """Notes when which text is in the window's list, in seconds of the call's sound."""

    def __init__(self, shift: Shift, begins: float) -> None:
        self._shift = shift
        self._begins = begins
        self.seen: list[Appearance] = []
        self.finals: dict[str, float] = {}
        self.refined: dict[str, float] = {}
        """Seconds from the end of each utterance to its final text, and from its window's close to its refined one."""

    def take(self, events: tuple[Event, ...]) -> None:
        """After a batch is in the list."""
        conductor = self._shift.conductor
        now, zero = conductor.now(), (conductor.sound_began or 0.0) + self._begins
        for event in events:
            if isinstance(event, PartialHeard | UtteranceSaved):
                one = event.utterance
                self.seen.append(
                    Appearance(now - zero, one.side, one.start - zero, one.end - zero, one.text, one.stage)
                )
                if isinstance(event, UtteranceSaved) and one.stage is Stage.FINAL:
                    self.finals.setdefault(one.id, now - one.end)
                elif one.id in self._shift.closed:
                    self.refined.setdefault(one.id, now - self._shift.closed[one.id])


def live(call: Call, turns: Sequence[DemoUtterance]) -> dict[str, Any]:
    """Play a call at the pace of time with the window's list.

    Args:
        call: two sides.
        turns: what is said when.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, Workspace.throw_away() as workspace:
        sound = Path(folder) / "call.wav"
        plays = write_shift([call], call.seconds, sound)
        plays = plays[:1]
        shift = Shift(workspace, sound, plays, plays[0].end + HANGS_UP + FOLLOWS, lambda line: None)
        watch = Watch(shift, plays[0].start)
        in_window(shift, threading.Event(), watch.take)
        shift.close(workspace)
    cost = verdicts(shift.figures)
    return {
        "word": spread([late for late in appearances(turns, watch.seen) if late is not None]),
        "never_shown": sum(late is None for late in appearances(turns, watch.seen)),
        "final": spread(list(watch.finals.values())),
        "final_after_turn": spread(settled(turns, watch.seen, Stage.FINAL)),
        "refined_after_window": spread(list(watch.refined.values())),
        "refined_after_turn": spread(settled(turns, watch.seen, Stage.REFINED)),
        "cpu_per_second": cost["cpu_per_second"],
        "cpu_speech_per_second": cost["cpu_speech_per_second"],
        "others_cpu_per_second": cost["others_cpu_per_second"],
        "seconds": call.seconds,
        "seen": [one._asdict() for one in watch.seen],
    }


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, 95th percentile, the most, and of how many."""
    if not values:
        return {"median": float("nan"), "p95": float("nan"), "most": float("nan"), "of": 0}
    return {"median": median(values), "p95": percentile(values, 95), "most": max(values), "of": len(values)}


def peer(peers: Peers, call: Call, turns: Sequence[DemoUtterance]) -> dict[str, Any]:
    """Plain Moonshine streaming at the pace of time, a stream a side: how late its words are there."""
    seen: list[Appearance] = []
    streams = []
    began = 0.0

    def listener(side: Side) -> Any:
        def changed(event: Any) -> None:
            line = event.line
            end = line.start_time + line.duration
            seen.append(Appearance(time.monotonic() - began, side, line.start_time, end, line.text, Stage.PARTIAL))

        return changed

    for side in SIDES:
        stream = peers.stream()
        stream.add_listener(listener(side))
        stream.start()
        streams.append(stream)
    cpu, began = time.process_time(), time.monotonic()
    for begin in range(0, len(call.sound), STEP):
        ahead = (begin + STEP) / RATE - (time.monotonic() - began)
        if ahead > 0:
            time.sleep(ahead)
        for number, stream in enumerate(streams):
            stream.add_audio(call.sound[begin : begin + STEP, number].tolist(), RATE)
    for stream in streams:
        stream.stop()
        stream.close()
    late = appearances(turns, seen)
    return {
        "word": spread([one for one in late if one is not None]),
        "never_shown": sum(one is None for one in late),
        "cpu_per_second": (time.process_time() - cpu) / call.seconds,
    }


def turns_by_ear(call: Call, peers: Peers) -> list[DemoUtterance]:
    """What is said when, as far as it can be heard: the app's utterances with Whisper's words and their times."""
    with Own(*SIDES) as own:
        heard = own.hear(*(np.ascontiguousarray(side) for side in call.sound.T))
    turns = []
    for one in heard:
        words = _timed(one, call, peers)
        if words:
            text = " ".join(word.text for word in words)
            turns.append(DemoUtterance(side=one.side, start=one.start, end=words[-1].end, text=text, words=words))
    return turns


def _timed(one: Utterance, call: Call, peers: Peers) -> tuple[DemoWord, ...]:
    begin = max(0.0, one.start - AROUND)
    side = call.sound[round(begin * RATE) : round((one.end + AROUND) * RATE), SIDES.index(one.side)]
    found = peers.timed(np.ascontiguousarray(side))
    # The app knows from the sound itself when the speaker fell silent; Whisper lets last words run on.
    return tuple(
        DemoWord(word, min(begin + start, one.end), min(begin + end, one.end))
        for word, start, end in found
        if plain(word)
    )


def off(turns: Sequence[DemoUtterance], true: Sequence[DemoUtterance]) -> dict[str, float]:
    """By how much word ends found by ear come after the true ones, in seconds, for words that both have."""
    shown = [Appearance(0.0, turn.side, turn.start, turn.end, turn.text, Stage.FINAL) for turn in turns]
    apart = []
    for turn in true:
        for one, by_ear in zip(shown, turns, strict=True):
            if one.side is turn.side and one.start < turn.end and one.end > turn.start:
                ends = {(plain(word.text) or [""])[0]: word.end for word in by_ear.words}
                apart += [
                    ends[plain(word.text)[0]] - word.end
                    for word in turn.words
                    if plain(word.text) and abs(ends.get(plain(word.text)[0], 1e9) - word.end) < 1.0
                ]
    return {"median": median(apart), "p5": percentile(apart, 5), "p95": percentile(apart, 95), "of": len(apart)}


def told(name: str, one: dict[str, Any], other: dict[str, Any] | None) -> list[str]:
    """One call's figures as lines for a person, with what is asked for."""

    def line(title: str, figures: dict[str, float], asked: str) -> str:
        return f"  {title:<36}{figures['median']:>7.2f}{figures['p95']:>7.2f}{figures['most']:>7.2f}{asked:>14}"

    lines = [
        f"{name}, {one['seconds']:.0f} s at the pace of time, on screen after" + "  median    95 %   most",
        line(f"a word was spoken (of {one['word']['of']})", one["word"], "0.5 / 1.2"),
        line("an utterance ended: final", one["final"], "– / 1.0"),
        line("its window closed: refined", one["refined_after_window"], "– / 4"),
        line("a turn ended: final", one["final_after_turn"], ""),
        line("a turn ended: refined", one["refined_after_turn"], ""),
    ]
    if other:
        lines.append(line("plain Moonshine: a word was spoken", other["word"], "ours − 0.2"))
    cpu = f"{one['cpu_per_second']:.2f}, of it {one['cpu_speech_per_second']:.2f} the speech process"
    return [
        *lines,
        f"  words never shown {one['never_shown']}" + (f" (plain Moonshine {other['never_shown']})" if other else ""),
        f"  CPU seconds a second with the window {cpu}; other programs {one['others_cpu_per_second']:.2f} (0.6)",
    ]

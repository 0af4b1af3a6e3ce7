"""Measures on this machine how soon words are on screen and what hearing costs, and how well it hears clips.

    python3 packaging/dev.py bench                      the demo call at the pace of time
    python3 packaging/dev.py bench --clips DIR          also word errors of DIR/<set>/<clip>.flac against its .txt
    python3 packaging/dev.py bench --json FILE          the figures for a program

Times are taken where a person would take them: in the model of the live window's list.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from statistics import median

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from bench_words import Appearance, appearances, percentile
from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QApplication

from sidebyside.model import Event, PartialHeard, UtteranceSaved
from sidebyside.session.conductor import Conductor
from sidebyside.session.demo import load_demo
from sidebyside.session.workspace import Workspace
from sidebyside.ui.bridge import Bridge
from sidebyside.ui.transcript_model import TranscriptModel


class Watch:
    """Notes when which text is in the model, in seconds of the sound."""

    def __init__(self, conductor: Conductor, model: TranscriptModel) -> None:
        self._conductor = conductor
        self._model = model
        self.seen: list[Appearance] = []

    def take(self, events: tuple[Event, ...]) -> None:
        """After a batch was applied to the model."""
        for event in events:
            self._model.apply(event)
        now = self._conductor.now() - (self._conductor.sound_began or 0.0)
        for event in events:
            if isinstance(event, PartialHeard | UtteranceSaved):
                one = event.utterance
                began = self._conductor.sound_began or 0.0
                self.seen.append(Appearance(now, one.side, one.start - began, one.end - began, one.text, one.stage))


def live() -> dict[str, float]:
    """Play the demo call at the pace of time and measure."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    script = load_demo()
    with Workspace.throw_away() as workspace:
        conductor = workspace.demo(1.0)
        bridge, model = Bridge(), TranscriptModel()
        watch = Watch(conductor, model)
        bridge.happened.connect(watch.take)
        bridge.follow(conductor)
        heard_out: list[bool] = []
        conductor.on_source_end = lambda: heard_out.append(True)
        conductor.start()
        cpu, began = _cpu(), time.monotonic()
        poll = QTimer()
        poll.timeout.connect(lambda: heard_out and QCoreApplication.exit(0))
        poll.start(50)
        app.exec()
        cpu, took = _cpu() - cpu, time.monotonic() - began
        ended = conductor.end()
        poll.timeout.disconnect()
        poll.timeout.connect(lambda: ended.done() and QCoreApplication.exit(0))
        app.exec()
        bridge.drain()
    words, finals, refined = appearances(script, watch.seen)
    return {
        "words": len(words),
        "words_unseen": sum(word is None for word in words),
        "word_median_s": median(word for word in words if word is not None),
        "word_p95_s": percentile([word for word in words if word is not None], 95),
        "final_median_s": median(finals),
        "final_p95_s": percentile(finals, 95),
        "refined_median_s": median(refined),
        "refined_p95_s": percentile(refined, 95),
        "cpu_per_second": cpu / took,
    }


def _cpu() -> float:
    """CPU seconds of this process and its living children so far."""
    total = 0.0
    ticks = os.sysconf("SC_CLK_TCK")
    for pid in (os.getpid(), *_children(os.getpid())):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += (int(fields[11]) + int(fields[12])) / ticks
    return total


def _children(parent: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append(int(stat.parent.name))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=Path)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    figures = live()
    print(f"demo call, at the pace of time, {int(figures['words'])} words, load {os.getloadavg()[0]:.1f}")
    for title, key in (
        ("a word is on screen after", "word"),
        ("an utterance is final after", "final"),
        ("and refined after", "refined"),
    ):
        print(f"  {title:<28} {figures[f'{key}_median_s']:.2f} s (median), {figures[f'{key}_p95_s']:.2f} s (95 %)")
    print(f"  words never seen             {int(figures['words_unseen'])}")
    print(f"  CPU seconds a second         {figures['cpu_per_second']:.2f}")
    if args.json:
        args.json.write_text(json.dumps(figures, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())

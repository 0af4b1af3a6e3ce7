"""Runs a shift with what the live window does: events through the bridge into the model of its list."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

from bench_shift import Shift
from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QApplication

from sidebyside.model import Event
from sidebyside.ui.bridge import Bridge
from sidebyside.ui.transcript_model import TranscriptModel

STEP_MS = 50


def in_window(
    shift: Shift, stopped: threading.Event, on_screen: Callable[[tuple[Event, ...]], None] = lambda events: None
) -> None:
    """Run a shift to its end on Qt's loop; `on_screen` is told of events once the list has them."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    bridge, model = Bridge(), TranscriptModel()

    def take(events: tuple[Event, ...]) -> None:
        for event in events:
            model.apply(event)
        on_screen(events)

    def leave_when_over() -> None:
        if stopped.is_set() or not shift.step():
            QCoreApplication.exit(0)

    bridge.happened.connect(take)
    bridge.follow(shift.conductor)
    shift.conductor.start()
    steps = QTimer()
    steps.timeout.connect(leave_when_over)
    steps.start(STEP_MS)
    app.exec()
    ended = shift.end()
    steps.timeout.disconnect()
    steps.timeout.connect(lambda: ended.done() and QCoreApplication.exit(0))
    app.exec()
    ended.result()
    bridge.close()

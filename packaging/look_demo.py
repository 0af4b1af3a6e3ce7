"""The two pictures in the README: the demo call heard in the real window, and the debrief that follows it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from sidebyside.model import Session
from sidebyside.session.autopilot import Autopilot
from sidebyside.session.workspace import Workspace
from sidebyside.ui import theme
from sidebyside.ui.bridge import Bridge
from sidebyside.ui.window import MainWindow

SIZE = (1280, 800)
MOMENT = 79.5
"""Seconds into the call: the flag for what everybody knows was struck, and the customer is speaking."""
TYPED = "Nobody answers the reports"


def draw(app: QApplication, folder: Path) -> None:
    """Hear the call at the pace of time, which takes two minutes, and save live.png and debrief.png."""
    theme.apply(app, "light", 15)
    with Workspace.throw_away() as workspace:
        bridge = Bridge()
        window = MainWindow(workspace, bridge)
        window.resize(*SIZE)
        window.show()
        conductor = workspace.demo(1.0)
        pilot = Autopilot(workspace, conductor)
        live = window.start(conductor, begin=pilot.start)
        _until(lambda: conductor.sound_began is not None and conductor.now() - conductor.sound_began > MOMENT - 3)
        QTest.keyClicks(live.box, TYPED)
        _until(lambda: conductor.now() - (conductor.sound_began or 0.0) > MOMENT)
        window.grab().save(str(folder / "live.png"))
        live.box.clear()
        _until(lambda: pilot.finished and window.live is None)
        session: Session = pilot.result()
        window.banners.clear()
        window.show_debrief(session.id)
        page = window.page_of("debrief")
        _until(lambda: bool(page.prompts))
        _until(lambda: page.current is not None)
        window.grab().save(str(folder / "debrief.png"))
        bridge.close()
        window.close()


def _until(done: Callable[[], bool]) -> None:
    """Let the window live until that is so."""
    loop = QEventLoop()
    timer = QTimer()
    timer.timeout.connect(lambda: done() and loop.quit())
    timer.start(30)
    loop.exec()
    timer.stop()
    QCoreApplication.processEvents()

"""The stage that every scene of `look_scenes.py` stands on: a real window over a library with invented content."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
from example_record import CALL_1, example_record
from filled_library import put, put_others
from PySide6.QtCore import QEvent, QEventLoop
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from sidebyside import model as m
from sidebyside.session.conductor import Conductor
from sidebyside.session.plan import new_id
from sidebyside.session.workspace import Workspace
from sidebyside.ui import theme
from sidebyside.ui.bridge import Bridge
from sidebyside.ui.live import LivePage
from sidebyside.ui.window import MainWindow

ROUGH = "5e5511" + "0" * 26


class Stage:
    """One window of one size and appearance over a library of its own, and what scenes need to set it up."""

    def __init__(self, app: QApplication, size: tuple[int, int], appearance: str, *, text: int = 15) -> None:
        self.app, self.size = app, size
        self.workspace = Workspace.throw_away()
        self.workspace.settings = msgspec.structs.replace(
            self.workspace.settings, theme=appearance, text_size=text, queue="Billing"
        )
        self.bridge = Bridge()
        theme.apply(app, appearance, text)
        self._fill()
        self.window = self._open()
        self._before: QMainWindow | None = None
        self._running: list[Conductor] = []

    def _fill(self) -> None:
        record = example_record()
        put(self.workspace.library, record)
        put_others(self.workspace.library)
        rough = m.Flag(
            id="f9" + "0" * 30, session_id=ROUGH, contact_id="ca13" + "0" * 28, kind="rough-call", at=20.0,
            struck_at=21.0,
        )  # fmt: skip
        session = msgspec.structs.replace(
            record.session, id=ROUGH, rep="Ben", started="2026-11-05T14:00:00+00:00", state=m.SessionState.ENDED
        )
        contact = msgspec.structs.replace(record.contacts[0], id="ca13" + "0" * 28, session_id=ROUGH)
        put(self.workspace.library, m.SessionRecord(session=session, contacts=(contact,), flags=(rough,)))

    def _open(self) -> MainWindow:
        window = MainWindow(self.workspace, self.bridge)
        window.resize(*self.size)
        window.show()
        window.activateWindow()
        return window

    def close(self) -> None:
        """End what runs and close the library."""
        for conductor in self._running:
            conductor.end().result(30)
        self.window.live = None
        for window in (self._before, self.window):
            if window is not None:
                window.close()
                window.deleteLater()
        # A window that stays would be dressed again with every later one.
        self.app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        self.bridge.close()
        self.workspace.close()

    def wait(self, done: Callable[[], object], what: str = "") -> None:
        """Handle events until `done`; events wake it, it does not sleep."""
        until = time.monotonic() + 20
        while not done():
            if time.monotonic() > until:
                raise TimeoutError(f"waited 20 s for {what or done}")
            self.app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
            QTest.qWait(1)

    def quiet(self) -> None:
        """Wait until the Sit-down page has looked for the devices of this computer."""
        looked = self.window.sitdown.metering._steps.submit(lambda: None)
        self.wait(looked.done, "the devices of this computer")
        self.settle()

    def settle(self) -> None:
        """Let layouts and the text's heights come to rest."""
        for _round in range(6):
            self.app.processEvents()

    def rest(self) -> None:
        """Let what was put off until after the layout happen."""
        QTest.qWait(20)
        self.settle()

    def page(self, key: str, kind: type[QWidget]) -> QWidget:
        """Go to a page by the bar."""
        self.window.show_page(key)
        page = self.window.page_of(key)
        assert isinstance(page, kind)
        return page

    def alone(self, page: QWidget) -> QWidget:
        """A page before there is a library, in a window of its own."""
        self._before = QMainWindow()
        self._before.setCentralWidget(page)
        self._before.resize(*self.size)
        self._before.show()
        return self._before

    def live(self, *, kit: m.Kit = m.Kit.CORD) -> LivePage:
        """A session under way; what it hears is put into the page, so that no picture depends on a microphone."""
        session = msgspec.structs.replace(
            example_record().session, id=new_id(), kit=kit, state=m.SessionState.OPEN, duration=0.0
        )
        conductor = Conductor(session, self.workspace.library, None, None)
        self._running.append(conductor)
        page = self.window.start(conductor)
        self.wait(lambda: conductor.contact is not None and page.model.rowCount() > 0, "the first call")
        self.bridge.leave()
        page.model.load(m.SessionRecord(session=session))
        conductor.now = lambda: 74.0  # type: ignore[method-assign]
        return page

    def hear(self, page: LivePage, *, until: float = 80.0, listening: m.Listening = m.Listening.LISTENING) -> None:
        """Put the example's first call into the page, as far as it went by then."""
        record = example_record()
        call = msgspec.structs.replace(record.contacts[0], end=None)
        said = [u for u in record.utterances if u.contact_id == CALL_1 and u.start < until]
        last = said.pop()
        partial = msgspec.structs.replace(last, stage=m.Stage.PARTIAL, text=last.text.rpartition(",")[0])
        heard = listening is m.Listening.LISTENING
        events: list[m.Event] = [
            m.ListeningChanged(listening=listening),
            m.SpeechChanged(state=m.SpeechState.READY if heard else m.SpeechState.OFF),
            m.ContactStarted(contact=call),
            *(m.UtteranceSaved(utterance=utterance) for utterance in said),
            *(m.FlagSaved(flag=flag) for flag in record.flags if flag.contact_id == CALL_1 and flag.at < until - 15),
            *(m.NoteSaved(note=note) for note in record.notes if note.contact_id == CALL_1 and note.at < until),
            *(m.GapSaved(gap=gap) for gap in record.gaps[:1]),
            m.Health(levels=(-22.0, -25.0), audio=heard, words=heard, saved=True, behind=0.6 if heard else 0.0),
        ]
        page.take(tuple(events + ([m.PartialHeard(utterance=partial)] if heard else [])))
        page.transcript.jump_to_now()

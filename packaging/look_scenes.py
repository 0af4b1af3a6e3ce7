"""The scenes that `look.py` renders: each sets up a real window over a throw-away library with an invented session."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
from example_record import CALL_1, SESSION, example_record
from filled_library import put, put_others
from PySide6.QtCore import QEvent, QEventLoop, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from sidebyside import model as m
from sidebyside.audio.devices import InputDevice
from sidebyside.session.conductor import Conductor
from sidebyside.session.plan import new_id
from sidebyside.session.workspace import Workspace
from sidebyside.ui import theme
from sidebyside.ui.bridge import Bridge
from sidebyside.ui.debrief import DebriefPage
from sidebyside.ui.help import HelpPage
from sidebyside.ui.library import LibraryPage
from sidebyside.ui.live import LivePage
from sidebyside.ui.session_view import SessionPage
from sidebyside.ui.settings_page import SettingsPage
from sidebyside.ui.unlock import NewPassphrasePage, RecoverPage, RecoveryCodePage, UnlockPage
from sidebyside.ui.window import MainWindow

ROUGH = "5e5511" + "0" * 26
EMPTY = "5e5512" + "0" * 26


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


# --- the scenes -----------------------------------------------------------------------------------------------


def unlock_first(stage: Stage) -> QWidget:
    return stage.alone(UnlockPage(first=True))


def unlock(stage: Stage) -> QWidget:
    page = UnlockPage(first=False)
    window = stage.alone(page)
    page.show_wrong()
    return window


def recovery_code(stage: Stage) -> QWidget:
    return stage.alone(RecoveryCodePage("K7QM-4TXD-9WPA-2HNE-6RVB-3CYS", lambda: None))


def unlock_code(stage: Stage) -> QWidget:
    page = RecoverPage()
    window = stage.alone(page)
    page.code.setText("K7QM-4TXD-9WPA-2HNE-6RVB-3CYS-0FJG-51ZT")
    page.show_wrong()
    return window


def unlock_new(stage: Stage) -> QWidget:
    return stage.alone(NewPassphrasePage())


def sit_down(stage: Stage) -> QWidget:
    form = stage.window.sitdown.form
    stage.wait(lambda: form.rep.count() > 0, "the reps")
    metering = stage.window.sitdown.metering
    metering.find_devices = lambda: None  # type: ignore[method-assign]
    metering.listen = lambda _plan: None  # type: ignore[method-assign]
    device = InputDevice(
        index=0, name="USB headset splitter", channels=2, rate=48000, is_default=True, host="ALSA"
    )  # fmt: skip
    stage.quiet()
    form.show_devices((device,))
    form.kit.choose("cord")
    form.kit.chosen.emit("cord")
    form.rep.setEditText("Maria L.")
    form.queue.setEditText("Billing")
    stage.wait(lambda: stage.window.sitdown.promises.isVisible(), "the promises")
    form.show_levels((-24.0,) * len(form.plan().layout.sides))
    return stage.window


def sit_down_no_device(stage: Stage) -> QWidget:
    form = stage.window.sitdown.form
    stage.wait(lambda: form.rep.count() > 0, "the reps")
    stage.quiet()
    form.show_no_device("There is no sound input on this laptop. Plug one in and look again.")
    return stage.window


def live(stage: Stage) -> QWidget:
    page = stage.live()
    stage.hear(page)
    page.box.setText("IT has known since the spring")
    return stage.window


def live_flag(stage: Stage) -> QWidget:
    page = stage.live()
    stage.hear(page, until=66.0)
    stage.window.activateWindow()
    page.box.setFocus()
    QTest.keyClick(page.box, Qt.Key.Key_2)
    return stage.window


def live_paused(stage: Stage) -> QWidget:
    stage.hear(stage.live(), listening=m.Listening.PAUSED)
    return stage.window


def live_between(stage: Stage) -> QWidget:
    page = stage.live()
    stage.hear(page, listening=m.Listening.BETWEEN_CALLS)
    page.take((m.ContactChanged(contact=example_record().contacts[0]),))
    return stage.window


def live_strike(stage: Stage) -> QWidget:
    page = stage.live()
    stage.hear(page)
    stage.window.activateWindow()
    page.ask_strike()
    return stage.window


def live_two_minutes(stage: Stage) -> QWidget:
    page = stage.live()
    page.conductor.set_reason("pay-how")
    page.conductor.flag("code-red")
    page.conductor.end_call()
    stage.wait(lambda: stage.workspace.library.record(page.conductor.session.id).flags, "the flag")
    stage.window.two_minutes()
    debrief = stage.window.page_of("debrief")
    assert isinstance(debrief, DebriefPage)
    stage.wait(lambda: debrief.title.text() != "Debrief", "the debrief")
    return stage.window


def live_notes(stage: Stage) -> QWidget:
    page = stage.live(kit=m.Kit.NOTES)
    record = example_record()
    call = msgspec.structs.replace(record.contacts[0], end=None)
    notes = tuple(m.NoteSaved(note=note) for note in record.notes if note.contact_id == CALL_1)
    flags = tuple(m.FlagSaved(flag=flag) for flag in record.flags if flag.contact_id == CALL_1)
    page.take((m.ContactStarted(contact=call), *flags, *notes))
    return stage.window


def _debrief(stage: Stage, session_id: str = SESSION) -> DebriefPage:
    stage.window.show_debrief(session_id)
    page = stage.window.page_of("debrief")
    assert isinstance(page, DebriefPage)
    stage.wait(lambda: page.title.text() != "Debrief", "the debrief")
    return page


def debrief(stage: Stage) -> QWidget:
    page = _debrief(stage)
    _choose(page, "Ask")
    QTest.keyClicks(page.pane.words, "Every week. The letters are printed before the payments are booked.")
    stage.wait(lambda: page.pane.state.text() == "Saved", "the save")
    return stage.window


def _choose(page: DebriefPage, title: str) -> None:
    for row in range(page.list.count()):
        if page.list.entry(page.list.item(row)).title == title:
            page.list.setCurrentRow(row)
            page.pane.focus_answer()
            return


def debrief_two_minutes(stage: Stage) -> QWidget:
    _debrief(stage).how_long.button("short").click()
    return stage.window


def debrief_number(stage: Stage) -> QWidget:
    page = _debrief(stage)
    page._chosen("reason:why-this-letter:how-many")
    page.pane.focus_answer()
    QTest.keyClicks(page.pane.number.field, "10 to 15")
    stage.wait(lambda: page.pane.others.isVisible(), "what others said")
    return stage.window


def debrief_promise(stage: Stage) -> QWidget:
    page = _debrief(stage)
    _choose(page, "Follow-up")
    page.pane.promise.click()
    return stage.window


def debrief_last(stage: Stage) -> QWidget:
    _debrief(stage)._show_last()
    return stage.window


def debrief_rough(stage: Stage) -> QWidget:
    _debrief(stage, ROUGH)
    return stage.window


def library(stage: Stage) -> QWidget:
    page = stage.page("library", LibraryPage)
    assert isinstance(page, LibraryPage)
    stage.wait(lambda: page.model.rowCount() > 5, "the sessions")
    page._to_list()
    return stage.window


def library_search(stage: Stage) -> QWidget:
    page = stage.page("library", LibraryPage)
    assert isinstance(page, LibraryPage)
    page.search.setText("letter")
    stage.wait(lambda: page.model.rowCount() and page.model.lines[0].item_id, "the search")
    return stage.window


def library_empty(stage: Stage) -> QWidget:
    for summary in stage.workspace.library.sessions():
        stage.workspace.delete_session(summary.session.id).result(30)
    page = stage.page("library", LibraryPage)
    assert isinstance(page, LibraryPage)
    stage.wait(page.nothing.isVisible, "the empty library")
    return stage.window


def _session(stage: Stage) -> SessionPage:
    stage.window.show_session(SESSION)
    page = stage.window.page_of("session")
    assert isinstance(page, SessionPage)
    stage.wait(lambda: page.model.rowCount() > 0, "the session")
    return page


def session(stage: Stage) -> QWidget:
    _session(stage)
    return stage.window


def export(stage: Stage) -> QWidget:
    page = _session(stage)
    page.export.click()
    page.exporting.folder.setText(tempfile.mkdtemp(prefix="look-export-"))
    page.exporting.go.click()
    stage.wait(page.exporting.open_folder.isVisible, "the export")
    page.exporting.folder.setText("/home/alex/Documents/Side by Side")
    words = page.exporting.result.text().partition(": ")[2]
    page.exporting.result.setText(f"Exported to /home/alex/Documents/Side by Side: {words}")
    return stage.window


def strike(stage: Stage) -> QWidget:
    page = _session(stage)
    page.side.strike_wanted.emit(CALL_1)
    return stage.window


def delete(stage: Stage) -> QWidget:
    _session(stage).delete.click()
    return stage.window


def settings(stage: Stage) -> QWidget:
    stage.page("settings", SettingsPage)
    return stage.window


def settings_wrong(stage: Stage) -> QWidget:
    page = stage.page("settings", SettingsPage)
    assert isinstance(page, SettingsPage)
    row = page.rows["vosk_model"]
    row.editor.take("/tmp")  # type: ignore[attr-defined]
    stage.settle()
    page.area.ensureWidgetVisible(row, 0, 200)
    return stage.window


def help_keys(stage: Stage) -> QWidget:
    page = stage.page("help", HelpPage)
    assert isinstance(page, HelpPage)
    page.show_topic("keys")
    return stage.window


def recovered(stage: Stage) -> QWidget:
    stage.window._recovered(stage.workspace.library.record(SESSION))
    return sit_down_no_device(stage)


SCENES: dict[str, Callable[[Stage], QWidget]] = {
    scene.__name__.replace("_", "-"): scene
    for scene in (
        unlock_first, unlock, unlock_code, unlock_new, recovery_code, sit_down, sit_down_no_device, live, live_flag,
        live_paused, live_between, live_strike, live_two_minutes, live_notes, debrief, debrief_two_minutes,
        debrief_number, debrief_promise, debrief_last, debrief_rough, library, library_search, library_empty, session,
        export, strike, delete, settings, settings_wrong, help_keys, recovered,
    )
}  # fmt: skip


@contextmanager
def shown(
    app: QApplication, name: str, size: tuple[int, int] = (1280, 800), appearance: str = "light", *, text: int = 15
) -> Iterator[QWidget]:
    """One scene, ready to be looked at; taken down afterwards."""
    stage = Stage(app, size, appearance, text=text)
    try:
        widget = SCENES[name](stage)
        stage.settle()
        yield widget
    finally:
        stage.close()

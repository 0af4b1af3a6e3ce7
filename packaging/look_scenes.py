"""The scenes that `look.py` renders: each sets up a real window over a throw-away library with an invented session."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from example_record import CALL_1, SESSION, example_record
from look_stage import ROUGH, Stage
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from sidebyside import model as m
from sidebyside.audio.devices import InputDevice
from sidebyside.session.models import ModelState, Progress, Step
from sidebyside.ui.debrief import DebriefPage
from sidebyside.ui.help import HelpPage
from sidebyside.ui.library import LibraryPage
from sidebyside.ui.session_view import SessionPage
from sidebyside.ui.settings_editors import NumberEditor
from sidebyside.ui.settings_page import SettingsPage
from sidebyside.ui.unlock import NewPassphrasePage, RecoverPage, RecoveryCodePage, UnlockPage


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


def sit_down_no_model(stage: Stage) -> QWidget:
    sit_down(stage)
    form = stage.window.sitdown.form
    stage.wait(lambda: form.language.findData("de") >= 0, "the languages")
    form.language.setCurrentIndex(form.language.findData("de"))
    stage.wait(form.no_model.isVisible, "what is said of German")
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


def live_left_out(stage: Stage) -> QWidget:
    page = stage.live()
    stage.hear(page)
    page.panel.foot.press_left_out()
    asides = ((21.0, "Yes, on the second of the month, and then again"), (45.5, "I can send you the form today."))
    for number, (at, text) in enumerate(asides):
        heard = m.LeftOutHeard(
            id=f"a{number}", contact_id=CALL_1, side=m.Side.REP, start=at, end=at + 3.0, text=text
        )  # fmt: skip
        page.take((heard,))
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
    row = page.rows["notes_days"]
    assert isinstance(row.editor, NumberEditor)
    row.editor.line.setText("0")
    row.editor.line.setFocus()
    QTest.keyClick(row.editor.line, Qt.Key.Key_Return)
    stage.wait(lambda: page.models.lines, "the models")
    stage.settle()
    page.area.ensureWidgetVisible(row, 0, 200)
    return stage.window


def _models(stage: Stage, language: str) -> SettingsPage:
    # What other programs keep on this computer is not for the picture; one such model is put in.
    listed = [row for row in stage.workspace.models() if row.state is not ModelState.FOUND]
    place = Path("/home/alex/.cache/vosk/vosk-model-small-en-us-0.15")
    listed += [
        msgspec.structs.replace(row, state=ModelState.FOUND, folder=place) for row in listed if row.name == place.name
    ]
    listed.sort(key=lambda row: row.folder is None and row.state is not ModelState.BUNDLED)
    stage.workspace.models = lambda: tuple(listed)  # type: ignore[method-assign]
    stage.window.show_models(language)
    page = stage.window.page_of("settings")
    assert isinstance(page, SettingsPage)
    stage.wait(lambda: page.models.lines and not page.to_models, "the models")
    stage.settle()
    return page


def models(stage: Stage) -> QWidget:
    _models(stage, "en")
    return stage.window


def models_ask(stage: Stage) -> QWidget:
    page = _models(stage, "de")
    page.models.lines["vosk-model-small-de-0.15"].get.click()
    stage.rest()
    return stage.window


def models_coming(stage: Stage) -> QWidget:
    page = _models(stage, "de")
    coming = page.models.work
    coming.name = "vosk-model-small-de-0.15"
    coming.progress = Progress(Step.DOWNLOADING, 19_500_000, 46_499_967)
    page.models._show_rows()
    coming.moved.emit()
    line = page.models.lines[coming.name]
    line.progress.stop.setFocus()
    line.opened.emit(line)
    stage.rest()
    return stage.window


def models_file(stage: Stage) -> QWidget:
    page = _models(stage, "fr")
    page.models.open_bring.click()
    page.models.bring.place.setText("/media/alex/STICK/vosk-model-fr-0.22.zip")
    page.models.bring.say(
        "The zip file is cut short, as if it was taken off the stick too early. Nothing was kept of it. Copy it again."
    )
    stage.settle()
    page.models.opened.emit(page.models.bring)
    stage.rest()
    return stage.window


def _words(stage: Stage, lines: str) -> SettingsPage:
    entries = (
        "HomeHub Ultra",
        "Fibre 500",
        "porting code",
        "PAC code",
        "Okonkwo",
        "Siobhan = shivawn",
        "Leicester = lester",
    )
    stage.workspace.save_words("Billing", entries).result()
    stage.window.show_page("settings")
    page = stage.window.page_of("settings")
    assert isinstance(page, SettingsPage)
    stage.wait(lambda: page.models.lines and page.words.queue.count() > 1, "the queues")
    line = page.words.queue.lineEdit()
    assert line is not None
    line.setText("Billing")
    line.editingFinished.emit()
    stage.wait(lambda: page.words.text.toPlainText(), "the list")
    if lines:
        page.words.text.appendPlainText(lines)
        page.words.save()
        stage.wait(lambda: page.words.said.text(), "the refusal")
    stage.settle()
    page.area.verticalScrollBar().setValue(page.words.y() - 16)
    page.words.text.setFocus()
    return page


def words(stage: Stage) -> QWidget:
    _words(stage, "")
    return stage.window


def words_wrong(stage: Stage) -> QWidget:
    _words(stage, "card 4111 1111 1111 1111")
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
        unlock_first, unlock, unlock_code, unlock_new, recovery_code, sit_down, sit_down_no_device, sit_down_no_model,
        live, live_flag, live_left_out,
        live_paused, live_between, live_strike, live_two_minutes, live_notes, debrief, debrief_two_minutes,
        debrief_number, debrief_promise, debrief_last, debrief_rough, library, library_search, library_empty, session,
        export, strike, delete, settings, settings_wrong, models, models_ask, models_coming, models_file,
        words, words_wrong,
        help_keys, recovered,
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

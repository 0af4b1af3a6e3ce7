"""The Sit-down page: nothing begins before the rep agreed, a refusal leaves no trace, promises are answered here."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from loopback_models import NAME, PARTS
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sidebyside import model as m
from sidebyside.audio.devices import InputDevice
from sidebyside.session.plan import SitDown, new_id
from sidebyside.session.workspace import Workspace
from sidebyside.ui import theme
from sidebyside.ui.bridge import Bridge
from sidebyside.ui.sitdown import MASKED, REFUSED, SitDownPage
from sidebyside.ui.widgets import level_word

HEADSET = InputDevice(index=3, name="USB headset splitter", channels=2, rate=48000, is_default=False, host="ALSA")
BUILT_IN = InputDevice(index=0, name="Built-in Audio", channels=1, rate=44100, is_default=True, host="ALSA")


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with Workspace.throw_away() as made:
        yield made


@pytest.fixture
def page(qtbot: QtBot, qapp: QApplication, workspace: Workspace) -> Iterator[SitDownPage]:
    theme.apply(qapp, "light", 15)
    bridge = Bridge()
    made = SitDownPage(workspace, bridge)
    qtbot.addWidget(made)
    made.resize(1280, 760)
    made.show()
    qtbot.waitUntil(lambda: made.form.language.currentText() == "English" and made.form.rep.hasFocus())
    # What this machine has or lacks must not decide these tests: its own answer comes first, then theirs.
    qtbot.waitUntil(lambda: made.form.says.isVisible() or made.form.device.count() > 0)
    yield made
    made.hide()
    made.close_down()
    bridge.close()


def name_rep(qtbot: QtBot, page: SitDownPage, name: str = "Maria L.") -> None:
    page.form.kit.choose("notes")
    page.form.kit.chosen.emit("notes")
    page.form.rep.setFocus()
    edit = page.form.rep.lineEdit()
    assert edit is not None
    edit.selectAll()
    qtbot.keyClicks(edit, name)


def tab_to(page: SitDownPage, wanted: object, limit: int = 40) -> None:
    for _ in range(limit):
        if QApplication.focusWidget() is wanted:
            return
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    raise AssertionError(f"Tab does not reach {wanted}")


def test_nothing_can_be_agreed_to_before_someone_is_named(qtbot: QtBot, page: SitDownPage) -> None:
    assert not page.text_fine.isEnabled() and not page.not_today.isEnabled()
    name_rep(qtbot, page)
    assert page.text_fine.isEnabled()
    assert page.turn.text() == "Now turn the laptop to Maria"


def test_by_keyboard_alone_to_an_agreed_session(qtbot: QtBot, page: SitDownPage) -> None:
    name_rep(qtbot, page)
    tab_to(page, page.text_fine)
    with qtbot.waitSignal(page.agreed) as agreed:
        qtbot.keyClick(page.text_fine, Qt.Key.Key_Space)
    assert agreed.args is not None
    plan: SitDown = agreed.args[0]
    assert (plan.rep, plan.kit, plan.agreed) == ("Maria L.", m.Kit.NOTES, m.Agreement.TEXT)
    assert plan.notice == page._workspace.content.conduct.notice


def test_enter_never_agrees_by_accident(qtbot: QtBot, page: SitDownPage) -> None:
    name_rep(qtbot, page)
    with qtbot.assertNotEmitted(page.agreed, wait=100):
        qtbot.keyClick(page.form.rep.lineEdit(), Qt.Key.Key_Return)
        tab_to(page, page.text_fine)
        qtbot.keyClick(page.text_fine, Qt.Key.Key_Return)


def test_a_refusal_empties_the_page_and_is_stored_nowhere(
    qtbot: QtBot, page: SitDownPage, workspace: Workspace
) -> None:
    before = workspace.settings
    name_rep(qtbot, page)
    tab_to(page, page.not_today)
    with qtbot.assertNotEmitted(page.agreed, wait=100):
        qtbot.keyClick(page.not_today, Qt.Key.Key_Space)
    assert page.form.rep_named == ""
    assert page.kind_line.isVisible() and page.kind_line.text() == REFUSED
    assert not page.text_fine.isEnabled()
    assert workspace.settings == before
    assert tuple(workspace.library.sessions()) == () and tuple(workspace.library.reps()) == ()


def test_without_a_sound_input_notes_only_is_chosen_and_says_why(qtbot: QtBot, page: SitDownPage) -> None:
    page.form.show_no_device("There is no microphone here.")
    assert page.form.kit_chosen is m.Kit.NOTES
    assert not page.form.kit.button("cord").isEnabled()
    assert page.form.kit.button("cord").accessibleDescription() == "There is no microphone here."
    assert page.form.says.isVisible() and "There is no microphone here." in page.form.says.text()
    assert page.form.again.isVisible()
    assert not page.form.sound.isVisible() and not page.listen_only.isVisible()


def test_the_headset_is_chosen_before_the_laptops_own_microphone(page: SitDownPage) -> None:
    page.form.device.clear()
    page.form.show_devices((BUILT_IN, HEADSET))
    assert page.form.device.currentData() == HEADSET.name
    page.form.device.setCurrentIndex(0)
    stereo = page.form.layout_box.model().index(1, 0)
    assert not stereo.flags() & Qt.ItemFlag.ItemIsEnabled


def test_two_sides_have_two_meters_each_with_its_word(page: SitDownPage) -> None:
    page.form.show_devices((HEADSET,))
    page.form.layout_box.setCurrentIndex(1)
    page.form.show_levels((-25.0, -90.0))
    told = [(meter.title.text(), meter.word.text()) for meter in page.form.meters]
    assert told == [("Rep", "good level"), ("Customer", "no sound")]
    assert page.form.meters[1].accessibleDescription() == "no sound"


@pytest.mark.parametrize(
    ("level", "word"), [(-120.0, "no sound"), (-50.0, "too quiet"), (-20.0, "good level"), (-2.0, "too loud")]
)
def test_levels_have_words(level: float, word: str) -> None:
    assert level_word(level) == word


def pick_language(page: SitDownPage, code: str) -> None:
    box = page.form.language
    assert box.findData(code) >= 0
    box.setCurrentIndex(box.findData(code))


def test_which_models_will_hear_the_call_is_said(qtbot: QtBot, page: SitDownPage) -> None:
    page.form.show_devices((HEADSET,))
    page.form.kit.choose("cord")
    page.form.kit.chosen.emit("cord")
    qtbot.waitUntil(lambda: "Moonshine tiny" in page.form.heard_by.models.text())
    assert "Whisper tiny" in page.form.heard_by.models.text()
    assert page.form.heard_by.isVisible() and not page.form.no_model.isVisible()


def test_a_language_without_a_model_is_said_and_leaves_notes_only(qtbot: QtBot, page: SitDownPage) -> None:
    page.form.show_devices((HEADSET,))
    page.form.kit.choose("microphone")
    page.form.kit.chosen.emit("microphone")
    qtbot.keyClicks(page.form.rep.lineEdit(), "Maria L.")
    qtbot.waitUntil(page.text_fine.isEnabled)
    listed = [page.form.language.itemText(row) for row in range(page.form.language.count())]
    assert listed[0] == "English" and "German – no model yet" in listed
    pick_language(page, "de")
    assert not page.text_fine.isEnabled()
    qtbot.waitUntil(page.form.no_model.isVisible)
    assert "no model for German" in page.form.no_model.text.text()
    assert page.form.kit_chosen is m.Kit.NOTES and not page.form.sound.isVisible()
    for key in ("cord", "microphone"):
        assert not page.form.kit.button(key).isEnabled()
        assert "no model for German" in page.form.kit.button(key).accessibleDescription()
    assert page.text_fine.isEnabled() and page.text_fine.text() == "Notes are &fine"
    assert not page.listen_only.isVisible() and "Nothing is listened to" in page.notice.text()


def test_the_way_of_hearing_comes_back_with_a_language_that_can_be_heard(qtbot: QtBot, page: SitDownPage) -> None:
    page.form.show_devices((HEADSET,))
    page.form.kit.choose("microphone")
    page.form.kit.chosen.emit("microphone")
    pick_language(page, "de")
    qtbot.waitUntil(page.form.no_model.isVisible)
    pick_language(page, "en")
    qtbot.waitUntil(lambda: not page.form.no_model.isVisible())
    assert page.form.kit_chosen is m.Kit.MICROPHONE and page.form.sound.isVisible()


def test_notes_in_another_language_do_not_change_how_calls_are_heard(
    qtbot: QtBot, page: SitDownPage, workspace: Workspace
) -> None:
    page.form.show_devices((HEADSET,))
    page.form.kit.choose("cord")
    page.form.kit.chosen.emit("cord")
    pick_language(page, "de")
    qtbot.waitUntil(page.form.no_model.isVisible)
    qtbot.keyClicks(page.form.rep.lineEdit(), "Maria L.")
    with qtbot.waitSignal(page.agreed) as agreed:
        qtbot.mouseClick(page.text_fine, Qt.MouseButton.LeftButton)
    assert agreed.args is not None
    plan: SitDown = agreed.args[0]
    assert (plan.kit, plan.language) == (m.Kit.NOTES, "de")
    qtbot.waitUntil(lambda: workspace.settings.language == "de")
    assert workspace.settings.kit is m.Kit.CORD


@pytest.mark.skipif(importlib.util.find_spec("vosk") is None, reason="there is no Vosk for this system")
def test_the_rep_reads_what_is_not_masked_in_another_language(
    qtbot: QtBot, page: SitDownPage, workspace: Workspace, tmp_path: Path
) -> None:
    for name, content in PARTS.items():
        (tmp_path / NAME / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / NAME / name).write_bytes(content)
    workspace.settings = msgspec.structs.replace(workspace.settings, first_models={"de": str(tmp_path / NAME)})
    page.form.show_devices((HEADSET,))
    page.form.kit.choose("cord")
    page.form.kit.chosen.emit("cord")
    assert page.notice.text().count(MASKED) == 1
    pick_language(page, "de")
    qtbot.waitUntil(lambda: page.form.heard_by.models.text().endswith("not corrected"))
    assert "German" in page.form.heard_by.models.toolTip()
    assert MASKED not in page.notice.text() and "masked in English only" in page.notice.text()
    assert page.form.kit_chosen is m.Kit.CORD


def test_a_model_can_be_asked_for_by_keyboard(qtbot: QtBot, page: SitDownPage) -> None:
    pick_language(page, "de")
    qtbot.waitUntil(page.form.no_model.isVisible)
    page.form.language.setFocus()
    tab_to(page, page.form.no_model.get)
    with qtbot.waitSignal(page.models_wanted) as wanted:
        qtbot.keyClick(page.form.no_model.get, Qt.Key.Key_Space)
    assert wanted.args == ["de"]


def test_the_arrow_keys_choose_how_the_call_is_heard(qtbot: QtBot, page: SitDownPage) -> None:
    page.form.show_devices((HEADSET,))
    page.form.kit.choose("cord")
    page.form.kit.button("cord").setFocus()
    qtbot.keyClick(page.form.kit.button("cord"), Qt.Key.Key_Right)
    assert page.form.kit_chosen is m.Kit.MICROPHONE
    assert page.form.kit.button("microphone").hasFocus()


def promise(workspace: Workspace, qtbot: QtBot) -> m.FollowUp:
    conductor = workspace.sit_down(SitDown(rep="Maria L.", kit=m.Kit.NOTES))
    conductor.start()
    session = conductor.end().result(20)
    made = m.FollowUp(id=new_id(), session_id=session.id, rep="Maria L.", text="Ask IT for a date", due="2026-11-27")
    return workspace.save_follow_up(made).result(20)


def test_what_was_promised_is_shown_and_can_be_kept(qtbot: QtBot, page: SitDownPage, workspace: Workspace) -> None:
    promise(workspace, qtbot)
    name_rep(qtbot, page)
    qtbot.waitUntil(lambda: page.promises.isVisible())
    assert page.promises.heading.text() == "You promised Maria"
    (row,) = page.promises.rows
    tab_to(page, row.done)
    qtbot.keyClick(row.done, Qt.Key.Key_Space)
    assert row.outcome.hasFocus()
    qtbot.keyClicks(row.outcome, "IT fixed it on Monday")
    qtbot.keyClick(row.outcome, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: tuple(workspace.library.open_follow_ups("Maria L.")) == ())
    qtbot.waitUntil(lambda: row.when.text().startswith("Done"))


def test_not_yet_leaves_a_promise_open(qtbot: QtBot, page: SitDownPage, workspace: Workspace) -> None:
    made = promise(workspace, qtbot)
    name_rep(qtbot, page)
    qtbot.waitUntil(lambda: page.promises.isVisible())
    qtbot.mouseClick(page.promises.rows[0].not_yet, Qt.MouseButton.LeftButton)
    assert page.promises.rows[0].when.text() == "It stays on the list."
    assert tuple(workspace.library.open_follow_ups("Maria L.")) == (made,)

"""The Live page by keyboard, on a real session in a real, throw-away library."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sidebyside import model as m
from sidebyside.session.conductor import Conductor
from sidebyside.session.plan import SitDown
from sidebyside.session.workspace import Workspace
from sidebyside.ui import theme
from sidebyside.ui.bridge import Bridge
from sidebyside.ui.keys import PRESSES, press_of
from sidebyside.ui.live import CARRY_ON_EVERY, LivePage
from sidebyside.ui.transcript import RowKind

NONE = Qt.KeyboardModifier.NoModifier
ALT = Qt.KeyboardModifier.AltModifier
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Seat(NamedTuple):
    """A page, its session, and what the library holds of it."""

    qtbot: QtBot
    page: LivePage
    conductor: Conductor
    workspace: Workspace

    @property
    def record(self) -> m.SessionRecord:
        return self.workspace.library.record(self.conductor.session.id)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        self.qtbot.keyClick(QApplication.focusWidget() or self.page, key, modifiers)

    def type(self, text: str) -> None:
        # As a keyboard does it: each key goes where the focus is by then.
        for character in text:
            self.qtbot.keyClicks(QApplication.focusWidget() or self.page, character)

    def rows(self, kind: RowKind) -> list[str]:
        rows = [self.page.model.row(place) for place in range(self.page.model.rowCount())]
        return [row.text or row.name for row in rows if row.kind is kind]

    def until_rows(self, kind: RowKind, expected: list[str]) -> None:
        self.qtbot.waitUntil(lambda: self.rows(kind) == expected)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """One library for all these tests, each of which has a session of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIDEBYSIDE_HOME", str(tmp_path_factory.mktemp("home")))
        with Workspace.throw_away() as made:
            yield made


@pytest.fixture
def seat(qtbot: QtBot, qapp: QApplication, workspace: Workspace) -> Iterator[Seat]:
    theme.apply(qapp, "light", 15)
    bridge = Bridge()
    conductor = workspace.sit_down(SitDown(rep="Maria L.", queue="Billing", kit=m.Kit.NOTES))
    page = LivePage(conductor, workspace.content, bridge)
    qtbot.addWidget(page)
    page.resize(1100, 720)
    bridge.follow(conductor)
    page.show()
    conductor.start()
    made = Seat(qtbot, page, conductor, workspace)
    qtbot.waitUntil(lambda: made.rows(RowKind.CALL) == ["Call 1"] and page.box.hasFocus())
    yield made
    conductor.end().result(20)
    bridge.close()


# --- notes ---


def test_enter_saves_a_note_at_the_time_its_typing_began(seat: Seat) -> None:
    seat.type("Third workaround")
    began = seat.page.box.began_at
    assert began is not None
    seat.qtbot.waitUntil(lambda: seat.conductor.now() > began + 0.3)
    seat.type(" already")
    seat.key(Qt.Key.Key_Return)
    seat.until_rows(RowKind.NOTE, ["Third workaround already"])
    assert seat.page.box.text() == ""
    (note,) = seat.record.notes
    assert note.at == pytest.approx(began, abs=0.01)
    assert not note.private and note.flag_id is None


def test_numbers_that_must_not_be_kept_are_masked_before_they_are_shown(seat: Seat) -> None:
    seat.type("card 4111 1111 1111 1111")
    seat.key(Qt.Key.Key_Return)
    seat.qtbot.waitUntil(lambda: len(seat.rows(RowKind.NOTE)) == 1)
    assert "4111" not in seat.rows(RowKind.NOTE)[0]
    assert "[card number]" in seat.rows(RowKind.NOTE)[0]


def test_a_private_note_is_marked_as_such(seat: Seat) -> None:
    seat.key(Qt.Key.Key_P, CTRL)
    assert seat.page.panel.readers.value == "private"
    assert seat.page.foot.when.text().startswith("Private note at")
    seat.type("our own letter is wrong")
    seat.key(Qt.Key.Key_Return)
    seat.until_rows(RowKind.NOTE, ["our own letter is wrong"])
    assert seat.record.notes[0].private
    seat.key(Qt.Key.Key_P, CTRL)
    assert seat.page.panel.readers.value == "shared"


def test_typing_anywhere_goes_to_the_note_box(seat: Seat) -> None:
    seat.page.transcript.setFocus()
    seat.type("hello")
    assert seat.page.box.text() == "hello"
    assert seat.page.box.hasFocus()


# --- flags ---


def test_a_digit_in_the_empty_box_strikes_a_flag_and_words_belong_to_it(seat: Seat) -> None:
    seat.type("1")
    assert seat.page.foot.chip.isVisible()
    assert "Code red" in seat.page.foot.chip.text()
    assert "Code red" in seat.page.box.accessibleDescription()
    seat.type("known since spring")
    seat.key(Qt.Key.Key_Return)
    seat.until_rows(RowKind.FLAG, ["known since spring"])
    assert not seat.page.foot.chip.isVisible()
    (flag,), (note,) = seat.record.flags, seat.record.notes
    assert (flag.kind, note.flag_id) == ("code-red", flag.id)
    assert seat.page.panel.flags["code-red"].accessibleDescription().endswith("1 in this call.")


@pytest.mark.parametrize("press", PRESSES)
def test_every_flag_has_its_key(seat: Seat, press: str) -> None:
    kind = next(kind for kind in seat.workspace.content.flags if kind.press == press)
    seat.type(press)
    seat.until_rows(RowKind.FLAG, [kind.name])


@pytest.mark.parametrize(("key", "expected"), [(Qt.Key.Key_Space, "3 weeks"), (Qt.Key.Key_Backspace, "3weeks")])
def test_space_or_backspace_right_after_makes_the_digit_text(seat: Seat, key: Qt.Key, expected: str) -> None:
    seat.type("3")
    seat.key(key)
    seat.type("weeks")
    assert seat.page.box.text() == expected
    assert seat.page.box.flag is None
    seat.key(Qt.Key.Key_Return)
    seat.until_rows(RowKind.NOTE, [expected])
    seat.until_rows(RowKind.FLAG, [])
    assert seat.record.flags == ()


def test_a_digit_for_a_flags_note_can_still_be_typed(seat: Seat) -> None:
    seat.type("1")
    seat.type("3")
    seat.key(Qt.Key.Key_Space)
    seat.type("weeks")
    seat.key(Qt.Key.Key_Return)
    seat.until_rows(RowKind.FLAG, ["3 weeks"])
    assert [flag.kind for flag in seat.record.flags] == ["code-red"]


def test_a_digit_within_words_is_a_digit(seat: Seat) -> None:
    seat.type("call 2 of 3")
    assert seat.page.box.text() == "call 2 of 3"
    assert seat.record.flags == ()


def test_alt_with_a_digit_flags_whatever_is_in_the_box_and_takes_the_words(seat: Seat) -> None:
    seat.type("she was passed on")
    seat.key(Qt.Key.Key_3, ALT)
    assert seat.page.box.text() == "she was passed on"
    seat.key(Qt.Key.Key_Return)
    seat.until_rows(RowKind.FLAG, ["she was passed on"])
    assert seat.record.flags[0].kind == "passed-on"


def test_the_next_flag_saves_the_words_of_the_one_before(seat: Seat) -> None:
    seat.type("1")
    seat.type("first")
    seat.key(Qt.Key.Key_2, ALT)
    assert seat.page.box.text() == ""
    seat.type("second")
    seat.key(Qt.Key.Key_Return)
    seat.qtbot.waitUntil(lambda: sorted(seat.rows(RowKind.FLAG)) == ["first", "second"])
    kinds = {flag.id: flag.kind for flag in seat.record.flags}
    assert {kinds[note.flag_id or ""]: note.text for note in seat.record.notes} == {
        "code-red": "first",
        "repeat": "second",
    }


def test_escape_lets_go_of_the_flag_and_keeps_it(seat: Seat) -> None:
    seat.type("1")
    seat.key(Qt.Key.Key_Escape)
    assert not seat.page.foot.chip.isVisible()
    seat.type("something else")
    seat.key(Qt.Key.Key_Return)
    seat.until_rows(RowKind.NOTE, ["something else"])
    seat.until_rows(RowKind.FLAG, ["Code red"])
    assert seat.record.notes[0].flag_id is None


def test_a_click_strikes_a_flag_and_the_box_keeps_the_focus(seat: Seat) -> None:
    seat.qtbot.mouseClick(seat.page.panel.flags["delight"], Qt.MouseButton.LeftButton)
    seat.until_rows(RowKind.FLAG, ["Delight"])
    assert seat.page.box.hasFocus()
    assert seat.page.panel.flags["delight"].property("struck") == "true"


def test_ctrl_z_takes_back_and_ctrl_shift_z_puts_back(seat: Seat) -> None:
    seat.type("1")
    seat.until_rows(RowKind.FLAG, ["Code red"])
    seat.key(Qt.Key.Key_Z, CTRL)
    seat.until_rows(RowKind.FLAG, [])
    seat.qtbot.waitUntil(lambda: not seat.page.foot.chip.isVisible())
    seat.key(Qt.Key.Key_Z, CTRL | SHIFT)
    seat.until_rows(RowKind.FLAG, ["Code red"])


def test_ctrl_z_within_words_undoes_the_words_only(seat: Seat) -> None:
    seat.type("1")
    seat.type("wrong")
    seat.key(Qt.Key.Key_Z, CTRL)
    assert seat.page.box.text() == ""
    seat.qtbot.waitUntil(lambda: [flag.kind for flag in seat.record.flags] == ["code-red"])


def test_flags_are_found_by_their_place_on_every_layout() -> None:
    def pressed(code: int, text: str, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> QKeyEvent:
        return QKeyEvent(QEvent.Type.KeyPress, key, modifiers, code, 0, 0, text)

    # AZERTY: the second key of the row types é; QWERTZ: the eleventh types ß; its minus is elsewhere.
    assert press_of(pressed(11, "é", Qt.Key.Key_Eacute), "xcb") == "2"
    assert press_of(pressed(20, "ß", Qt.Key.Key_ssharp), "wayland") == "-"
    assert press_of(pressed(61, "-", Qt.Key.Key_Minus), "xcb") == ""
    assert press_of(pressed(3, "é", Qt.Key.Key_Eacute), "windows") == "2"
    assert press_of(pressed(84, "5", Qt.Key.Key_5, Qt.KeyboardModifier.KeypadModifier), "xcb") == "5"
    assert press_of(pressed(0, "9", Qt.Key.Key_9), "offscreen") == "9"
    assert press_of(pressed(38, "a", Qt.Key.Key_A), "xcb") == ""


# --- calls, reasons, the rest of the keys ---


def test_f2_ends_the_call_and_starts_the_next(seat: Seat) -> None:
    assert "End call" in seat.page.header.end_call.text()
    seat.key(Qt.Key.Key_F2)
    seat.qtbot.waitUntil(lambda: seat.page.header.call.text() == "No call")
    assert "Start call" in seat.page.header.end_call.text()
    seat.key(Qt.Key.Key_F2)
    seat.qtbot.waitUntil(lambda: seat.page.header.call.text() == "Call 2")
    assert [contact.end is None for contact in seat.record.contacts] == [False, True]


def test_the_reason_is_found_by_typing_part_of_it(seat: Seat) -> None:
    seat.key(Qt.Key.Key_R, CTRL)
    seat.type("refund")
    seat.key(Qt.Key.Key_Return)
    seat.qtbot.waitUntil(lambda: any(contact.reason for contact in seat.record.contacts))
    chosen = next(reason for reason in seat.workspace.content.reasons if "refund" in reason.name.lower())
    assert seat.record.contacts[0].reason == chosen.key
    seat.qtbot.waitUntil(lambda: seat.page.box.hasFocus())
    seat.until_rows(RowKind.CALL, [f"Call 1 · {chosen.name}"])


def test_escape_leaves_the_reason_as_it_was(seat: Seat) -> None:
    seat.key(Qt.Key.Key_R, CTRL)
    seat.type("zzz")
    seat.key(Qt.Key.Key_Escape)
    seat.qtbot.waitUntil(lambda: seat.page.box.hasFocus())
    assert seat.page.panel.reason.currentText() == seat.page.panel.reason.NONE
    assert seat.record.contacts[0].reason is None


def test_notes_only_is_calm_about_sound(seat: Seat) -> None:
    seat.qtbot.waitUntil(lambda: seat.page.header.state.text() == "Notes only")
    assert seat.page.strip.large.text() == "Notes only"
    assert not seat.page.header.audio.isVisible() and not seat.page.header.pause.isVisible()
    assert seat.page.header.saved.isVisible()


def test_the_state_of_listening_is_said_in_words(seat: Seat) -> None:
    for listening, words in (
        (m.Listening.PAUSED, "Not listening"),
        (m.Listening.BETWEEN_CALLS, "Between calls"),
        (m.Listening.DEVICE_LOST, "No sound arrives"),
    ):
        seat.page.take((m.ListeningChanged(listening=listening),))
        assert seat.page.strip.isVisible() and seat.page.strip.large.text() == words
        assert words in seat.page.strip.accessibleName()
    seat.page.take((m.ListeningChanged(listening=m.Listening.LISTENING), m.SpeechChanged(state=m.SpeechState.READY)))
    assert not seat.page.strip.isVisible()


def test_proof_of_life_is_in_words(seat: Seat) -> None:
    seat.page.take((m.ListeningChanged(listening=m.Listening.LISTENING), m.SpeechChanged(state=m.SpeechState.READY)))
    seat.page.take((m.Health(audio=True, words=True, saved=True, behind=0.62),))
    header = seat.page.header
    assert [sign.accessibleName() for sign in (header.audio, header.words, header.saved)] == ["audio", "words", "saved"]
    assert header.behind.text() == "0.6 s behind"
    late = m.Health(audio=False, words=False, saved=False, behind=4, overruns=2)
    seat.page.take((late,))
    assert header.saved.text.text() == "saved"
    for _ in range(3):
        seat.page.take((late,))
    names = [sign.text.text() for sign in (header.audio, header.words, header.saved)]
    assert names == ["no audio", "no words", "not saved yet"]
    assert header.behind.text() == "4.0 s behind · 2 dropped"


def test_trouble_is_told_without_taking_the_focus(seat: Seat) -> None:
    seat.type("half a no")
    seat.page.take((m.Trouble(message="The disk is full."),))
    assert seat.page.banners.texts == ("The disk is full.",)
    seat.type("te")
    assert seat.page.box.text() == "half a note"


# --- striking a call out, and two minutes between calls ---


def test_a_call_is_struck_out_in_two_steps(seat: Seat) -> None:
    seat.key(Qt.Key.Key_1)
    seat.type("zebra")
    seat.key(Qt.Key.Key_Return)
    seat.qtbot.waitUntil(lambda: seat.record.notes != ())
    seat.type("half a thought")
    seat.key(Qt.Key.Key_X, CTRL | SHIFT)
    asked = seat.page.striking
    assert asked.isVisible() and asked.keep.hasFocus()
    assert asked.question.text() == "Strike out call 1?" and "what you are typing" in asked.what.text()
    seat.key(Qt.Key.Key_Escape)
    assert not asked.isVisible() and seat.page.box.hasFocus() and seat.record.flags != ()
    seat.key(Qt.Key.Key_X, CTRL | SHIFT)
    seat.qtbot.mouseClick(asked.go, Qt.MouseButton.LeftButton)
    seat.qtbot.waitUntil(lambda: "struck out" in seat.rows(RowKind.CALL)[0])
    assert not asked.isVisible() and seat.page.box.hasFocus() and seat.page.box.text() == ""
    assert seat.rows(RowKind.FLAG) == seat.rows(RowKind.NOTE) == []
    assert (seat.record.notes, seat.record.flags) == ((), ())
    assert seat.record.contacts[0].struck
    assert seat.page.header.end_call.text() == "Start call  F2"
    assert not seat.page.panel.reason.isEnabled() and not seat.page.panel.foot.strike.isVisible()
    seat.type("on the corridor")
    seat.key(Qt.Key.Key_Return)
    seat.until_rows(RowKind.NOTE, ["on the corridor"])


def test_right_after_its_end_a_call_can_be_struck_out_by_its_button(seat: Seat) -> None:
    seat.key(Qt.Key.Key_F2)
    seat.qtbot.waitUntil(lambda: seat.page.panel.foot.strike.text() == "Strike out call 1…")
    seat.qtbot.mouseClick(seat.page.panel.foot.strike, Qt.MouseButton.LeftButton)
    assert "The call ends" not in seat.page.striking.what.text()
    seat.qtbot.mouseClick(seat.page.striking.go, Qt.MouseButton.LeftButton)
    seat.qtbot.waitUntil(lambda: seat.record.contacts[0].struck)
    seat.qtbot.waitUntil(lambda: not seat.page.panel.foot.strike.isVisible())
    seat.key(Qt.Key.Key_X, CTRL | SHIFT)
    assert not seat.page.striking.isVisible()
    seat.key(Qt.Key.Key_F2)
    seat.qtbot.waitUntil(lambda: seat.page.panel.foot.strike.text() == "Strike out this call…")


def test_two_minutes_are_offered_only_between_calls(seat: Seat) -> None:
    wanted: list[bool] = []
    seat.page.two_minutes_wanted.connect(lambda: wanted.append(True))
    seat.key(Qt.Key.Key_F4)
    assert not seat.page.strip.offer.isVisibleTo(seat.page.strip) and wanted == []
    seat.key(Qt.Key.Key_F2)
    seat.qtbot.waitUntil(lambda: seat.page.strip.offer.isVisible())
    assert seat.page.strip.offer.text() == "Two minutes with Maria  F4"
    seat.key(Qt.Key.Key_F4)
    seat.qtbot.mouseClick(seat.page.strip.offer, Qt.MouseButton.LeftButton)
    assert wanted == [True, True]


def test_every_half_hour_the_rep_is_asked_again(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    assert seat.page.banners.texts == ()
    monkeypatch.setattr(seat.conductor, "now", lambda: CARRY_ON_EVERY + 1)
    seat.qtbot.waitUntil(lambda: seat.page.banners.texts != ())
    assert seat.page.banners.texts == ("30 minutes together. Ask Maria: is it fine to carry on?",)


def test_ctrl_d_saves_what_is_typed_ends_the_session_and_asks_for_the_debrief(seat: Seat) -> None:
    seat.type("not yet saved")
    with seat.qtbot.waitSignal(seat.page.ended, timeout=20_000) as ended:
        seat.key(Qt.Key.Key_D, CTRL)
        assert "Saving the last words" in seat.page.strip.large.text()
    assert ended.args is not None
    session, debrief = ended.args
    assert debrief and session.state is m.SessionState.ENDED
    assert [note.text for note in seat.record.notes] == ["not yet saved"]


def test_every_control_has_a_name_and_tab_reaches_it(seat: Seat) -> None:
    reached = set()
    for _ in range(60):
        seat.key(Qt.Key.Key_Tab)
        widget = QApplication.focusWidget()
        assert widget is not None
        assert widget.accessibleName() or getattr(widget, "text", lambda: "")(), widget
        reached.add(widget)
    page = seat.page
    assert {page.box, page.header.end_call, page.header.debrief, *page.panel.flags.values()} <= reached

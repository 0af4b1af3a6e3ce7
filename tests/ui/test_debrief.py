"""The debrief page: asks in order, keeps what is typed, shows others' numbers only afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec
import pytest
from example_record import CALL_1, CALL_2, CODE_RED, SESSION, example_record
from filled_library import as_session, put, put_others
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sidebyside.model import Answer, Flag, SessionRecord
from sidebyside.session.workspace import Workspace
from sidebyside.ui.bridge import Bridge
from sidebyside.ui.debrief import DebriefPage
from sidebyside.ui.debrief_answers import said_by_others, understood
from sidebyside.ui.debrief_list import Look

HOW_MANY = "reason:why-this-letter:how-many"
ALWAYS = "reason:why-this-letter:always-happens"


def fresh(**changes: object) -> SessionRecord:
    """The example without answers and promises, changed."""
    return msgspec.structs.replace(example_record(), **{"answers": (), "follow_ups": (), **changes})


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with Workspace.throw_away() as made:
        yield made


@pytest.fixture
def opened(qtbot: QtBot, workspace: Workspace) -> Iterator[Callable[..., DebriefPage]]:
    bridge = Bridge()

    def open_page(record: SessionRecord, *, others: bool = False, short: bool = False) -> DebriefPage:
        put(workspace.library, record)
        if others:
            put_others(workspace.library)
        page = DebriefPage(workspace, bridge)
        qtbot.addWidget(page)
        page.resize(1280, 760)
        page.show()
        page.open(record.session.id, short=short)
        qtbot.waitUntil(lambda: page.title.text() != "Debrief", timeout=10_000)
        return page

    yield open_page
    bridge.close()


def stored(workspace: Workspace, question: str, session_id: str = SESSION) -> Answer | None:
    answers = workspace.library.record(session_id).answers
    return next((answer for answer in answers if answer.question == question), None)


def ask(page: DebriefPage, key: str) -> None:
    page.list.choose("")
    for row in range(page.list.count()):
        if page.list.entry(page.list.item(row)).key == key:
            page.list.setCurrentRow(row)
    assert page.current is not None and page.current.key == key


def type_in(qtbot: QtBot, page: DebriefPage, text: str) -> None:
    page.pane.focus_answer()
    field = page.pane.number.field if page.pane.number.isVisible() else page.pane.words
    qtbot.keyClicks(field, text)


def test_prices_questions_come_first_and_the_moment_is_quoted(opened: Callable[..., DebriefPage]) -> None:
    page = opened(fresh())
    assert page.pane.question.text() == "Does that always happen?"
    assert page.pane.quote.isVisible()
    assert [prompt.question.key for prompt in page.prompts[:4]] == [
        "always-happens", "how-many", "better-way", "customer-input",
    ]  # fmt: skip


def test_left_side_has_moments_then_reasons_then_the_end(opened: Callable[..., DebriefPage]) -> None:
    page = opened(fresh())
    headings = [entry.title for entry in page.list.entries() if entry.look is Look.HEADING]
    assert headings == ["Moments", "How do I pay?", "Why did I get this letter?", "At the end"]
    moments = [entry.title for entry in page.list.entries() if entry.look is Look.MOMENT]
    assert moments == ["Ask", "Code red", "Repeat", "Delight", "Follow-up"]


def test_what_is_typed_is_saved_without_pressing_anything(
    qtbot: QtBot, workspace: Workspace, opened: Callable[..., DebriefPage]
) -> None:
    page = opened(fresh())
    ask(page, ALWAYS)
    type_in(qtbot, page, "Every day since April")
    qtbot.waitUntil(lambda: stored(workspace, "always-happens") is not None, timeout=5_000)
    first = stored(workspace, "always-happens")
    assert first is not None and first.text == "Every day since April" and first.reason == "why-this-letter"
    assert first.asked == "Does that always happen?"
    qtbot.waitUntil(lambda: page.pane.state.text() == "Saved")
    type_in(qtbot, page, ", all of us")
    qtbot.waitUntil(lambda: (stored(workspace, "always-happens") or first).text.endswith("all of us"), timeout=5_000)
    again = stored(workspace, "always-happens")
    assert again is not None and again.id == first.id
    ticked = [entry for entry in page.list.entries() if entry.key == ALWAYS]
    assert ticked[0].done


def test_enter_goes_on_and_shift_enter_is_a_new_line(
    qtbot: QtBot, workspace: Workspace, opened: Callable[..., DebriefPage]
) -> None:
    page = opened(fresh())
    first = page.current
    assert first is not None
    type_in(qtbot, page, "one")
    qtbot.keyClick(page.pane.words, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(page.pane.words, "two")
    qtbot.keyClick(page.pane.words, Qt.Key.Key_Return)
    assert page.current is not None and page.current is not first
    qtbot.waitUntil(lambda: stored(workspace, "always-happens") is not None, timeout=5_000)
    answer = stored(workspace, "always-happens")
    assert answer is not None and answer.text == "one\ntwo"


def test_leaving_at_once_loses_nothing(qtbot: QtBot, workspace: Workspace, opened: Callable[..., DebriefPage]) -> None:
    page = opened(fresh())
    type_in(qtbot, page, "Typed and gone")
    with qtbot.waitSignal(page.finished) as finished:
        qtbot.mouseClick(page.finish_button, Qt.MouseButton.LeftButton)
    assert finished.args == [SESSION]
    qtbot.waitUntil(lambda: stored(workspace, "always-happens") is not None, timeout=5_000)


def test_a_number_with_its_unit_and_what_others_said_only_afterwards(
    qtbot: QtBot, workspace: Workspace, opened: Callable[..., DebriefPage]
) -> None:
    page = opened(fresh(), others=True)
    ask(page, HOW_MANY)
    assert page.pane.number.isVisible() and page.pane.others.isHidden()
    type_in(qtbot, page, "8")
    qtbot.waitUntil(lambda: page.pane.others.isVisible(), timeout=5_000)
    assert page.pane.others.text() == "6 reps say 4 to 15 a day, median 10"
    answer = stored(workspace, "how-many")
    assert answer is not None and (answer.number, answer.unit, answer.text) == (8.0, "a day", "")
    page.pane.number.field.clear()
    qtbot.keyClicks(page.pane.number.field, "3 of ten")
    assert page.pane.number.unit.value == "of your last ten"
    qtbot.waitUntil(lambda: (stored(workspace, "how-many") or answer).number == 3.0, timeout=5_000)
    answer = stored(workspace, "how-many")
    assert answer is not None and answer.unit == "of your last ten" and answer.text == "3 of ten"
    qtbot.waitUntil(page.pane.others.isHidden)


def test_nothing_about_others_where_there_are_none(
    qtbot: QtBot, workspace: Workspace, opened: Callable[..., DebriefPage]
) -> None:
    page = opened(fresh())
    ask(page, HOW_MANY)
    type_in(qtbot, page, "8")
    qtbot.waitUntil(lambda: stored(workspace, "how-many") is not None, timeout=5_000)
    qtbot.waitUntil(lambda: page.pane.state.text() == "Saved")
    assert page.pane.others.isHidden()


def test_a_rep_is_not_told_their_own_earlier_number_as_others() -> None:
    mine = Answer(id="1", session_id="now", question="q", asked="", number=8.0, unit="a day")
    before = Answer(id="2", session_id="then", question="q", asked="", number=20.0, unit="a day")
    assert said_by_others(mine, (before,), {"now": "Maria", "then": "Maria"}) == ""
    assert said_by_others(mine, (before,), {"now": "Maria", "then": "Ben"}) == "1 rep says 20 a day"


@pytest.mark.parametrize(
    ("typed", "unit", "found"),
    [
        ("10", "a day", (10.0, "a day")),
        ("3", "of your last ten", (3.0, "of your last ten")),
        ("11", "of your last ten", None),
        ("lots", "a day", None),
        ("half", "a day", (5.0, "of your last ten")),
    ],
)
def test_number_field_understands(typed: str, unit: str, found: tuple[float, str] | None) -> None:
    assert understood(typed, unit) == found


def test_words_in_the_number_field_are_kept_as_words(
    qtbot: QtBot, workspace: Workspace, opened: Callable[..., DebriefPage]
) -> None:
    page = opened(fresh())
    ask(page, HOW_MANY)
    type_in(qtbot, page, "far too many")
    assert "kept as words" in page.pane.number.meaning.text()
    qtbot.waitUntil(lambda: stored(workspace, "how-many") is not None, timeout=5_000)
    answer = stored(workspace, "how-many")
    assert answer is not None and answer.text == "far too many" and answer.number is None


def test_a_card_number_is_masked_on_screen_too(
    qtbot: QtBot, workspace: Workspace, opened: Callable[..., DebriefPage]
) -> None:
    page = opened(fresh())
    type_in(qtbot, page, "She read 4111 1111 1111 1111 aloud")
    qtbot.waitUntil(lambda: "4111" not in page.pane.words.toPlainText(), timeout=5_000)
    answer = stored(workspace, "always-happens")
    assert answer is not None and "4111" not in answer.text
    assert page.pane.words.toPlainText() == answer.text


def test_skipped_is_passed_over_and_can_be_answered_later(
    qtbot: QtBot, workspace: Workspace, opened: Callable[..., DebriefPage]
) -> None:
    page = opened(fresh())
    first = page.current
    assert first is not None
    qtbot.mouseClick(page.pane.skip, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: stored(workspace, "always-happens") is not None, timeout=5_000)
    skipped = stored(workspace, "always-happens")
    assert skipped is not None and skipped.skipped and page.current is not first
    ask(page, first.key)
    type_in(qtbot, page, "Yes, always")
    qtbot.waitUntil(lambda: not (stored(workspace, "always-happens") or skipped).skipped, timeout=5_000)
    answer = stored(workspace, "always-happens")
    assert answer is not None and answer.id == skipped.id and answer.text == "Yes, always"


def test_same_as_before_is_one_key(qtbot: QtBot, workspace: Workspace, opened: Callable[..., DebriefPage]) -> None:
    earlier = example_record()
    past = as_session(earlier, id="5e5500" + "0" * 25 + "9", started="2026-10-01T09:00:00+00:00")
    said = Answer(
        id="a9" + "0" * 30, session_id=past.id, question="how-many", asked="How many?", reason="why-this-letter",
        number=7.0, unit="a day", text="on Mondays more",
    )  # fmt: skip
    put(workspace.library, SessionRecord(session=past, answers=(said,)))
    page = opened(fresh())
    ask(page, HOW_MANY)
    assert page.pane.same.isVisible() and "7 a day" in page.pane.same.text()
    page.activateWindow()
    page.pane.focus_answer()
    qtbot.keyClick(page, Qt.Key.Key_M, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: stored(workspace, "how-many") is not None, timeout=5_000)
    answer = stored(workspace, "how-many")
    assert answer is not None and (answer.number, answer.text) == (7.0, "on Mondays more")
    assert answer.id != said.id
    assert page.current is not None and page.current.key != HOW_MANY


def test_control_up_and_down_go_through_all_questions(qtbot: QtBot, opened: Callable[..., DebriefPage]) -> None:
    page = opened(example_record())
    qtbot.waitUntil(lambda: page.current is not None)
    keys = [prompt.key for prompt in page.prompts]
    page.activateWindow()
    page._ask(page.prompts[0])
    seen = []
    for _prompt in page.prompts:
        assert page.current is not None
        seen.append(page.current.key)
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    assert seen == keys
    assert page.stack.currentWidget() is page.last
    qtbot.keyClick(page.last.end, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert page.current is not None and page.current.key == keys[-1]


def test_two_minutes_is_the_latest_call_and_answers_stay(
    qtbot: QtBot, workspace: Workspace, opened: Callable[..., DebriefPage]
) -> None:
    page = opened(fresh(contacts=example_record().contacts[:2]))
    full = len(page.prompts)
    type_in(qtbot, page, "kept")
    qtbot.mouseClick(page.how_long.button("short"), Qt.MouseButton.LeftButton)
    assert len(page.prompts) < full
    assert {prompt.reason_key for prompt in page.prompts if prompt.reason_key} == {"why-this-letter"}
    qtbot.mouseClick(page.how_long.button("full"), Qt.MouseButton.LeftButton)
    assert len(page.prompts) == full
    qtbot.waitUntil(lambda: stored(workspace, "always-happens") is not None, timeout=5_000)


def test_a_promise_is_made_in_its_place(qtbot: QtBot, workspace: Workspace, opened: Callable[..., DebriefPage]) -> None:
    page = opened(fresh())
    qtbot.mouseClick(page.pane.promise, Qt.MouseButton.LeftButton)
    assert page.promise.isVisible() and page.focusWidget() is page.promise.text
    qtbot.keyClicks(page.promise.text, "Ask IT for a date")
    page.promise.choice.button("none").click()
    qtbot.keyClick(page.promise.text, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(workspace.library.record(SESSION).follow_ups), timeout=5_000)
    made = workspace.library.record(SESSION).follow_ups[0]
    assert (made.text, made.owner, made.due, made.rep) == ("Ask IT for a date", "me", "", "Maria L.")
    qtbot.waitUntil(lambda: "Ask IT for a date" in page.promised.text())
    assert page.promise.isHidden()


def test_a_promise_half_typed_is_kept_on_leaving(
    qtbot: QtBot, workspace: Workspace, opened: Callable[..., DebriefPage]
) -> None:
    page = opened(fresh())
    qtbot.mouseClick(page.pane.promise, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(page.promise.text, "Call Finance")
    page.finish()
    qtbot.waitUntil(lambda: bool(workspace.library.record(SESSION).follow_ups), timeout=5_000)


def test_after_a_rough_call_a_break_and_no_question_about_it(qtbot: QtBot, opened: Callable[..., DebriefPage]) -> None:
    record = fresh(contacts=example_record().contacts[:2])
    rough = Flag(
        id="f9" + "0" * 30, session_id=SESSION, contact_id=CALL_2, kind="rough-call", at=185.0, struck_at=186.0
    )
    page = opened(msgspec.structs.replace(record, flags=(*record.flags, rough)))
    assert page.stack.currentWidget() is page.rest and "break" in page.rest.title.text()
    about = {prompt.moment.contact.id for prompt in page.prompts if prompt.moment and prompt.moment.contact}
    assert about == {CALL_1}
    qtbot.mouseClick(page.rest.other, Qt.MouseButton.LeftButton)
    assert page.current is not None and page.current.reason_key == "pay-how"


def test_a_reason_is_given_to_a_call_that_has_none(
    qtbot: QtBot, workspace: Workspace, opened: Callable[..., DebriefPage]
) -> None:
    first, second, _struck = example_record().contacts
    page = opened(fresh(contacts=(first, msgspec.structs.replace(second, reason=None))))
    choosers = [row for row in range(page.list.count()) if page.list.entry(page.list.item(row)).look is Look.CHOOSER]
    assert len(choosers) == 1
    box = page.list.chooser(page.list.item(choosers[0]))
    assert box is not None
    row = box.findData("why-this-letter")
    box.setCurrentIndex(row)
    box.activated.emit(row)
    qtbot.waitUntil(lambda: workspace.library.record(SESSION).contacts[1].reason == "why-this-letter", timeout=5_000)
    qtbot.waitUntil(lambda: any(entry.key == HOW_MANY for entry in page.list.entries()), timeout=5_000)
    assert not any(entry.look is Look.CHOOSER for entry in page.list.entries())


def test_nothing_empty_is_shown_before_the_record_is_read(qtbot: QtBot, workspace: Workspace) -> None:
    put(workspace.library, fresh())
    bridge = Bridge()
    page = DebriefPage(workspace, bridge)
    qtbot.addWidget(page)
    page.show()
    parts = (page.aside, page.area, page.how_long, page.finish_button)
    assert not any(part.isVisible() for part in parts)
    page.open(SESSION)
    assert not any(part.isVisible() for part in parts)
    qtbot.waitUntil(lambda: page.current is not None)
    assert all(part.isVisible() for part in parts)
    bridge.close()


def test_private_notes_are_not_on_the_page(opened: Callable[..., DebriefPage]) -> None:
    page = opened(fresh())
    shown = []
    for prompt in page.prompts:
        page._ask(prompt)
        shown.append(page.pane.quote.said())
    assert any("Own store card refused" in text for text in shown)
    assert not any("sounds tired" in text for text in shown)


def test_stored_answers_are_ticked_and_shown_again(opened: Callable[..., DebriefPage]) -> None:
    page = opened(example_record())
    ticked = {entry.key for entry in page.list.entries() if entry.done}
    assert f"flag:{CODE_RED}:code-red" in ticked
    ask(page, "reason:pay-how:how-many")
    assert page.pane.number.field.text() == "10" and page.pane.words.toPlainText() == "about ten"


def test_a_failed_save_is_said_and_tried_again(
    qtbot: QtBot, workspace: Workspace, opened: Callable[..., DebriefPage], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(fresh())
    save = workspace.save_answer

    def refuse(answer: Answer) -> object:
        raise OSError("the disk is full")

    monkeypatch.setattr(workspace, "save_answer", refuse)
    type_in(qtbot, page, "Not lost")
    qtbot.waitUntil(lambda: bool(page.banners.texts), timeout=5_000)
    assert "disk is full" in page.banners.texts[0]
    monkeypatch.setattr(workspace, "save_answer", save)
    page.leave()
    qtbot.waitUntil(lambda: stored(workspace, "always-happens") is not None, timeout=5_000)
    answer = stored(workspace, "always-happens")
    assert answer is not None and answer.text == "Not lost"

"""The transcript: rows at their moments, changed in place, readable at every size, and following what is said."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sidebyside import model as m
from sidebyside.ui import theme
from sidebyside.ui.transcript import Role, RowKind, TranscriptModel, TranscriptView

SESSION = "5" * 32
START = 1800.0
"""Session time at which the call of these tests begins."""
FLAGS = (m.FlagKind(key="code-red", press="1", name="Code red", meaning="known, and not fixed"),)
REASONS = (m.Reason(key="refund", name="Where's my refund?", group="Money"),)


def call(**more: object) -> m.Contact:
    return m.Contact(**{"id": "c1", "session_id": SESSION, "number": 4, "start": START, **more})  # type: ignore[arg-type]


def said(
    number: int, at: float, text: str, *, stage: m.Stage = m.Stage.FINAL, side: m.Side = m.Side.CUSTOMER
) -> m.Utterance:
    return m.Utterance(
        id=f"{number:032x}",
        session_id=SESSION,
        contact_id="c1",
        side=side,
        start=START + at,
        end=START + at + 4,
        text=text,
        stage=stage,
    )


def flag(item_id: str, at: float) -> m.Flag:
    return m.Flag(id=item_id, session_id=SESSION, contact_id="c1", kind="code-red", at=START + at, struck_at=START + at)


def note(item_id: str, at: float, text: str, **more: object) -> m.Note:
    return m.Note(id=item_id, session_id=SESSION, contact_id="c1", at=START + at, text=text, **more)  # type: ignore[arg-type]


def record(**lists: object) -> m.SessionRecord:
    session = m.Session(id=SESSION, started="2026-11-21T10:00:00+00:00", zone="UTC", offset=0, rep="Maria")
    return m.SessionRecord(session=session, contacts=(call(),), **lists)  # type: ignore[arg-type]


@pytest.fixture
def rows() -> TranscriptModel:
    return TranscriptModel(FLAGS, REASONS)


@pytest.fixture
def dressed(qapp: QApplication) -> Iterator[QApplication]:
    theme.apply(qapp, "light", 15)
    yield qapp
    theme.apply(qapp, "light", 15)


def texts(model: TranscriptModel) -> list[tuple[RowKind, str]]:
    return [(model.row(place).kind, model.row(place).text) for place in range(model.rowCount())]


def test_marks_stand_under_the_words_they_are_about(qtbot: QtBot, rows: TranscriptModel) -> None:
    rows.load(
        record(
            utterances=(said(1, 10, "Hello."), said(2, 20, "It was refused."), said(3, 30, "Again.")),
            flags=(flag("f1", 20),),
            notes=(note("n1", 23, "Third time."),),
        )
    )
    kinds = [kind for kind, _ in texts(rows)]
    assert kinds == [RowKind.CALL, RowKind.WORDS, RowKind.WORDS, RowKind.FLAG, RowKind.NOTE, RowKind.WORDS]


def test_times_are_the_calls_own(qtbot: QtBot, rows: TranscriptModel) -> None:
    rows.load(record(utterances=(said(1, 78, "Hello."),), notes=()))
    assert rows.row(1).time == "01:18"
    assert rows.row(0).time == "00:30:00"


def test_a_note_typed_after_a_flag_stands_in_its_row(qtbot: QtBot, rows: TranscriptModel) -> None:
    rows.load(record(utterances=(said(1, 10, "Hello."),)))
    rows.apply(m.FlagSaved(flag=flag("f1", 10)))
    rows.apply(m.NoteSaved(note=note("n1", 15, "known since spring", flag_id="f1")))
    assert texts(rows)[-1] == (RowKind.FLAG, "known since spring")
    assert rows.row_of("n1") == rows.row_of("f1") == 2


def test_a_flag_taken_back_leaves_the_words_typed_for_it(qtbot: QtBot, rows: TranscriptModel) -> None:
    rows.apply(m.ContactStarted(contact=call()))
    rows.apply(m.FlagSaved(flag=flag("f1", 10)))
    rows.apply(m.NoteSaved(note=note("n1", 15, "known since spring", flag_id="f1")))
    rows.apply(m.TakenBack(id="f1"))
    assert texts(rows)[1:] == [(RowKind.NOTE, "known since spring")]
    rows.apply(m.FlagSaved(flag=flag("f1", 10)))
    assert texts(rows)[1:] == [(RowKind.FLAG, "known since spring")]


def test_words_settle_in_their_place(qtbot: QtBot, rows: TranscriptModel) -> None:
    rows.load(record(utterances=(said(1, 10, "Hello."), said(3, 30, "Later."))))
    rows.apply(m.PartialHeard(utterance=said(2, 20, "it was", stage=m.Stage.PARTIAL)))
    resets: list[object] = []
    for signal in (rows.rowsInserted, rows.rowsRemoved, rows.modelReset):
        signal.connect(lambda *_args: resets.append(1))
    with qtbot.waitSignal(rows.dataChanged) as changed:
        rows.apply(m.UtteranceSaved(utterance=said(2, 20, "It was refused.")))
    assert changed.args is not None and changed.args[0].row() == 2
    assert resets == []
    assert rows.index(2, 0).data(Role.STAGE) == m.Stage.FINAL


def test_the_same_words_again_change_nothing(qtbot: QtBot, rows: TranscriptModel) -> None:
    rows.load(record(utterances=(said(1, 10, "Hello."),)))
    changes: list[object] = []
    rows.dataChanged.connect(lambda *_args: changes.append(1))
    rows.apply(m.UtteranceSaved(utterance=said(1, 10, "Hello.")))
    assert changes == []


def test_an_empty_partial_and_a_pause_take_rows_away(qtbot: QtBot, rows: TranscriptModel) -> None:
    rows.load(record(utterances=(said(1, 10, "Hello."), said(2, 20, "Four one."))))
    rows.apply(m.PartialHeard(utterance=said(3, 30, "and", stage=m.Stage.PARTIAL)))
    rows.apply(m.PartialHeard(utterance=said(3, 30, "", stage=m.Stage.PARTIAL)))
    rows.apply(m.UtterancesRemoved(ids=(said(2, 20, "").id, "unknown")))
    assert [text for _, text in texts(rows)] == ["Call 4", "Hello."]


def test_a_gap_says_how_long_and_why(qtbot: QtBot, rows: TranscriptModel) -> None:
    rows.apply(m.ContactStarted(contact=call()))
    gap = m.Gap(id="g", session_id=SESSION, start=START + 60, end=None, reason=m.GapReason.PAUSED)
    rows.apply(m.GapSaved(gap=gap))
    assert rows.row(1).text == "not listened to · paused"
    rows.apply(
        m.GapSaved(gap=m.Gap(id="g", session_id=SESSION, start=gap.start, end=gap.start + 42, reason=gap.reason))
    )
    assert rows.row(1).text == "not listened to · 0:42 · paused"
    assert rows.rowCount() == 2


def test_a_calls_heading_tells_its_length_and_reason(qtbot: QtBot, rows: TranscriptModel) -> None:
    rows.apply(m.ContactStarted(contact=call()))
    rows.apply(m.ContactChanged(contact=call(end=START + 132, reason="refund")))
    assert rows.row(0).text == "Call 4 · 02:12 · Where's my refund?"


def test_a_flag_that_is_moved_goes_to_its_new_moment(qtbot: QtBot, rows: TranscriptModel) -> None:
    rows.load(record(utterances=(said(1, 10, "One."), said(2, 20, "Two.")), flags=(flag("f1", 20),)))
    rows.apply(m.FlagSaved(flag=flag("f1", 10)))
    assert [kind for kind, _ in texts(rows)] == [RowKind.CALL, RowKind.WORDS, RowKind.FLAG, RowKind.WORDS]


def test_a_screen_reader_hears_time_side_and_words_without_brackets(qtbot: QtBot, rows: TranscriptModel) -> None:
    rows.load(record(utterances=(said(1, 37, "It's [card number]."),), notes=(note("n", 40, "hm", private=True),)))
    role = Qt.ItemDataRole.AccessibleTextRole
    assert rows.index(1, 0).data(role) == "00:37, Customer: It's card number."
    assert rows.index(2, 0).data(role) == "Private note at 00:40: hm"


def many(count: int) -> m.SessionRecord:
    line = "Let me clear the basket and start again, sometimes that works. "
    return record(utterances=tuple(said(n, 4.0 * n, line * (1 + n % 3)) for n in range(count)))


@pytest.fixture
def view(qtbot: QtBot, dressed: QApplication, rows: TranscriptModel) -> TranscriptView:
    made = TranscriptView(rows, follow=True)
    qtbot.addWidget(made)
    made.resize(900, 500)
    rows.load(many(60))
    made.show()
    qtbot.waitUntil(lambda: made.verticalScrollBar().maximum() > 0)
    return made


def at_end(view: TranscriptView) -> bool:
    bar = view.verticalScrollBar()
    return bar.value() == bar.maximum()


def test_it_follows_until_the_reader_scrolls_up(qtbot: QtBot, view: TranscriptView, rows: TranscriptModel) -> None:
    qtbot.waitUntil(lambda: at_end(view))
    rows.apply(m.UtteranceSaved(utterance=said(900, 4000, "The newest.")))
    qtbot.waitUntil(lambda: view.verticalScrollBar().maximum() > 0 and at_end(view))
    assert not view.jump.isVisible()

    view.verticalScrollBar().setValue(100)
    assert view.jump.isVisible()
    rows.apply(m.UtteranceSaved(utterance=said(901, 4010, "Newer still.")))
    view.executeDelayedItemsLayout()
    assert view.verticalScrollBar().value() == 100

    qtbot.mouseClick(view.jump, Qt.MouseButton.LeftButton)
    assert at_end(view) and not view.jump.isVisible()


def test_words_that_change_above_do_not_move_what_is_read(
    qtbot: QtBot, view: TranscriptView, rows: TranscriptModel
) -> None:
    view.verticalScrollBar().setValue(700)
    index = view.indexAt(view.viewport().rect().topLeft())
    read, top = index.data(Role.ID), view.visualRect(index).top()
    rows.apply(m.UtteranceSaved(utterance=said(1, 4.0, "A much longer way of saying the same thing. " * 12)))
    view.executeDelayedItemsLayout()
    place = rows.row_of(read)
    assert place is not None
    assert view.visualRect(rows.index(place, 0)).top() == top


def test_a_note_can_be_shown_from_elsewhere(qtbot: QtBot, view: TranscriptView, rows: TranscriptModel) -> None:
    wanted = said(5, 0, "").id
    assert view.show_item(wanted)
    assert view.currentIndex().data(Role.ID) == wanted
    assert view.viewport().rect().intersects(view.visualRect(view.currentIndex()))
    assert not view.show_item("unknown")


@pytest.mark.parametrize("size", [12, 15, 20, 28])
def test_rows_grow_with_the_text(qtbot: QtBot, view: TranscriptView, dressed: QApplication, size: int) -> None:
    theme.apply(dressed, "light", size)
    view.executeDelayedItemsLayout()
    row = view.visualRect(view.model().index(1, 0))
    assert row.height() >= view.fontMetrics().height()
    assert view.font().pixelSize() == size
    bottoms = [view.visualRect(view.model().index(place, 0)).bottom() for place in range(5)]
    tops = [view.visualRect(view.model().index(place, 0)).top() for place in range(1, 6)]
    assert all(top > bottom for top, bottom in zip(tops, bottoms, strict=True))


def test_two_thousand_rows_stay_smooth(qtbot: QtBot, dressed: QApplication, rows: TranscriptModel) -> None:
    view = TranscriptView(rows, follow=True)
    qtbot.addWidget(view)
    view.resize(900, 600)
    rows.load(many(2000))
    view.show()
    view.executeDelayedItemsLayout()
    laps = []
    for number in range(20):
        began = time.perf_counter()
        rows.apply(m.UtteranceSaved(utterance=said(5000 + number, 9000.0 + number, "One more line of it.")))
        view.executeDelayedItemsLayout()
        laps.append(time.perf_counter() - began)
    # About 20 ms here; the bound only keeps anyone from laying out each row anew.
    assert sorted(laps)[len(laps) // 2] < 0.15

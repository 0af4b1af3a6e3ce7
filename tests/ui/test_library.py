"""The library page: sessions newest first, a search as one types, and a word for those who have nothing yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from example_record import SESSION, example_record
from filled_library import as_session, put, put_others
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from sidebyside.model import SessionRecord, SessionState, SessionSummary
from sidebyside.session.workspace import Workspace
from sidebyside.ui.bridge import Bridge
from sidebyside.ui.library import LibraryPage
from sidebyside.ui.library_list import in_context, session_line


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with Workspace.throw_away() as made:
        yield made


@pytest.fixture
def opened(qtbot: QtBot, workspace: Workspace) -> Iterator[Callable[[], LibraryPage]]:
    bridge = Bridge()

    def open_page() -> LibraryPage:
        page = LibraryPage(workspace, bridge)
        qtbot.addWidget(page)
        page.resize(1000, 700)
        page.show()
        page.activateWindow()
        page.search.setFocus()
        return page

    yield open_page
    bridge.close()


def test_newest_first_with_what_is_in_each(
    qtbot: QtBot, workspace: Workspace, opened: Callable[[], LibraryPage]
) -> None:
    put(workspace.library, example_record())
    put_others(workspace.library)
    page = opened()
    qtbot.waitUntil(lambda: page.model.rowCount() == 7)
    first, second = page.model.lines[:2]
    assert first.title == "Thu 12 Nov 2026, 10:05"
    assert first.detail == "Maria L. · Billing"
    assert first.right == "4 minutes · 3 calls · 5 flags"
    assert second.detail == "Flora · Billing"
    assert page.said.text() == "7 sessions"


def test_a_recovered_session_says_so_in_words() -> None:
    session = as_session(example_record(), state=SessionState.RECOVERED)
    line = session_line(SessionSummary(session=session, contacts=1, utterances=2, notes=0, flags=1, answers=0))
    assert "recovered" in line.warning and "recovered" in line.spoken
    assert line.right.endswith("1 call · 1 flag")


def test_nothing_yet_says_what_to_do(qtbot: QtBot, opened: Callable[[], LibraryPage]) -> None:
    page = opened()
    qtbot.waitUntil(page.nothing.isVisible)
    with qtbot.waitSignal(page.sit_down_wanted):
        qtbot.mouseClick(page.nothing.sit_down, Qt.MouseButton.LeftButton)


def test_search_as_one_types_and_enter_opens_the_place(
    qtbot: QtBot, workspace: Workspace, opened: Callable[[], LibraryPage]
) -> None:
    put(workspace.library, example_record())
    page = opened()
    qtbot.waitUntil(lambda: page.model.rowCount() == 1)
    qtbot.keyClicks(page.search, "letters pri")
    qtbot.waitUntil(lambda: bool(page.model.rowCount() and page.model.lines[0].item_id))
    assert [line.item_id for line in page.model.lines] == [
        hit.id for hit in workspace.library.search("letters pri", 200)
    ]
    line = page.model.lines[0]
    assert [line.text[start : start + size].lower() for start, size in line.marks] == ["letters", "printed"]
    qtbot.keyClick(page.search, Qt.Key.Key_Down)
    assert page.focusWidget() is page.view
    with qtbot.waitSignal(page.open_wanted) as wanted:
        qtbot.keyClick(page.view, Qt.Key.Key_Return)
    assert wanted.args == [SESSION, line.item_id]


def test_nothing_found_says_how_search_works(
    qtbot: QtBot, workspace: Workspace, opened: Callable[[], LibraryPage]
) -> None:
    put(workspace.library, example_record())
    page = opened()
    qtbot.keyClicks(page.search, "zebra")
    qtbot.waitUntil(lambda: "Nothing found" in page.said.text())
    qtbot.keyClick(page.search, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: page.said.text() == "1 session")


def test_an_older_search_that_comes_late_is_dropped(workspace: Workspace, opened: Callable[[], LibraryPage]) -> None:
    page = opened()
    page._asked = 5
    page._found(4, "old", ())
    assert "Nothing found" not in page.said.text()


def test_a_click_opens(qtbot: QtBot, workspace: Workspace, opened: Callable[[], LibraryPage]) -> None:
    put(workspace.library, SessionRecord(session=as_session(example_record())))
    page = opened()
    qtbot.waitUntil(lambda: page.view.visualRect(page.model.index(0, 0)).height() > 20)
    place = page.view.visualRect(page.model.index(0, 0)).center()
    with qtbot.waitSignal(page.open_wanted) as wanted:
        qtbot.mouseClick(page.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))
    assert wanted.args == [SESSION, ""]


def test_marks_ignore_case_and_accents_and_long_text_is_cut_before_the_first() -> None:
    text, marks = in_context("x " * 60 + "then the Résumé of it", "resume o")
    assert text.startswith("…") and len(text) < 100
    assert [text[start : start + size] for start, size in marks] == ["Résumé", "of"]

"""A session's page: header, text with marks, side; export in place; delete in two steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from example_record import CALL_2, SESSION, example_record
from filled_library import as_session, put
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from sidebyside.errors import NoSuchSession
from sidebyside.model import Agreement, Kit, SessionRecord
from sidebyside.session.workspace import Workspace
from sidebyside.ui.bridge import Bridge
from sidebyside.ui.session_panels import what_goes
from sidebyside.ui.session_view import SessionPage, about, without_text
from sidebyside.ui.transcript import Role


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with Workspace.throw_away() as made:
        put(made.library, example_record())
        yield made


@pytest.fixture
def opened(qtbot: QtBot, workspace: Workspace) -> Iterator[Callable[..., SessionPage]]:
    bridge = Bridge()

    def open_page(item_id: str = "") -> SessionPage:
        page = SessionPage(workspace, bridge)
        qtbot.addWidget(page)
        page.resize(1200, 750)
        page.show()
        page.open(SESSION, item_id)
        qtbot.waitUntil(lambda: page.model.rowCount() > 0)
        return page

    yield open_page
    bridge.close()


def side_text(page: SessionPage) -> str:
    return "\n".join(part.text() for part in page.side.findChildren(QLabel))


def test_says_who_when_and_what_was_agreed(opened: Callable[..., SessionPage]) -> None:
    page = opened()
    assert page.title.text() == "Maria L. · Billing"
    assert page.about.text() == "Thu 12 Nov 2026, 10:05 · 4 minutes · text agreed at 10:04"


def test_agreements_in_words() -> None:
    listened = as_session(example_record(), agreed=Agreement.LISTEN)
    assert "no text kept" in about(listened)
    assert "notes only" in about(as_session(example_record(), kit=Kit.NOTES))
    assert "without text" in without_text(SessionRecord(session=listened))
    assert without_text(example_record()) == ""


def test_side_has_calls_answers_and_promises(opened: Callable[..., SessionPage]) -> None:
    page = opened()
    text = side_text(page)
    for words in ("How do I pay?", "Struck out", "10 a day", "1 question skipped", "Find out who prints the letters"):
        assert words in text


def test_a_call_on_the_side_brings_its_text_into_sight(qtbot: QtBot, opened: Callable[..., SessionPage]) -> None:
    page = opened()
    page.side.call_chosen.emit(CALL_2)
    assert page.view.currentIndex().data(Role.ID) == CALL_2


def test_opens_at_what_was_found(opened: Callable[..., SessionPage]) -> None:
    found = example_record().utterances[10].id
    page = opened(found)
    assert page.view.currentIndex().data(Role.ID) == found


def test_exports_in_place(qtbot: QtBot, opened: Callable[..., SessionPage], tmp_path: Path) -> None:
    page = opened()
    qtbot.mouseClick(page.export, Qt.MouseButton.LeftButton)
    assert page.exporting.isVisible() and page.focusWidget() is page.exporting.go
    page.exporting.formats["html"].click()
    page.exporting.folder.setText(str(tmp_path / "out"))
    qtbot.mouseClick(page.exporting.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(page.exporting.open_folder.isVisible, timeout=10_000)
    assert sorted(file.suffix for file in (tmp_path / "out").rglob("*") if file.is_file()) == [".json", ".md"]
    assert page.exporting.bar.isHidden()
    qtbot.keyClick(page.exporting.open_folder, Qt.Key.Key_Escape)
    assert page.exporting.isHidden() and page.isVisible()


def test_an_export_that_fails_says_why_and_can_be_tried_again(
    qtbot: QtBot, opened: Callable[..., SessionPage], tmp_path: Path
) -> None:
    page = opened()
    (tmp_path / "file").write_text("not a folder")
    qtbot.mouseClick(page.export, Qt.MouseButton.LeftButton)
    page.exporting.folder.setText(str(tmp_path / "file"))
    qtbot.mouseClick(page.exporting.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(page.banners.texts), timeout=10_000)
    assert page.exporting.go.isEnabled() and page.exporting.result.isHidden()


def test_no_format_no_export(opened: Callable[..., SessionPage]) -> None:
    page = opened()
    page._ask_export()
    for tick in page.exporting.formats.values():
        tick.setChecked(False)
    assert not page.exporting.go.isEnabled()


def test_deleting_takes_two_steps_and_says_what_goes(
    qtbot: QtBot, workspace: Workspace, opened: Callable[..., SessionPage]
) -> None:
    page = opened()
    qtbot.mouseClick(page.delete, Qt.MouseButton.LeftButton)
    assert page.deleting.isVisible() and page.focusWidget() is page.deleting.keep
    assert "3 calls, 6 notes, 5 flags, 5 answers and 2 promises" in page.deleting.what.text()
    qtbot.mouseClick(page.deleting.keep, Qt.MouseButton.LeftButton)
    assert page.deleting.isHidden() and workspace.library.record(SESSION)
    qtbot.mouseClick(page.delete, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(page.deleted, timeout=10_000) as deleted:
        qtbot.mouseClick(page.deleting.go, Qt.MouseButton.LeftButton)
    assert deleted.args == [SESSION]
    with pytest.raises(NoSuchSession):
        workspace.library.record(SESSION)
    assert page.model.rowCount() == 0


def test_a_call_is_struck_out_in_two_steps(
    qtbot: QtBot, workspace: Workspace, opened: Callable[..., SessionPage]
) -> None:
    page = opened()
    strike = {part.accessibleName(): part for part in page.side.findChildren(QPushButton)}
    assert "Strike out call 3" not in strike, "it is struck out already"
    qtbot.mouseClick(strike["Strike out call 1"], Qt.MouseButton.LeftButton)
    assert page.striking.isVisible() and page.focusWidget() is page.striking.keep
    assert "3 notes, 3 flags and 4 answers" in page.striking.what.text()
    qtbot.keyClick(page.striking.keep, Qt.Key.Key_Escape)
    assert page.striking.isHidden() and not workspace.library.record(SESSION).contacts[0].struck
    qtbot.mouseClick(strike["Strike out call 1"], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(page.striking.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: side_text(page).count("Struck out at the rep's word") == 2, timeout=10_000)
    record = workspace.library.record(SESSION)
    assert {one.contact_id for one in (*record.utterances, *record.flags)} == {CALL_2}
    assert len(record.answers) == 1 and page.striking.isHidden()
    assert "settle my bill" not in "\n".join(page.model.row(place).text for place in range(page.model.rowCount()))


def test_what_goes_counts_only_answers_given() -> None:
    assert "0 answers" in what_goes(msgspec.structs.replace(example_record(), answers=()))


def test_escape_goes_back(qtbot: QtBot, opened: Callable[..., SessionPage]) -> None:
    page = opened()
    with qtbot.waitSignal(page.back_wanted):
        qtbot.keyClick(page, Qt.Key.Key_Escape)


def test_debrief_is_asked_for_this_session(qtbot: QtBot, opened: Callable[..., SessionPage]) -> None:
    page = opened()
    with qtbot.waitSignal(page.debrief_wanted) as wanted:
        qtbot.mouseClick(page.debrief, Qt.MouseButton.LeftButton)
    assert wanted.args == [SESSION]


def test_a_session_that_is_gone_is_said(qtbot: QtBot, workspace: Workspace) -> None:
    bridge = Bridge()
    page = SessionPage(workspace, bridge)
    qtbot.addWidget(page)
    page.open("0" * 32)
    qtbot.waitUntil(lambda: bool(page.banners.texts))
    bridge.close()

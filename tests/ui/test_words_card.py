"""Names and jargon in Settings: typed, pasted, imported; saved as typed, one list a queue, errors in sight."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from sidebyside.session.workspace import Workspace
from sidebyside.ui.bridge import Bridge
from sidebyside.ui.words_card import EVERY, WordsCard


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with Workspace.throw_away() as made:
        made.save_words("Billing", ["arrears", "Okonkwo"]).result()
        yield made


@pytest.fixture
def card(qtbot: QtBot, workspace: Workspace) -> Iterator[WordsCard]:
    bridge = Bridge()
    made = WordsCard(workspace, bridge)
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.show()
    made.refresh()
    qtbot.waitUntil(lambda: made.queue.count() == 2)
    yield made
    bridge.close()


def choose(card: WordsCard, queue: str) -> None:
    """As with the keyboard: the queue's name and Enter."""
    line = card.queue.lineEdit()
    assert line
    line.setText(queue)
    line.editingFinished.emit()


def test_typing_is_saved_when_it_rests(qtbot: QtBot, workspace: Workspace, card: WordsCard) -> None:
    with qtbot.waitSignal(card.saved, timeout=10_000):
        qtbot.keyClicks(card.text, "Zenith Card")
        for _ in range(2):
            qtbot.keyClick(card.text, Qt.Key.Key_Return)
        qtbot.keyClicks(card.text, "GDPR")
    assert workspace.word_list().entries == ("Zenith Card", "GDPR")
    assert "2 entries" in card.count.text() and card.said.isHidden()
    assert card.text.toPlainText() == "Zenith Card\n\nGDPR", "what is being typed must not move"


def test_each_queue_shows_its_own(qtbot: QtBot, workspace: Workspace, card: WordsCard) -> None:
    choose(card, "billing")
    qtbot.waitUntil(lambda: card.text.toPlainText() == "arrears\nOkonkwo")
    card.text.setPlainText("arrears")
    choose(card, "Sales")
    qtbot.waitUntil(lambda: card.text.toPlainText() == "")
    assert workspace.word_list("Billing").entries == ("arrears",), "leaving a list saves it"
    with qtbot.waitSignal(card.saved, timeout=10_000):
        card.text.setPlainText("upgrade")
    assert workspace.word_list("Sales").entries == ("upgrade",)
    choose(card, EVERY)
    qtbot.waitUntil(lambda: card.text.toPlainText() == "")
    assert card.chosen == ""


def test_what_cannot_be_kept_is_said_and_stays_in_the_field(
    qtbot: QtBot, workspace: Workspace, card: WordsCard
) -> None:
    typed = "fine\ncard 4111 1111 1111 1111"
    card.text.setPlainText(typed)
    card.save()
    qtbot.waitUntil(card.said.isVisible)
    assert "Line 2" in card.said.text() and "4111" not in card.said.text()
    assert workspace.word_list().entries == ()
    choose(card, "Billing")
    qtbot.waitUntil(lambda: card.queue.currentText() == EVERY)
    assert card.text.toPlainText() == typed, "another list must not take its place unsaved"
    with qtbot.waitSignal(card.saved, timeout=10_000):
        card.text.setPlainText("fine")
    assert card.said.isHidden() and workspace.word_list().entries == ("fine",)


def test_a_file_is_added_to_the_list(qtbot: QtBot, workspace: Workspace, card: WordsCard, tmp_path: Path) -> None:
    choose(card, "Billing")
    qtbot.waitUntil(lambda: card.text.toPlainText() == "arrears\nOkonkwo")
    file = tmp_path / "list.csv"
    file.write_text("product;price\nARREARS;1\nHomeHub;2\n")
    with qtbot.waitSignal(card.saved, timeout=10_000):
        card.bring_from(file)
    assert workspace.word_list("Billing").entries == ("arrears", "Okonkwo", "HomeHub")
    card.bring_from(tmp_path / "none.csv")
    qtbot.waitUntil(card.said.isVisible)
    assert "cannot be read" in card.said.text()


def test_the_list_is_written_as_csv(qtbot: QtBot, card: WordsCard, tmp_path: Path) -> None:
    choose(card, "Billing")
    qtbot.waitUntil(lambda: card.text.toPlainText() == "arrears\nOkonkwo")
    card.send_to(tmp_path / "out.csv")
    qtbot.waitUntil(lambda: "out.csv" in card.count.text())
    assert (tmp_path / "out.csv").read_text("utf-8-sig").split() == ['"word"', '"arrears"', '"Okonkwo"']


def test_every_part_has_a_name_and_is_reached_by_key(card: WordsCard) -> None:
    for part in (card.queue, card.text, card.bring, card.send, card.help):
        assert part.accessibleName() or part.property("text")
        assert part.focusPolicy() & part.focusPolicy().TabFocus

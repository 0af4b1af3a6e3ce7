"""The help page: every topic can be read in the app's look, by keyboard, and follows no link."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from sidebyside.ui.help import HelpPage, topics


@pytest.fixture
def page(qtbot: QtBot) -> HelpPage:
    made = HelpPage()
    qtbot.addWidget(made)
    made.resize(1100, 700)
    made.show()
    return made


def test_there_is_a_page_for_what_an_executive_needs() -> None:
    titles = " ".join(topic.title.casefold() for topic in topics())
    for words in ("sitting down", "keys", "never kept", "debrief", "exports", "notes only", "wrong"):
        assert words in titles


def test_every_topic_is_shown_by_arrow_keys(qtbot: QtBot, page: HelpPage) -> None:
    seen = []
    for topic in topics():
        assert topic.title in page.reader.toPlainText().splitlines()[0]
        seen.append(page.reader.toPlainText())
        qtbot.keyClick(page.list, Qt.Key.Key_Down)
    assert len(set(seen)) == len(topics())


def test_a_topic_opens_by_name(page: HelpPage) -> None:
    page.show_topic("keys")
    assert page.reader.toPlainText().startswith("Keys")
    page.show_topic("there is none")
    assert page.reader.toPlainText().startswith(topics()[0].title)


def test_links_and_pictures_are_not_followed(qtbot: QtBot, page: HelpPage, monkeypatch: pytest.MonkeyPatch) -> None:
    went: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", went.append)
    page.reader.read("# Away\n\n[out](https://example.org) ![x](https://example.org/x.png)")
    page.reader.anchorClicked.emit(QUrl("https://example.org"))
    assert page.reader.toPlainText().startswith("Away") and not went
    assert page.reader.source().isEmpty()
    assert page.reader.loadResource(2, QUrl("https://example.org/x.png")) is None


def test_pages_are_short_and_link_nowhere() -> None:
    for topic in topics():
        text = topic.file.read_text("utf-8")
        assert len(text.split()) < 500, topic.file.name
        assert not re.search(r"https?://", text), topic.file.name
        assert text.startswith("# ")

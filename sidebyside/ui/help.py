"""The help pages: a list of them and the one being read, from Markdown in the resources."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtCore import QEvent, QSize, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeyEvent,
    QPalette,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFrame,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QTextBrowser, QVBoxLayout, QWidget

from sidebyside import paths
from sidebyside.ui import widgets
from sidebyside.ui.page import Page, pixel_font

_WIDTH = 760
"""Lines longer than this many pixels are hard to read."""
_HEADING_STEPS = {1: 9, 2: 5, 3: 2}
"""Pixels by which a heading of each level is larger than the text."""


class HelpTopic(msgspec.Struct, frozen=True):
    """One page: its file and the words of its first heading."""

    file: Path
    title: str


def topics(folder: Path | None = None) -> tuple[HelpTopic, ...]:
    """The pages in reading order: their files are numbered."""
    folder = folder or paths.resource("help")
    found = []
    for file in sorted(folder.glob("*.md")):
        first = file.read_text("utf-8").splitlines()[0]
        found.append(HelpTopic(file, first.removeprefix("# ").strip()))
    return tuple(found)


class Reader(QTextBrowser):
    """Shows one page. It follows no link and loads nothing: help must not open a connection."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.setAccessibleName("Help page")
        self.setStyleSheet("QTextBrowser { background: transparent; border: none; padding: 0; }")
        self.viewport().setAutoFillBackground(False)
        self._markdown = ""

    def read(self, markdown: str) -> None:
        """Show this page from its top."""
        self._markdown = markdown
        self.setMarkdown(markdown)
        self._dress()
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def loadResource(self, kind: int, name: QUrl | str) -> object:  # noqa: N802 - Qt's name
        """Nothing: pages are text."""
        return None

    def changeEvent(self, event: QEvent) -> None:
        """Dress the page again in a new appearance or size."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.PaletteChange) and self._markdown:
            where = self.verticalScrollBar().value()
            self.setMarkdown(self._markdown)
            self._dress()
            self.verticalScrollBar().setValue(where)

    def _dress(self) -> None:
        """Give headings, paragraphs and tables the app's sizes, spaces and lines."""
        document = self.document()
        document.setDocumentMargin(0)
        base = pixel_font(self).pixelSize()
        block = document.begin()
        cursor = QTextCursor(document)
        cursor.beginEditBlock()
        while block.isValid():
            level = block.blockFormat().headingLevel()
            shape = QTextBlockFormat()
            cursor.setPosition(block.position())
            in_table = cursor.currentTable() is not None
            height = 100 if in_table else 135 if level else 150
            shape.setLineHeight(height, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
            shape.setTopMargin(0 if in_table or level == 1 else 20 if level else 2)
            shape.setBottomMargin(0 if in_table else 8)
            cursor.mergeBlockFormat(shape)
            if level:
                cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
                letters = QTextCharFormat()
                font = QFont(self.font())
                font.setPixelSize(base + _HEADING_STEPS.get(level, 0))
                font.setWeight(QFont.Weight.DemiBold)
                letters.setFont(font)
                cursor.setCharFormat(letters)
            block = block.next()
        for frame in document.rootFrame().childFrames():
            self._dress_table(frame)
        cursor.endEditBlock()

    def _dress_table(self, frame: QTextFrame) -> None:
        if not isinstance(frame, QTextTable):
            return
        line = QColor(self.palette().color(QPalette.ColorRole.PlaceholderText))
        line.setAlpha(90)
        shape = frame.format()
        shape.setBorderCollapse(True)
        shape.setBorder(1)
        shape.setBorderBrush(line)
        shape.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        shape.setCellPadding(8)
        shape.setCellSpacing(0)
        shape.setTopMargin(8)
        shape.setBottomMargin(16)
        shape.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
        frame.setFormat(shape)


class HelpPage(Page):
    """Topics on the left, the one being read on the right."""

    def __init__(self, parent: QWidget | None = None, *, folder: Path | None = None) -> None:
        super().__init__(parent)
        self._topics = topics(folder)
        self.list = QListWidget()
        self.list.setProperty("role", "topics")
        self.list.setAccessibleName("Help topics")
        self.list.setFixedWidth(260)
        self.list.setWordWrap(True)
        self.list.setSpacing(2)
        self.list.addItems([topic.title for topic in self._topics])
        self.reader = Reader()
        self.reader.setMaximumWidth(_WIDTH)
        heading = widgets.label("Help", "title")
        left = QVBoxLayout()
        left.setSpacing(12)
        left.addWidget(heading)
        left.addWidget(self.list, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(28, 28, 28, 12)
        row.setSpacing(40)
        row.addLayout(left)
        row.addWidget(self.reader, 1)
        row.addStretch(0)
        self.list.currentRowChanged.connect(self._show)
        self.list.setCurrentRow(0)
        self.setFocusProxy(self.list)

    def show_topic(self, name: str) -> None:
        """Open the page whose file name contains `name`, e.g. `keys`; the first page if there is none."""
        rows = [row for row, topic in enumerate(self._topics) if name in topic.file.stem]
        self.list.setCurrentRow(rows[0] if rows else 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Page keys scroll the text also while the list has the focus."""
        if event.key() in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            bar = self.reader.verticalScrollBar()
            bar.setValue(bar.value() + (bar.pageStep() if event.key() == Qt.Key.Key_PageDown else -bar.pageStep()))
            return
        super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """Room for the list and a column of text."""
        return QSize(1000, 700)

    def _show(self, row: int) -> None:
        if 0 <= row < len(self._topics):
            self.reader.read(self._topics[row].file.read_text("utf-8"))

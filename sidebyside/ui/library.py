"""The library: every session, newest first, and a search in everything that was heard or noted."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from sidebyside.model import SessionSummary
from sidebyside.session.workspace import Workspace
from sidebyside.store.words import Hit
from sidebyside.ui import widgets
from sidebyside.ui.bridge import Bridge
from sidebyside.ui.dates import count
from sidebyside.ui.library_list import LibraryModel, LibraryView, Line, hit_line, session_line
from sidebyside.ui.page import Page, wrapped

LIMIT = 200
"""So many places are shown at most, the newest."""
_REST = 150
"""Milliseconds without a key before a search begins."""


class LibraryPage(Page):
    """Lists and searches; `open_wanted` carries a session's id and, from a search, the id of what was found."""

    open_wanted = Signal(str, str)
    sit_down_wanted = Signal()

    def __init__(self, workspace: Workspace, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace, self._bridge = workspace, bridge
        self._asked = 0
        self._rest = QTimer(self, interval=_REST, singleShot=True)
        self._rest.timeout.connect(self._look)
        self.model = LibraryModel(self)
        self._lay_out()
        self.search.textChanged.connect(lambda _text: self._rest.start())
        self.search.returnPressed.connect(self._to_list)
        self.search.installEventFilter(self)
        self.view.opened.connect(self.open_wanted)
        self.view.to_search.connect(self._to_search)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self._to_search)
        self.setFocusProxy(self.search)

    def refresh(self) -> None:
        """Read anew what is shown."""
        self._look()

    def showEvent(self, event: QShowEvent) -> None:
        """A page that comes up shows what is there now."""
        super().showEvent(event)
        self.refresh()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Down goes from the search to the list; Esc empties it."""
        if watched is self.search and event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Down:
                self._to_list()
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return False

    @property
    def query(self) -> str:
        """What is looked for; empty while the sessions are listed."""
        return self.search.text().strip()

    def _look(self) -> None:
        self._rest.stop()
        self._asked += 1
        asked, query, library = self._asked, self.query, self._workspace.library

        def failed(error: Exception) -> None:
            if asked == self._asked:
                self.banners.say(f"The library cannot be read: {error}", warning=True)

        if query:
            self._bridge.in_background(
                lambda: library.search(query, LIMIT), lambda hits: self._found(asked, query, hits), failed, self
            )
        else:
            self._bridge.in_background(
                lambda: library.sessions(), lambda sessions: self._listed(asked, sessions), failed, self
            )

    def _listed(self, asked: int, sessions: Sequence[SessionSummary]) -> None:
        if asked != self._asked:
            return
        newest = sorted(sessions, key=lambda summary: summary.session.started, reverse=True)
        self._show([session_line(summary) for summary in newest])
        self.said.setText(count(len(newest), "session") if newest else "")
        self.stack.setCurrentWidget(self.view if newest else self.nothing)

    def _found(self, asked: int, query: str, hits: Sequence[Hit]) -> None:
        if asked != self._asked:
            return
        self._show([hit_line(hit, query) for hit in hits])
        if not hits:
            self.said.setText("Nothing found. Whole words are looked for; the last may be the beginning of one.")
        elif len(hits) >= LIMIT:
            self.said.setText(f"The newest {LIMIT} places. Another word narrows it down.")
        else:
            self.said.setText(count(len(hits), "place"))
        self.stack.setCurrentWidget(self.view)

    def _show(self, lines: list[Line]) -> None:
        kept = self.view.currentIndex().row()
        self.model.show_lines(lines)
        if 0 <= kept < self.model.rowCount():
            self.view.setCurrentIndex(self.model.index(kept, 0))

    def _to_list(self) -> None:
        if self.model.rowCount():
            self.view.setFocus(Qt.FocusReason.TabFocusReason)
            if not self.view.currentIndex().isValid():
                self.view.setCurrentIndex(self.model.index(0, 0))

    def _to_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _lay_out(self) -> None:
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search everything heard and noted   Ctrl+F")
        self.search.setAccessibleName("Search everything heard and noted")
        self.search.setClearButtonEnabled(True)
        self.said = wrapped("", "dim")
        self.banners = widgets.Banners()
        self.view = LibraryView(self.model)
        self.nothing = _Nothing()
        self.nothing.sit_down.clicked.connect(self.sit_down_wanted)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.view)
        self.stack.addWidget(self.nothing)
        column = QVBoxLayout()
        column.setContentsMargins(28, 24, 15, 12)
        column.setSpacing(12)
        head = QVBoxLayout()
        # The list keeps as much room at its right for the scroll bar.
        head.setContentsMargins(0, 0, 13, 0)
        head.setSpacing(12)
        head.addWidget(widgets.label("Library", "title"))
        head.addWidget(self.search)
        head.addWidget(self.said)
        column.addLayout(head)
        column.addWidget(self.stack, 1)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(self.banners)
        page.addLayout(column, 1)


class _Nothing(QWidget):
    """What stands here before the first session."""

    def __init__(self) -> None:
        super().__init__()
        self.sit_down = widgets.button("Sit down beside someone", "primary")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 24, 0, 0)
        column.setSpacing(12)
        column.addWidget(widgets.label("Nothing here yet", "heading"))
        column.addWidget(
            wrapped(
                "When you have sat beside a rep, the session is kept here: what was said, your notes and flags, the "
                "answers and what you promised. It stays on this laptop, encrypted.",
                "dim-text",
            )
        )
        column.addLayout(widgets.row(self.sit_down, 1))
        column.addStretch(1)

"""The transcript on screen: a list that follows what is said unless the reader scrolled up."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QWidget

from sidebyside.ui.transcript_model import Role, Row, RowKind, TranscriptModel
from sidebyside.ui.transcript_paint import RowPainter
from sidebyside.ui.widgets import button

__all__ = ["Role", "Row", "RowKind", "TranscriptModel", "TranscriptView"]


class TranscriptView(QListView):
    """Shows a `TranscriptModel`. With `follow`, the newest row stays in sight until the reader scrolls up."""

    following_changed = Signal(bool)

    def __init__(self, model: TranscriptModel, *, follow: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Qt lays out during the first settings already.
        self._painter = RowPainter(model.row, self)
        self._follow = self._following = follow
        self._anchor: tuple[QPersistentModelIndex, int] | None = None
        self._placing = False
        self._stood = 0
        self.setAccessibleName("Transcript")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        # Tab leads on to the next part of the page; the arrows go from row to row.
        self.setTabKeyNavigation(False)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setItemDelegate(self._painter)
        self.jump = button("Jump to now", "small", does=self.jump_to_now, tip="Ctrl+End")
        self.jump.setParent(self)
        self.jump.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.jump.hide()
        bar = self.verticalScrollBar()
        bar.valueChanged.connect(self._scrolled)
        # Its place is kept, so that lines do not wrap anew when it is first needed; until then it is not seen.
        bar.rangeChanged.connect(lambda least, most: bar.setEnabled(most > least))
        bar.setEnabled(False)
        self.setModel(model)
        model.dataChanged.connect(self._changed)

    @property
    def following(self) -> bool:
        """Whether the newest row is kept in sight."""
        return self._following

    def jump_to_now(self) -> None:
        """Show the newest row and follow again."""
        self._set_following(self._follow)
        self.scrollToBottom()

    def show_item(self, item_id: str) -> bool:
        """Bring an utterance, flag, note or call to the middle and select it; False if it is not here."""
        model = self.model()
        place = model.row_of(item_id) if isinstance(model, TranscriptModel) else None
        if place is None:
            return False
        index = model.index(place, 0)
        self.setCurrentIndex(index)
        self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Letters are for the page (its note box or search), not for jumping from row to row."""
        if event.text().strip() and event.text().isprintable():
            event.ignore()
            return
        super().keyPressEvent(event)

    # --- keeping its place ---

    def doItemsLayout(self) -> None:  # noqa: N802 - Qt's name
        """Lay all rows out, then stand where the reader stood."""
        self._painter.width = self.viewport().width()
        bar = self.verticalScrollBar()
        if bar.value() != self._stood:
            # Scrolled so lately that nobody was told yet: the reader's wish counts already.
            self._anchor = None
            self._set_following(self._follow and bar.value() >= bar.maximum() - 2)
        self._placing = True
        super().doItemsLayout()
        if self._following:
            bar.setValue(bar.maximum())
        elif self._anchor is not None and self._anchor[0].isValid():
            index = self.model().index(self._anchor[0].row(), 0)
            drift = self.visualRect(index).top() - self._anchor[1]
            if drift:
                bar.setValue(bar.value() + drift)
        self._stood = bar.value()
        self._placing = False

    def _scrolled(self, value: int) -> None:
        if self._placing:
            return
        self._stood = value
        # Looking for the new anchor may lay out first, which must not go back to the old one.
        self._anchor = None
        if self._follow:
            self._set_following(value >= self.verticalScrollBar().maximum() - 2)
        index = self._first_that_stays()
        self._anchor = (QPersistentModelIndex(index), self.visualRect(index).top()) if index.isValid() else None

    def _first_that_stays(self) -> QModelIndex:
        """The first row in sight but for those that were left out, which come and go."""
        index = self.indexAt(self.viewport().rect().topLeft())
        while index.isValid() and index.data(Role.KIND) == RowKind.LEFT_OUT:
            index = index.siblingAtRow(index.row() + 1)
        return index

    def _set_following(self, following: bool) -> None:
        if following != self._following:
            self._following = following
            self.jump.setVisible(self._follow and not following)
            self._place_jump()
            self.following_changed.emit(following)

    def _changed(self, first: QModelIndex, last: QModelIndex) -> None:
        for place in range(first.row(), last.row() + 1):
            index = self.model().index(place, 0)
            if self.visualRect(index).height() != self._painter.height(index.data(Role.ROW)):
                self.scheduleDelayedItemsLayout()
                return

    # --- sizes ---

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap anew for the new width."""
        self._painter.width = self.viewport().width()
        self._placing = True
        super().resizeEvent(event)
        self._placing = False
        self._stood = self.verticalScrollBar().value()
        self.scheduleDelayedItemsLayout()
        self._place_jump()

    def _place_jump(self) -> None:
        self.jump.adjustSize()
        self.jump.move(self.viewport().width() - self.jump.width() - 16, self.height() - self.jump.height() - 12)
        self.jump.raise_()

    def changeEvent(self, event: QEvent) -> None:
        """Take a new font or appearance in."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._painter.refresh()
            self.scheduleDelayedItemsLayout()

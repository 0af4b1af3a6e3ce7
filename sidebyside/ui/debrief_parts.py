"""The parts of the debrief page and where they stand; what they do is in `debrief`."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from sidebyside.model import Reason
from sidebyside.ui import widgets
from sidebyside.ui.debrief_list import DebriefList
from sidebyside.ui.debrief_pauses import BreakPane, LastPane
from sidebyside.ui.debrief_promise import PromisePanel
from sidebyside.ui.debrief_question import QuestionPane
from sidebyside.ui.page import Page, pixel_font, top_bar, wrapped

_SIZES = (("short", "2 minutes"), ("full", "Full"))


class DebriefParts(Page):
    """A bar on top, the list on the left, and on the right the question, a break, or the last page."""

    def __init__(self, reasons: Sequence[Reason], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = widgets.label("Debrief", "heading")
        self.about = widgets.label("", "dim")
        self.how_long = widgets.Choice(_SIZES, "How long")
        self.how_long.choose("full")
        self.timer = widgets.label("00:00", "dim", name="Time in the debrief")
        self.finish_button = widgets.button("&Finish", "primary")
        bar = top_bar(self.title, self.about, self.how_long, self.timer, self.finish_button, push=2)
        self.banners = widgets.Banners()
        self.list = DebriefList(reasons)
        aside = QFrame()
        aside.setProperty("role", "aside")
        inside = QVBoxLayout(aside)
        inside.setContentsMargins(18, 4, 8, 8)
        inside.addWidget(self.list)
        self.aside = aside
        self.pane, self.promise = QuestionPane(), PromisePanel()
        self.promised = wrapped("", "dim")
        self.rest, self.last = BreakPane(), LastPane()
        self.asking = QWidget()
        column = QVBoxLayout(self.asking)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(20)
        for asked in (self.pane, self.promise, self.promised):
            column.addWidget(asked)
        column.addStretch(1)
        self.stack = QStackedWidget()
        for pane in (self.asking, self.rest, self.last):
            self.stack.addWidget(pane)
        self.stack.currentChanged.connect(lambda _place: self._fit_stack())
        self._fit_stack()
        inner = QWidget()
        padded = QVBoxLayout(inner)
        padded.setContentsMargins(40, 24, 40, 20)
        padded.addWidget(self.stack)
        self.area = widgets.scrolled(inner)
        below = QWidget()
        body = QHBoxLayout(below)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addWidget(aside)
        body.addWidget(self.area, 1)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        for widget in (bar, self.banners):
            page.addWidget(widget)
        page.addWidget(below, 1)
        self.show_parts(False)

    def show_parts(self, shown: bool) -> None:
        """Show the list, the question and what belongs to them, or nothing of it before there is a record."""
        for part in (self.aside, self.area, self.how_long, self.timer, self.finish_button):
            part.setVisible(shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the question what room there is."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the text size."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "aside"):
            self._fit()

    def _fit(self) -> None:
        size = pixel_font(self).pixelSize()
        self.aside.setFixedWidth(min(round(280 * size / 15), round(self.width() * 0.36)))
        self.pane.be_short(self.height() < 46 * size)

    def _fit_stack(self) -> None:
        """Only what is shown asks for room; a long question must not make the break scroll."""
        for pane in (self.asking, self.rest, self.last):
            shown = pane is self.stack.currentWidget()
            way = QSizePolicy.Policy.Preferred if shown else QSizePolicy.Policy.Ignored
            pane.setSizePolicy(QSizePolicy.Policy.Preferred, way)

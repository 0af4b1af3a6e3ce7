"""What the Sit-down page says about the language of the call: which models will hear it, or that none can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QVBoxLayout, QWidget

from sidebyside.ui import theme
from sidebyside.ui.widgets import announce, button, label

if TYPE_CHECKING:
    from sidebyside.session.models import Hearing, LanguageChoice

NO_MODEL = "no model yet"


def language_title(choice: LanguageChoice) -> str:
    """How a language stands in a list: its name, and whether nothing on this laptop can hear it."""
    return choice.name if choice.heard else f"{choice.name} – {NO_MODEL}"


class NoModel(QFrame):
    """Says that a language cannot be heard and what to do about it; out of sight while it can."""

    wanted = Signal()
    """A model is to be got."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "banner")
        self.text = label("", wrap=True)
        self.get = button("&Get a model…", "small", does=self.wanted.emit)
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(14, 8, 8, 8)
        self._line.setSpacing(2 * theme.STEP)
        self._line.addWidget(self.text, 1)
        self._line.addWidget(self.get, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def say(self, why: str) -> None:
        """Show why, and tell a screen reader; with no words, go out of sight."""
        news = bool(why) and why != self.text.text()
        self.text.setText(why)
        self.get.setAccessibleDescription(why)
        self.setVisible(bool(why))
        if news:
            announce(self, why)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The button goes under the words where it would squeeze them."""
        super().resizeEvent(event)
        narrow = self.width() - self.get.sizeHint().width() < 30 * self.fontMetrics().averageCharWidth()
        way = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if self._line.direction() != way:
            self._line.setDirection(way)


class HeardBy(QWidget):
    """Says quietly which models will hear the call."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.models = label("…", wrap=True)
        column = QVBoxLayout(self)
        # As high as the words in the field beside it.
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(self.models)
        column.addStretch(1)

    def show_hearing(self, hearing: Hearing | None, language: str = "") -> None:
        """Name the model of the live text and the one that corrects it; dots while that is looked up.

        What could be better about it is left to the tool tip: here nobody can change it, and Settings says it too.
        """
        known = hearing if hearing is not None and hearing.ready else None
        self.models.setText(_models(known, language) if known is not None else "…")
        self.models.setToolTip(known.message if known is not None else "")
        self.models.setAccessibleDescription(self.models.toolTip())


def short_title(title: str, language: str) -> str:
    """A model's title where its language is said beside it."""
    return title.removesuffix(f", {language}")


def _models(hearing: Hearing, language: str) -> str:
    first = short_title(hearing.first_title, language)
    if not hearing.second:
        return f"{first}, not corrected"
    return f"{first}, corrected by {short_title(hearing.second_title, language)}"

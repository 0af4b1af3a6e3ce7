"""The small parts that every page is put together from."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from sidebyside.ui import theme

Action = tuple[str, Callable[[], object]]
"""A button's text and what it does."""


def label(text: str = "", role: str = "", *, wrap: bool = False, name: str = "") -> QLabel:
    """A label in one of the style sheet's roles: title, heading, strong, label, dim, good, bad."""
    made = QLabel(text)
    # What people typed or said is shown as it is, never read as markup.
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        made.setProperty("role", role)
    if wrap:
        made.setWordWrap(True)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
    if name:
        made.setAccessibleName(name)
    return made


def caption(text: str, buddy: QWidget | None = None) -> QLabel:
    """A small heading over a field, in capitals for the eye only; with `buddy`, an `&` gives the field a mnemonic."""
    made = label(text, "label")
    font = made.font()
    font.setCapitalization(font.Capitalization.AllUppercase)
    made.setFont(font)
    made.setAccessibleName(text.replace("&", ""))
    if buddy is not None:
        made.setBuddy(buddy)
        buddy.setAccessibleName(buddy.accessibleName() or text.replace("&", ""))
    return made


def button(
    text: str, role: str = "", *, does: Callable[[], object] | None = None, name: str = "", tip: str = ""
) -> QPushButton:
    """A push button in one of the roles primary, danger, nav, flag, or none; Enter presses it only when focused."""
    made = QPushButton(text)
    # Outside a dialog this only means that Enter presses it while it has the focus, as Space does everywhere.
    made.setAutoDefault(True)
    if role:
        made.setProperty("role", role)
    if name:
        made.setAccessibleName(name)
    if tip:
        made.setToolTip(tip)
    if does is not None:
        made.clicked.connect(lambda _checked=False: does())
    return made


def rule() -> QFrame:
    """A thin line between two parts."""
    made = QFrame()
    made.setProperty("role", "rule")
    return made


def restyle(widget: QWidget) -> None:
    """Let the style sheet see a property that changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def set_role(widget: QWidget, role: str) -> None:
    """Give a widget another role of the style sheet."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        restyle(widget)


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and let it go."""
    while layout.count():
        item = layout.takeAt(0)
        if item is None:
            return
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear(inner)


def row(*parts: QWidget | int, gap: int = 2 * theme.STEP) -> QHBoxLayout:
    """Widgets side by side without margins; a number is a stretch of that weight."""
    made = QHBoxLayout()
    made.setContentsMargins(0, 0, 0, 0)
    made.setSpacing(gap)
    for part in parts:
        if isinstance(part, int):
            made.addStretch(part)
        else:
            made.addWidget(part)
    return made


def scrolled(inner: QWidget) -> QScrollArea:
    """A page that scrolls when the window is small or the text is large."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inner)
    return area


class Card(QFrame):
    """A framed part of a page; add to its `body`."""

    def __init__(self, heading: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(22, 20, 22, 20)
        self.body.setSpacing(3 * theme.STEP)
        self.heading = caption(heading)
        self.body.addWidget(self.heading)
        # Shown by its card: a widget without a parent would open as a window for a moment.
        self.heading.setHidden(not heading)


class Choice(QWidget):
    """One of a few, as buttons side by side; arrow keys move between them and choose.

    `chosen` carries the key of what a person picked; `choose` sets it without a signal.
    """

    chosen = Signal(str)

    def __init__(self, options: Sequence[tuple[str, str]], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._buttons: dict[str, QPushButton] = {}
        self._value = ""
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(2 * theme.STEP)
        for key, text in options:
            made = button(text, "choice")
            made.setCheckable(True)
            made.setAccessibleName(f"{name}: {text.replace('&', '')}")
            made.clicked.connect(lambda _checked=False, key=key: self._picked(key))
            self._group.addButton(made)
            self._buttons[key] = made
            line.addWidget(made, 1)
        if options:
            self.choose(options[0][0])

    @property
    def value(self) -> str:
        """The key of the chosen option."""
        return self._value

    def choose(self, key: str) -> None:
        """Show this option as the chosen one; no signal."""
        self._value = key
        self._buttons[key].setChecked(True)
        for other, made in self._buttons.items():
            # One stop for Tab: the chosen one; arrows do the rest.
            made.setFocusPolicy(Qt.FocusPolicy.StrongFocus if other == key else Qt.FocusPolicy.ClickFocus)

    def button(self, key: str) -> QPushButton:
        """The button of one option."""
        return self._buttons[key]

    def set_text(self, key: str, text: str) -> None:
        """Another wording for one option."""
        self._buttons[key].setText(text)
        self._buttons[key].setAccessibleName(f"{self.accessibleName()}: {text.replace('&', '')}")

    def set_enabled(self, key: str, enabled: bool, why_not: str = "") -> None:
        """Offer an option or not, with the reason as its tool tip and description."""
        made = self._buttons[key]
        made.setEnabled(enabled)
        made.setToolTip("" if enabled else why_not)
        made.setAccessibleDescription("" if enabled else why_not)

    def _picked(self, key: str) -> None:
        changed = key != self._value
        self.choose(key)
        if changed:
            self.chosen.emit(key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right (or Up and Down) go to the next option that is offered."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
        step = steps.get(Qt.Key(event.key()))
        keys = [key for key, made in self._buttons.items() if made.isEnabled()]
        if step is None or self._value not in keys:
            super().keyPressEvent(event)
            return
        key = keys[(keys.index(self._value) + step) % len(keys)]
        self._picked(key)
        self._buttons[key].setFocus(Qt.FocusReason.TabFocusReason)


GOOD_FROM, LOUD_FROM, SILENT_BELOW = -40.0, -6.0, -70.0
"""dBFS: below the first a recogniser guesses, above the second it clips, below the third nothing arrives."""


def level_word(level: float) -> str:
    """What a level in dBFS means for a person."""
    if level < SILENT_BELOW:
        return "no sound"
    if level < GOOD_FROM:
        return "too quiet"
    return "too loud" if level > LOUD_FROM else "good level"


class LevelMeter(QWidget):
    """A bar for one side's level and the word for it; colour only repeats what the word says."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = label(title, "strong")
        self.bar = _Bar()
        self.word = label("no sound", "dim")
        self.word.setMinimumWidth(self.word.fontMetrics().horizontalAdvance("good level") + 8)
        self.setLayout(row(self.title, self.bar, self.word, gap=3 * theme.STEP))
        self.setAccessibleName(title)
        self.setAccessibleDescription(self.word.text())
        self.set_level(-120.0)

    def set_level(self, level: float) -> None:
        """Show a level in dBFS."""
        word = level_word(level)
        self.bar.show_level(max(0.0, min(1.0, (level + 72.0) / 72.0)), word)
        if word != self.word.text():
            self.word.setText(word)
            self.setAccessibleDescription(word)


class _Bar(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._part, self._word = 0.0, ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(160, 8)

    def show_level(self, part: float, word: str) -> None:
        if (part, word) != (self._part, self._word):
            self._part, self._word = part, word
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.color("chip"))
        painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
        width = self.width() * self._part
        if width >= 1:
            painter.setBrush(colours.color({"good level": "good", "too loud": "flag"}.get(self._word, "customer")))
            painter.drawRoundedRect(QRectF(0, 0, max(8.0, width), self.height()), 4, 4)
        painter.end()


class Banner(QFrame):
    """A notice in the window, with the actions that answer it; it never takes the focus."""

    closed = Signal()

    def __init__(
        self,
        text: str,
        actions: Sequence[Action] = (),
        *,
        warning: bool = False,
        close: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "warning" if warning else "banner")
        self.setAccessibleName(text)
        self.text = label(text, wrap=True)
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(14, 8, 8, 8)
        self._line.setSpacing(2 * theme.STEP)
        self._line.addWidget(self.text, 1)
        self._answers = row(gap=2 * theme.STEP)
        self._line.addLayout(self._answers)
        self.buttons: list[QPushButton] = []
        shut: tuple[Action, ...] = (("Close", lambda: None),) if close else ()
        for title, does in (*actions, *shut):
            made = button(title, "small", name=f"{title.replace('&', '')}: {text}")
            made.clicked.connect(lambda _checked=False, does=does: self._answer(does))
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._answers.addWidget(made, 0, Qt.AlignmentFlag.AlignTop)
            self.buttons.append(made)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The answers go under the text where they would squeeze it."""
        super().resizeEvent(event)
        room = self.width() - self._answers.sizeHint().width() - 30
        narrow = room < min(24 * self.fontMetrics().averageCharWidth(), self.text.sizeHint().width())
        way = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if self._line.direction() != way:
            self._line.setDirection(way)

    def _answer(self, does: Callable[[], object]) -> None:
        self.hide()
        self.closed.emit()
        self.deleteLater()
        does()


class Banners(QWidget):
    """The place at the top of a page where banners gather; the newest three stay, the same words appear once."""

    KEPT = 3

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 8, 12, 0)
        self._column.setSpacing(theme.STEP)
        self._shown: dict[str, Banner] = {}
        self.hide()

    @property
    def texts(self) -> tuple[str, ...]:
        """What is said now, oldest first."""
        return tuple(self._shown)

    def say(self, text: str, *actions: Action, warning: bool = False, close: bool = True) -> Banner:
        """Show a banner; a repeat of one in sight changes nothing. Without `close`, only an action answers it."""
        if text in self._shown:
            return self._shown[text]
        made = Banner(text, actions, warning=warning, close=close)
        made.closed.connect(lambda: self._gone(text))
        self._shown[text] = made
        self._column.addWidget(made)
        while len(self._shown) > self.KEPT:
            self.unsay(next(iter(self._shown)))
        self.show()
        return made

    def unsay(self, text: str) -> None:
        """Take a banner away without answering it."""
        banner = self._shown.get(text)
        if banner is not None:
            self._gone(text)
            banner.hide()
            banner.deleteLater()

    def clear(self) -> None:
        """Take all banners away."""
        for text in tuple(self._shown):
            self.unsay(text)

    def _gone(self, text: str) -> None:
        self._shown.pop(text, None)
        self.setVisible(bool(self._shown))


def announce(widget: QWidget, text: str) -> None:
    """Let a screen reader say something now, without moving the focus."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))

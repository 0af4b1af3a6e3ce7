"""The panel beside the live text: the flags with their keys, the reason for the call, and who may read the note."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from sidebyside.model import FlagKind, Reason
from sidebyside.ui.panel_foot import PanelFoot
from sidebyside.ui.widgets import Choice, caption, label, restyle, scrolled


class FlagButton(QPushButton):
    """One flag: its key, its name, and how often it was struck in this call."""

    def __init__(self, kind: FlagKind) -> None:
        super().__init__()
        self.kind = kind
        self.setProperty("role", "flag")
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip(kind.meaning)
        self._cap = label({"-": "−"}.get(kind.press, kind.press), "key")
        self._cap.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._cap.setMinimumWidth(self._cap.fontMetrics().horizontalAdvance("−") + 14)
        self._name = label(kind.name, wrap=True)
        self._count = label("", "dim")
        self._line = line = QHBoxLayout(self)
        line.setContentsMargins(10, 7, 10, 7)
        line.setSpacing(8)
        for part, stretch in ((self._cap, 0), (self._name, 1), (self._count, 0)):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            line.addWidget(part, stretch)
        self.show_count(0)

    def show_count(self, count: int) -> None:
        """How often it stands in this call; nothing for none."""
        self._count.setText(str(count) if count else "")
        self.setAccessibleName(f"Flag {self.kind.name}, key {self.kind.press}")
        self.setAccessibleDescription(f"{self.kind.meaning} {count} in this call." if count else self.kind.meaning)

    def show_struck(self, struck: bool) -> None:
        """Whether what is typed now belongs to this flag."""
        if self.property("struck") != ("true" if struck else "false"):
            self.setProperty("struck", "true" if struck else "false")
            restyle(self)

    def least_width(self) -> int:
        """The width at which the longest word of the name fits."""
        words = max(self.kind.name.split(), key=len, default="")
        name = self._name.fontMetrics().horizontalAdvance(words)
        return name + self._cap.sizeHint().width() + self._count.fontMetrics().horizontalAdvance("00") + 44

    def sizeHint(self) -> QSize:
        return self._line.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return QSize(self.least_width(), self._line.minimumSize().height())


class ReasonBox(QComboBox):
    """The reason for the call: grouped when opened, found by any part of its name when typed."""

    picked = Signal(object)
    """The key of the reason, or None for "not said yet"."""
    left = Signal()
    """The field was left with Escape or a choice."""

    NONE = "Not said yet"

    def __init__(self, reasons: Iterable[Reason], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setAccessibleName("Why are they calling?")
        self.setToolTip("Ctrl+R")
        self.setMaxVisibleItems(18)
        self.setMinimumContentsLength(8)
        self._shown: str | None = None
        items = QStandardItemModel(self)
        items.appendRow(_item(self.NONE, None))
        group = ""
        names = []
        for reason in reasons:
            if reason.group != group:
                group = reason.group
                items.appendRow(_heading(group))
            items.appendRow(_item(reason.name, reason.key))
            names.append(reason.name)
        self.setModel(items)
        # The combo box's own delegate does not see the style sheet's items.
        self.setItemDelegate(QStyledItemDelegate(self))
        completer = QCompleter([self.NONE, *names], self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.setCompleter(completer)
        completer.activated.connect(self._named)
        self.activated.connect(self._activated)
        edit = self.lineEdit()
        assert edit is not None
        edit.returnPressed.connect(self._typed)
        edit.editingFinished.connect(lambda: self.show_reason(self._shown))
        self.show_reason(None)

    def show_reason(self, key: str | None) -> None:
        """Show a call's reason; no signal."""
        self._shown = key
        place = max(0, self.findData(key)) if key is not None else 0
        self.setCurrentIndex(place)
        self.setEditText(self.itemText(place))

    def start(self) -> None:
        """Take the focus with the text selected, ready to be typed over."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        edit = self.lineEdit()
        assert edit is not None
        edit.selectAll()

    def _activated(self, place: int) -> None:
        if self.itemText(place):
            self._choose(self.itemData(place))

    def _named(self, name: str) -> None:
        place = self.findText(name, Qt.MatchFlag.MatchFixedString)
        if place >= 0:
            self._choose(self.itemData(place))

    def _typed(self) -> None:
        completer, text = self.completer(), self.currentText().strip()
        if completer is None or not text:
            return
        completer.setCompletionPrefix(text)
        # Enter takes the first that fits, as the list under the field shows it.
        self._named(completer.currentCompletion() or text)

    def _choose(self, key: str | None) -> None:
        changed = key != self._shown
        self.show_reason(key)
        if changed:
            self.picked.emit(key)
        self.left.emit()


def _item(text: str, key: str | None) -> QStandardItem:
    made = QStandardItem(text)
    made.setData(key, Qt.ItemDataRole.UserRole)
    return made


def _heading(text: str) -> QStandardItem:
    made = QStandardItem(text.upper())
    made.setFlags(Qt.ItemFlag.NoItemFlags)
    return made


class FlagsPanel(QFrame):
    """Lays out flags, reason and the note's readers; says what was pressed, holds nothing."""

    flag_wanted = Signal(object)
    """The `FlagKind` of a flag button that was clicked."""
    reason_picked = Signal(object)
    left = Signal()
    private_chosen = Signal(bool)
    strike_wanted = Signal()
    left_out_wanted = Signal(bool)

    def __init__(
        self, kinds: Iterable[FlagKind], reasons: Iterable[Reason], name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.flags = {kind.key: FlagButton(kind) for kind in kinds}
        for made in self.flags.values():
            made.clicked.connect(lambda _checked=False, kind=made.kind: self.flag_wanted.emit(kind))
        self.reason = ReasonBox(reasons)
        self.reason.picked.connect(self.reason_picked)
        self.reason.left.connect(self.left)
        self.readers = Choice((("shared", f"Shared with {name}"), ("private", "Private")), "This note is")
        for key in ("shared", "private"):
            self.readers.button(key).setToolTip("Ctrl+P")
        self.readers.chosen.connect(lambda key: self.private_chosen.emit(key == "private"))
        self._inner = QWidget()
        self._inner.setProperty("role", "panel-inner")
        column = QVBoxLayout(self._inner)
        column.setContentsMargins(18, 18, 18, 14)
        column.setSpacing(8)
        column.addWidget(caption("Flags: press the key"))
        self._grid = QGridLayout()
        self._grid.setSpacing(8)
        self._columns = 0
        column.addLayout(self._grid)
        column.addSpacing(12)
        column.addWidget(caption("&Why are they calling?", self.reason))
        column.addWidget(self.reason)
        column.addSpacing(12)
        column.addWidget(caption("This note is"))
        column.addWidget(self.readers)
        hint = "A key in the empty box strikes a flag; Space turns it back into text. Private notes stay yours."
        column.addWidget(label(hint, "dim", wrap=True))
        column.addStretch(1)
        self.foot = PanelFoot()
        self.foot.strike_wanted.connect(self.strike_wanted)
        self.foot.left_out_wanted.connect(self.left_out_wanted)
        column.addWidget(self.foot)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(self._inner))
        self._arrange(2)

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """Where Tab stops, in order."""
        return (
            *self.flags.values(),
            self.reason,
            self.readers.button("shared"),
            self.readers.button("private"),
            self.foot.strike,
            self.foot.left_out,
        )

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """How often each kind stands in this call."""
        for key, made in self.flags.items():
            made.show_count(counts.get(key, 0))

    def show_struck(self, kind: str | None) -> None:
        """Which flag what is typed belongs to."""
        for key, made in self.flags.items():
            made.show_struck(key == kind)

    def sizeHint(self) -> QSize:
        least = max((made.least_width() for made in self.flags.values()), default=120)
        return QSize(max(300, 2 * least + 8 + 36 + 14), 400)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """One column of flags where two would cut the names."""
        super().resizeEvent(event)
        least = max((made.least_width() for made in self.flags.values()), default=120)
        self._arrange(2 if self.width() >= 2 * least + 8 + 36 else 1)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for number, made in enumerate(self.flags.values()):
            self._grid.addWidget(made, number // columns, number % columns)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1 if columns == 2 else 0)

"""Promising something, in its place on the debrief page: what, who, and by when."""

from __future__ import annotations

from datetime import date, timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from sidebyside.model import FollowUp, Session
from sidebyside.session.plan import new_id
from sidebyside.ui import dates, widgets
from sidebyside.ui.flow import flowing

_DAYS = (
    ("friday", "By Friday"),
    ("week", "In a week"),
    ("month", "In a month"),
    ("day", "On a day"),
    ("none", "No day"),
)


def day_for(choice: str, today: date) -> date | None:
    """The day a quick choice means: the next Friday (not today), seven days, thirty days, or none."""
    if choice == "friday":
        return today + timedelta(days=(4 - today.weekday()) % 7 or 7)
    if choice == "none":
        return None
    return today + timedelta(days=30 if choice == "month" else 7)


def told(follow_up: FollowUp) -> str:
    """A promise in one line."""
    owner = f" ({follow_up.owner})" if follow_up.owner else ""
    due = f", by {dates.due(follow_up.due)}" if follow_up.due else ""
    done = " · done" if follow_up.done else ""
    return f"{follow_up.text}{owner}{due}{done}"


class PromisePanel(widgets.Card):
    """A text, an owner and a day; Enter promises, Esc puts it away with what was typed."""

    promised = Signal(object)
    put_away = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Promise something", parent)
        self._session: Session | None = None
        self._touched = False
        self.text = QLineEdit()
        self.text.setPlaceholderText("What will be done, in words the rep would use")
        self.owner = QLineEdit()
        self.owner.setPlaceholderText("me")
        self.choice = widgets.Choice(_DAYS, "By when")
        self.day = QLineEdit()
        self.day.setAccessibleName("Day")
        self.day.setMinimumWidth(self.day.fontMetrics().horizontalAdvance("Wed 30 Nov 2026") + 40)
        self.wrong = widgets.label("Write a day such as 27 Nov.", "bad")
        self.save = widgets.button("Promise it  Enter", "primary", does=self.keep, name="Promise it")
        self.close_ = widgets.button("Close", does=self.put_away.emit, tip="Esc")
        self.body.setSpacing(6)
        for title, field in (("&What", self.text), ("Wh&o", self.owner)):
            self.body.addWidget(widgets.caption(title, field))
            self.body.addWidget(field)
        self.body.addWidget(widgets.caption("By when"))
        days = QWidget()
        days.setLayout(flowing(self.choice, self.day, self.wrong, gap=12))
        self.body.addWidget(days)
        self.body.addSpacing(6)
        buttons = QVBoxLayout()
        buttons.addLayout(widgets.row(self.save, self.close_, 1, gap=12))
        self.body.addLayout(buttons)
        self.text.textEdited.connect(lambda _text: self._edited())
        self.day.textEdited.connect(lambda _text: self._mark())
        self.choice.chosen.connect(lambda _key: self._show_day())
        self.reset()

    def begin(self, session: Session) -> None:
        """Promises belong to this session and its rep."""
        self._session = session
        self.reset()

    def reset(self) -> None:
        """Empty fields, a week from now."""
        self.text.clear()
        self.owner.clear()
        self.day.clear()
        self.choice.choose("week")
        self._touched = False
        self._show_day()

    @property
    def typed(self) -> bool:
        """Whether a person began to type a promise here."""
        return self._touched and bool(self.text.text().strip())

    def suggest(self, text: str) -> None:
        """Offer the words of a note, unless something was typed already."""
        if not self._touched:
            self.text.setText(text)
            self._mark()

    def keep(self) -> None:
        """Promise what stands here; without words, ask for them."""
        follow_up = self._follow_up() if self.save.isEnabled() else None
        if follow_up is None:
            (self.text if not self.text.text().strip() else self.day).setFocus()
            return
        self.reset()
        self.promised.emit(follow_up)

    def keep_typed(self) -> None:
        """Before the page is left: keep a promise that was typed and not yet confirmed."""
        if self._touched and (follow_up := self._follow_up()) is not None:
            self.reset()
            self.promised.emit(follow_up)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter promises, Esc puts the panel away."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.keep()
        elif event.key() == Qt.Key.Key_Escape:
            self.put_away.emit()
        else:
            super().keyPressEvent(event)

    def _follow_up(self) -> FollowUp | None:
        text = self.text.text().strip()
        if not text or self._session is None:
            return None
        named = None if self.choice.value == "none" else dates.parse(self.day.text(), date.today())
        due = named.isoformat() if named is not None else ""
        return FollowUp(
            id=new_id(),
            session_id=self._session.id,
            rep=self._session.rep,
            text=text,
            owner=self.owner.text().strip() or "me",
            due=due,
        )

    def _edited(self) -> None:
        self._touched = True
        self._mark()

    def _mark(self) -> None:
        clear = self.choice.value == "none" or dates.parse(self.day.text(), date.today()) is not None
        self.wrong.setVisible(not clear)
        self.save.setEnabled(clear and bool(self.text.text().strip()))

    def _show_day(self) -> None:
        choice = self.choice.value
        self.day.setReadOnly(choice != "day")
        self.day.setFocusPolicy(Qt.FocusPolicy.StrongFocus if choice == "day" else Qt.FocusPolicy.NoFocus)
        self.day.setVisible(choice != "none")
        if (day := day_for(choice, date.today())) is not None and (choice != "day" or not self.day.text()):
            self.day.setText(dates.day(day))
        if choice == "day":
            self.day.setFocus(Qt.FocusReason.OtherFocusReason)
            self.day.selectAll()
        self._mark()

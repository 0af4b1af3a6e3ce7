"""The side of a session's page: its calls with their reasons, the answers, the promises."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from sidebyside.content import Content, kind_of, reason_of
from sidebyside.model import Answer, Contact, FollowUp, SessionRecord
from sidebyside.ui import widgets
from sidebyside.ui.dates import count
from sidebyside.ui.debrief_answers import is_answered, shown_number
from sidebyside.ui.debrief_promise import told
from sidebyside.ui.page import wrapped
from sidebyside.ui.words import clock, length


class SessionSide(QFrame):
    """Shows a record; `call_chosen` carries the id of a call to bring into sight, `strike_wanted` of one to strike."""

    call_chosen = Signal(str)
    strike_wanted = Signal(str)

    def __init__(self, content: Content, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self._content = content
        inner = QWidget()
        inner.setProperty("role", "inside")
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(20, 18, 16, 18)
        self._column.setSpacing(4)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 0, 0, 0)
        outer.addWidget(widgets.scrolled(inner))

    def show_record(self, record: SessionRecord) -> None:
        """Show the calls, answers and promises of this session."""
        widgets.clear(self._column)
        self._calls(record.contacts)
        self._answers(record)
        self._promises(record.follow_ups)
        self._column.addStretch(1)

    def _head(self, text: str) -> None:
        if self._column.count():
            self._column.addSpacing(14)
        self._column.addWidget(widgets.caption(text))

    def _calls(self, contacts: Sequence[Contact]) -> None:
        self._head("Calls")
        if not contacts:
            self._column.addWidget(wrapped("No call was marked in this session.", "dim"))
        for contact in contacts:
            reason = reason_of(contact.reason, self._content.reasons).name if contact.reason else "No reason chosen"
            lasted = f" · {length(contact.end - contact.start)}" if contact.end is not None else ""
            button = widgets.button(
                f"Call {contact.number}, at {clock(contact.start)}{lasted}",
                "link",
                does=partial(self.call_chosen.emit, contact.id),
                name=f"Show call {contact.number}",
            )
            self._column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
            if contact.struck:
                self._column.addWidget(_inset(wrapped("Struck out at the rep's word", "dim")))
                continue
            strike = widgets.button(
                "Strike out…",
                "link",
                does=partial(self.strike_wanted.emit, contact.id),
                name=f"Strike out call {contact.number}",
                tip="At the rep's word, for good",
            )
            line = QWidget()
            line.setLayout(widgets.row(wrapped(reason), strike))
            self._column.addWidget(_inset(line))

    def _answers(self, record: SessionRecord) -> None:
        given = [answer for answer in record.answers if is_answered(answer)]
        skipped = sum(answer.skipped for answer in record.answers)
        self._head("Answers")
        if not given:
            self._column.addWidget(wrapped("Nothing was answered yet. Debrief asks the questions.", "dim"))
        heading = ""
        for answer in sorted(given, key=lambda answer: (answer.reason or "~", answer.flag_id or "~")):
            about = self._about(answer, record)
            if about and about != heading:
                self._column.addWidget(wrapped(about, "strong"))
                heading = about
            self._column.addWidget(wrapped(answer.asked, "dim"))
            number = f"{shown_number(answer.number)} {answer.unit}" if answer.number is not None else ""
            words = "\n".join(part for part in (number, answer.text) if part)
            said = wrapped(words)
            said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._column.addWidget(_inset(said))
        if skipped:
            self._column.addWidget(wrapped(f"{count(skipped, 'question')} skipped", "dim"))

    def _about(self, answer: Answer, record: SessionRecord) -> str:
        if answer.reason:
            return reason_of(answer.reason, self._content.reasons).name
        flag = next((flag for flag in record.flags if flag.id == answer.flag_id), None)
        return kind_of(flag.kind, self._content.flags).name if flag else "At the end"

    def _promises(self, promises: Sequence[FollowUp]) -> None:
        self._head("Promises")
        if not promises:
            self._column.addWidget(wrapped("Nothing was promised.", "dim"))
        for promise in promises:
            self._column.addWidget(wrapped(told(promise)))
            if promise.outcome:
                self._column.addWidget(_inset(wrapped(promise.outcome, "dim")))


def _inset(part: QWidget) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 6)
    column.addWidget(part)
    return holder

"""One question of a debrief: the moment quoted, the question, the field for its answer, and where to go from here."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from sidebyside.debrief.estimates import A_DAY, OF_TEN
from sidebyside.debrief.prompts import Kind, Prompt
from sidebyside.model import Answer
from sidebyside.ui import widgets
from sidebyside.ui.debrief_answers import Given, given_of, shown_number, understood, words_of
from sidebyside.ui.debrief_quote import Quote
from sidebyside.ui.flow import flowing
from sidebyside.ui.page import wrapped

_UNITS = ((A_DAY, "a day"), (OF_TEN, "of your last ten"))


class AnswerBox(QPlainTextEdit):
    """A few lines of text; Enter goes on, Shift+Enter is a new line, Tab leaves."""

    go_on = Signal()
    left = Signal()

    def __init__(self, lines: int) -> None:
        super().__init__()
        self._lines = lines
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.fit(lines)

    def fit(self, lines: int) -> None:
        """Be this many lines high."""
        self._lines = lines
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 34)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter alone is for going on."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not (
            event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        ):
            self.go_on.emit()
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Say that the field was left."""
        super().focusOutEvent(event)
        self.left.emit()


class NumberRow(QWidget):
    """A number and its unit; what is typed may be words, and it says how it was understood."""

    changed = Signal()
    go_on = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.field = QLineEdit()
        self.field.setAccessibleName("How many")
        self.field.setFixedWidth(150)
        self.unit = widgets.Choice(_UNITS, "Unit")
        self.meaning = wrapped("", "dim")
        self.field.textEdited.connect(lambda _text: self._edited())
        self.field.returnPressed.connect(self.go_on)
        self.field.editingFinished.connect(self.left)
        self.unit.chosen.connect(lambda _unit: self._edited())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(widgets.row(self.field, self.unit, 1, gap=12))
        column.addWidget(self.meaning)

    def show_number(self, number: str, unit: str) -> None:
        """Put a stored number in the field."""
        with QSignalBlocker(self.field):
            self.field.setText(number)
        self.unit.choose(unit if unit in (A_DAY, OF_TEN) else A_DAY)
        self._explain()

    def _edited(self) -> None:
        found = understood(self.field.text(), self.unit.value)
        if found is not None and found[1] != self.unit.value:
            self.unit.choose(found[1])
        self._explain()
        self.changed.emit()

    def _explain(self) -> None:
        typed = self.field.text().strip()
        found = understood(typed, self.unit.value)
        words = ""
        if typed and found is None:
            words = "That is kept as words; a number such as 10 can be added up."
            if self.unit.value == OF_TEN:
                words = "That is kept as words; of your last ten there are 0 to 10."
        elif found is not None and typed != shown_number(found[0]):
            words = f"Counts as {shown_number(found[0])} {found[1]}."
        self.meaning.setText(words)
        self.meaning.setVisible(bool(words))


class QuestionPane(QWidget):
    """Shows one prompt at a time; what is typed is announced with every key."""

    changed = Signal(object)
    left = Signal()
    next_wanted = Signal()
    back_wanted = Signal()
    skip_wanted = Signal()
    same_wanted = Signal()
    promise_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._prompt: Prompt | None = None
        self._short = False
        self.quote = Quote()
        self.place = wrapped("", "dim")
        self.question = wrapped("", "title")
        self.then = wrapped("", "dim-text")
        self.same = widgets.button("", does=self.same_wanted.emit)
        self.number = NumberRow()
        self.words_label = widgets.label("In their words, if there is more to it", "dim")
        self.words = AnswerBox(6)
        self.others = wrapped("", "dim")
        self.others.setAccessibleName("What other reps said")
        self.next = widgets.button("Next  Enter", "primary", does=self.next_wanted.emit, name="Next question")
        self.skip = widgets.button("&Skip", does=self.skip_wanted.emit)
        self.back = widgets.button("&Back", does=self.back_wanted.emit, tip="Ctrl+Up")
        self.promise = widgets.button("&Promise something", does=self.promise_wanted.emit)
        self.state = widgets.label("", "dim")
        self.state.setAccessibleName("Saving")
        buttons = QWidget()
        buttons.setLayout(flowing(self.next, self.skip, self.back, self.promise, self.state, gap=12))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for part in (self.quote, self.place, self.question, self.then):
            column.addWidget(part)
        column.addWidget(self.same, 0, Qt.AlignmentFlag.AlignLeft)
        for below in (self.number, self.words_label, self.words, self.others, buttons):
            column.addWidget(below)
        self._connect()

    def show_prompt(self, prompt: Prompt, given: Given, place: str) -> None:
        """Ask this; `place` says where in the talk it stands."""
        self._prompt = prompt
        numeric = prompt.question.answer == "number"
        self.quote.show_moment(prompt.moment)
        self.place.setText(place)
        self.question.setText(prompt.question.text)
        self.then.setText(prompt.question.follow_up)
        self.then.setVisible(bool(prompt.question.follow_up))
        self._offer_same(prompt.same_as_before if given == Given() else None)
        self.number.setVisible(numeric)
        self.words_label.setVisible(numeric)
        self._fit()
        self.words.setAccessibleName("In their words" if numeric else prompt.question.text)
        self.number.field.setAccessibleName(prompt.question.text)
        self.put(given)
        self.tell_others("")
        self.tell_state("Skipped. Type to answer it after all." if given.skipped else "")

    def be_short(self, short: bool) -> None:
        """Take less room in a low window, so that the buttons stay in sight."""
        self._short = short
        self.quote.be_short(short)
        self._fit()

    def _fit(self) -> None:
        numeric = self._prompt is not None and self._prompt.question.answer == "number"
        self.words.fit((2 if self._short else 3) if numeric else (4 if self._short else 6))

    def put(self, given: Given) -> None:
        """Fill the fields without announcing it."""
        self.number.show_number(given.number, given.unit)
        with QSignalBlocker(self.words):
            self.words.setPlainText(given.words)
            self.words.moveCursor(self.words.textCursor().MoveOperation.End)

    @property
    def given(self) -> Given:
        """What stands in the fields."""
        numeric = self._prompt is not None and self._prompt.question.answer == "number"
        return Given(
            number=self.number.field.text() if numeric else "",
            unit=self.number.unit.value,
            words=self.words.toPlainText(),
        )

    def take_masked(self, stored: Answer) -> None:
        """Put the stored words in the place of those typed, where something in them was masked."""
        if stored.text != words_of(self.given) and not stored.skipped:
            self.put(given_of(stored))

    def tell_others(self, text: str) -> None:
        """What other reps said to this; nothing before this one answered."""
        self.others.setText(text)
        self.others.setVisible(bool(text))

    def tell_state(self, text: str) -> None:
        """One word on saving."""
        self.state.setText(text)

    @property
    def answer_field(self) -> QWidget:
        """Where the answer goes first: the number's field or the words' box."""
        numeric = self._prompt is not None and self._prompt.question.answer == "number"
        return self.number.field if numeric else self.words

    def focus_answer(self) -> None:
        """Put the cursor where the answer goes."""
        self.answer_field.setFocus(Qt.FocusReason.OtherFocusReason)
        if self.answer_field is self.number.field:
            self.number.field.end(False)

    def _offer_same(self, before: Answer | None) -> None:
        self.same.setVisible(before is not None)
        if before is None:
            return
        number = f"{shown_number(before.number)} {before.unit}" if before.number is not None else ""
        words = " ".join(before.text.split())
        if len(words) > 60:
            words = f"{words[:59].rstrip()}…"
        said = ": ".join(part for part in (number, f"“{words}”" if words else "") if part)
        # An ampersand in what was said is not a key.
        self.same.setText(f"Sa&me as before?  {said.replace('&', '&&')}")
        self.same.setAccessibleName(f"Same as before? {said}")

    def _connect(self) -> None:
        def edited() -> None:
            self.same.hide()
            self.changed.emit(self.given)

        self.number.changed.connect(edited)
        self.words.textChanged.connect(edited)
        for field in (self.number, self.words):
            field.go_on.connect(self.next_wanted)
            field.left.connect(self.left)


def place_of(prompt: Prompt, number: int, count: int) -> str:
    """Where a prompt stands in the talk, in words."""
    calls = f" · {prompt.contacts} call{'' if prompt.contacts == 1 else 's'}" if prompt.kind is Kind.REASON else ""
    return f"Question {number} of {count} · {prompt.heading}{calls}"

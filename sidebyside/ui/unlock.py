"""What is shown before the library is open: asking for the passphrase, or saying why it cannot be opened."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from sidebyside.errors import LibraryBusy, LibraryDamaged, LibraryNewer, SideBySideError
from sidebyside.ui import theme
from sidebyside.ui.flow import flowing
from sidebyside.ui.widgets import Action, Card, announce, button, caption, label, row, scrolled

SHORTEST = 8
"""Characters of a passphrase: fewer are guessed in an afternoon."""

TITLES: dict[type[SideBySideError], str] = {
    LibraryBusy: "Side by Side is open already",
    LibraryNewer: "This library is from a newer version",
    LibraryDamaged: "The library cannot be read",
}


class CalmPage(QWidget):
    """One card in the middle of an empty window; add to `body`."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        card = Card()
        card.setMaximumWidth(640)
        card.setMinimumWidth(540)
        self.body: QVBoxLayout = card.body
        self.body.setContentsMargins(32, 28, 32, 32)
        self.title = label(title, "title", wrap=True)
        self.body.addWidget(self.title)
        inner = QWidget()
        inner.setProperty("role", "page")
        around = QVBoxLayout(inner)
        around.setContentsMargins(28, 28, 28, 28)
        around.addStretch(1)
        around.addLayout(row(0, card, 0))
        around.addStretch(2)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(inner))


class UnlockPage(CalmPage):
    """Asks for the passphrase: twice the first time, with what it is for; once later on.

    `given` carries it. Nothing is kept of it here once it was given. `recovery_wanted`: a person has the code instead.
    """

    given = Signal(str)
    recovery_wanted = Signal()

    def __init__(self, *, first: bool, parent: QWidget | None = None) -> None:
        super().__init__("Choose a passphrase" if first else "Your passphrase", parent)
        self.first = first
        why = (
            "This laptop offers no safe place for a key, so a passphrase of yours protects the library. "
            "You type it each time you open Side by Side. A few words in a row are easy to remember and hard to guess."
            if first
            else "It opens your library on this laptop. It goes nowhere else."
        )
        self.why = label(why, wrap=True)
        self.body.addWidget(self.why)
        self.phrase, self.again = _secret(), _secret()
        self.body.addWidget(caption("&Passphrase", self.phrase))
        self.body.addWidget(self.phrase)
        self._again_caption = caption("&Once more", self.again)
        self.body.addWidget(self._again_caption)
        self.body.addWidget(self.again)
        self._again_caption.setVisible(first)
        self.again.setVisible(first)
        self.says = label("", "bad", wrap=True)
        self.says.hide()
        self.body.addWidget(self.says)
        self.go = button("&Make the library" if first else "&Open", "primary", does=self._give)
        self.recovery = button("I have a &recovery code", does=self.recovery_wanted.emit)
        self.recovery.setHidden(first)
        self.body.addLayout(flowing(self.go, self.recovery, gap=2 * theme.STEP))
        self.phrase.returnPressed.connect(self.again.setFocus if first else self._give)
        self.again.returnPressed.connect(self._give)

    def _give(self) -> None:
        phrase = self.phrase.text()
        if self.first and len(phrase) < SHORTEST:
            self.tell(f"Please use at least {SHORTEST} characters; a few words are best.")
        elif self.first and phrase != self.again.text():
            self.tell("The two are not the same. Please type it once more.")
            self.again.clear()
            self.again.setFocus()
        elif phrase:
            self.says.hide()
            self.setEnabled(False)
            self.given.emit(phrase)

    def show_wrong(self, why: str = "") -> None:
        """The passphrase did not open the library; nothing was changed."""
        self.setEnabled(True)
        self.phrase.clear()
        self.again.clear()
        self.phrase.setFocus()
        self.tell(why or "That is not the passphrase of this library. Nothing was changed; please try again.")

    def tell(self, words: str) -> None:
        """Say what is amiss, also aloud."""
        self.says.setText(words)
        self.says.show()
        announce(self.says, words)

    def showEvent(self, event: QShowEvent) -> None:
        """Ready to type."""
        super().showEvent(event)
        self.phrase.setFocus()


class NewPassphrasePage(UnlockPage):
    """Asks for a new passphrase after the library was opened with its recovery code."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(first=True, parent=parent)
        self.title.setText("Choose a new passphrase")
        self.why.setText(
            "The recovery code has opened your library. From now on this passphrase opens it, in place of the old one; "
            "the code stays valid. A few words in a row are easy to remember and hard to guess."
        )
        self.go.setText("&Keep this passphrase")


class RecoverPage(CalmPage):
    """Asks for the recovery code; `given` carries it."""

    given = Signal(str)
    back_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Your recovery code", parent)
        why = (
            "You wrote it down when the library was made: eight groups of four. Capitals, blanks and dashes do not "
            "matter. Next you choose a new passphrase."
        )
        self.body.addWidget(label(why, wrap=True))
        self.code = QLineEdit()
        self.body.addWidget(caption("&Recovery code", self.code))
        self.body.addWidget(self.code)
        self.says = label("", "bad", wrap=True)
        self.says.hide()
        self.body.addWidget(self.says)
        self.go = button("&Open", "primary", does=self._give)
        self.back = button("&Back", does=self.back_wanted.emit)
        self.body.addLayout(flowing(self.go, self.back, gap=2 * theme.STEP))
        self.code.returnPressed.connect(self._give)

    def _give(self) -> None:
        if self.code.text().strip():
            self.says.hide()
            self.setEnabled(False)
            self.given.emit(self.code.text())

    def show_wrong(self) -> None:
        """The code did not open the library; what was typed stays, to be checked."""
        self.setEnabled(True)
        self.code.setFocus()
        self.says.setText("That is not this library's recovery code. Nothing was changed; check it letter by letter.")
        self.says.show()
        announce(self.says, self.says.text())

    def showEvent(self, event: QShowEvent) -> None:
        """Ready to type."""
        super().showEvent(event)
        self.code.setFocus()


class TroublePage(CalmPage):
    """Says why the library cannot be opened, and what can be done."""

    def __init__(self, error: SideBySideError, *actions: Action, parent: QWidget | None = None) -> None:
        super().__init__(TITLES.get(type(error), "The library cannot be opened"), parent)
        self.says = label(str(error), wrap=True)
        self.body.addWidget(self.says)
        self.buttons = [
            button(text, "primary" if number == 0 else "", does=does) for number, (text, does) in enumerate(actions)
        ]
        self.body.addLayout(flowing(*self.buttons, gap=2 * theme.STEP))


class RecoveryCodePage(CalmPage):
    """Shows the recovery code, this once."""

    def __init__(self, code: str, done: Callable[[], object], parent: QWidget | None = None) -> None:
        super().__init__("Write down your recovery code", parent)
        why = (
            "It opens your library if the key on this laptop is ever lost. It is shown this once and kept nowhere: "
            "put it on paper, away from this laptop."
        )
        self.body.addWidget(label(why, wrap=True))
        self.code = label(code, "code", wrap=True, name="Recovery code")
        self.code.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse
        )
        self.body.addWidget(self.code)
        self.done = button("I have &written it down", "primary", does=done)
        self.body.addLayout(flowing(self.done))


def _secret() -> QLineEdit:
    made = QLineEdit()
    made.setEchoMode(QLineEdit.EchoMode.Password)
    return made

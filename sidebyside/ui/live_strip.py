"""The wide strip over the live text that says what is not heard, and why; out of sight while all is well."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from sidebyside.model import Agreement, Listening, SpeechState
from sidebyside.ui.widgets import announce, button, label, restyle, row

SAVING = ("Saving the last words…", "Notes and flags are saved already. This takes a few seconds.")

_STATES = {
    Listening.PAUSED: ("Not listening", "Nothing is heard or written down. F9 listens again."),
    Listening.BETWEEN_CALLS: ("Between calls", "What is said now is nobody's business. F2 starts the next call."),
    Listening.NOTES_ONLY: ("Notes only", "No sound is used. The clocks, your notes and your flags work as ever."),
    Listening.DEVICE_LOST: (
        "No sound arrives",
        "Your notes and flags are safe. Plug the sound in again and press F9, or go on with notes only: F6.",
    ),
    Listening.ENDED: ("The session has ended", "Everything is saved."),
}
_SPEECH = {
    SpeechState.LOADING: ("Getting the words ready", "Notes and flags work already."),
    SpeechState.RESTARTING: ("Starting the words again", "Nothing you typed is lost; the sound waits in memory."),
    SpeechState.FAILED: ("No live text", "Notes and flags go on. F6 goes on with notes only."),
}
_LISTEN_ONLY = ("Words are shown, none are kept", "That is what the rep agreed to. Notes and flags are kept.")
_QUIET = (Listening.NOTES_ONLY, Listening.ENDED)


def words_for(listening: Listening, speech: SpeechState, agreed: Agreement) -> tuple[str, str] | None:
    """What the strip says, as a large line and a small one, or None where there is nothing to say."""
    if listening is not Listening.LISTENING:
        return _STATES[listening]
    if speech in _SPEECH:
        return _SPEECH[speech]
    return _LISTEN_ONLY if agreed is Agreement.LISTEN else None


class LiveStrip(QFrame):
    """Shows a large line and a small one, and says them to a screen reader when they change."""

    taken = Signal()
    """What was offered is wanted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "strip")
        self.large, self.small = label("", "state", wrap=True), label("", wrap=True)
        self.offer = button("", "small", does=self.taken.emit)
        self.offer.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.offer.hide()
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addWidget(self.large)
        column.addWidget(self.small)
        line = row(gap=16)
        line.addLayout(column, 1)
        line.addWidget(self.offer, 0, Qt.AlignmentFlag.AlignVCenter)
        line.setContentsMargins(28, 12, 28, 12)
        self.setLayout(line)
        self.hide()

    def show_offer(self, text: str) -> None:
        """Offer something with a button, or with no text nothing."""
        self.offer.setText(text)
        self.offer.setVisible(bool(text))

    def tell(self, words: tuple[str, str] | None, *, quiet: bool = False) -> None:
        """Show these words, or go out of sight."""
        self.setVisible(words is not None)
        if words is None or words == (self.large.text(), self.small.text()):
            return
        self.large.setText(words[0])
        self.small.setText(words[1])
        self.setAccessibleName(f"{words[0]}. {words[1]}")
        self.setProperty("quiet", "true" if quiet else "false")
        restyle(self)
        announce(self, self.accessibleName())

    def show_state(self, listening: Listening, speech: SpeechState, agreed: Agreement) -> None:
        """Say what the session's state asks for."""
        quiet = listening in _QUIET or (listening is Listening.LISTENING and speech is not SpeechState.FAILED)
        self.tell(words_for(listening, speech, agreed), quiet=quiet)

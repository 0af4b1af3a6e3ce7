"""The bar over the live text: what the session does, for how long, with whom, and proof that it lives."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from sidebyside.model import Health, Listening, Session, SpeechState
from sidebyside.ui import theme
from sidebyside.ui.flow import Flow
from sidebyside.ui.widgets import button, label, row
from sidebyside.ui.words import STATES, clock, long_clock

UNSAVED_TOLD = 3
"""Proofs of life in a row with something unsaved, about four a second, before the word changes."""


class Dot(QWidget):
    """A dot that is full, a ring, or a cross bar: its shape says as much as its colour."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self._look = "ring"
        self._share = share
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        side = round(self.fontMetrics().height() * self._share) + 2
        return QSize(side, side)

    def show_look(self, look: str, color: str) -> None:
        """`full`, `ring` or `bars` (paused), in one of the theme's colours."""
        if (look, color) != (self._look, self.property("color")):
            self._look = look
            self.setProperty("color", color)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        color = theme.current().color(str(self.property("color") or "dim"))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self._look == "bars":
            painter.fillRect(QRectF(box.left(), box.top(), box.width() * 0.35, box.height()), color)
            painter.fillRect(
                QRectF(box.left() + box.width() * 0.65, box.top(), box.width() * 0.35, box.height()), color
            )
        elif self._look == "full":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawEllipse(box)
        else:
            painter.setPen(QPen(color, 2))
            painter.drawEllipse(box.adjusted(1, 1, -1, -1))
        painter.end()


class Sign(QWidget):
    """One proof of life: a dot and the words for it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.dot = Dot(0.42)
        self.text = label(name, "dim")
        self.setLayout(row(self.dot, self.text, gap=6))

    def tell(self, good: bool, words: str, *, idle: bool = False) -> None:
        """Show whether all is well, or that nothing is asked of it, in words."""
        self.dot.show_look("full" if good else "ring", "dim" if idle else "good" if good else "flag")
        if words != self.text.text() or not self.accessibleName():
            self.text.setText(words)
            self.setAccessibleName(words)
            self.updateGeometry()


class LiveHeader(QFrame):
    """Lays the bar out and shows what it is told; its three buttons are signals."""

    pause_wanted = Signal()
    call_wanted = Signal()
    debrief_wanted = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self._speech = SpeechState.OFF
        self._unsaved = 0
        self._listening = Listening.LISTENING
        self.dot = Dot(0.55)
        self.state = label("Starting", "strong", name="State of the session")
        self.time = label("00:00:00", "clock", name="Session time")
        self.who = label(" · ".join(part for part in (session.rep, session.queue) if part), "dim")
        self.call = label("", "strong", name="Call")
        self.call_time = label("", "clock-dim", name="Time in the call")
        self.audio, self.words, self.saved = Sign("audio"), Sign("words"), Sign("saved")
        self.behind = label("", "dim")
        for sign, words in ((self.audio, "audio"), (self.words, "words"), (self.saved, "saved")):
            sign.tell(sign is self.saved, words if sign is self.saved else f"no {words} yet")
        self.pause = button("Pause  F9", does=self.pause_wanted.emit, name="Do not listen")
        self.end_call = button("End call  F2", does=self.call_wanted.emit)
        self.debrief = button("Debrief", "primary", does=self.debrief_wanted.emit, tip="Ctrl+D ends the session")
        for made in (self.pause, self.end_call, self.debrief):
            # A click leaves the focus in the note box; Tab reaches the buttons.
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        state, call, health, commands = QWidget(), QWidget(), QWidget(), QWidget()
        state.setLayout(row(self.dot, self.state, self.time))
        call.setLayout(row(self.call, self.call_time))
        health.setLayout(row(self.audio, self.words, self.saved, self.behind, gap=12))
        commands.setLayout(row(self.pause, self.end_call, self.debrief, gap=8))
        self.health = health
        self._bar = bar = Flow(gap=12, push=3)
        bar.setContentsMargins(16, 12, 16, 12)
        for part in (state, self.who, call, health, commands):
            bar.addWidget(part)
        self.setLayout(bar)
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def tick(self, now: float, in_call: float | None) -> None:
        """Show the session's time and the call's, in seconds."""
        self.time.setText(long_clock(now))
        self.call_time.setText("" if in_call is None else clock(in_call))

    def show_state(self, listening: Listening, speech: SpeechState) -> None:
        """Show what is done with sound."""
        self._listening, self._speech = listening, speech
        loading = listening is Listening.LISTENING and speech is SpeechState.LOADING
        self.state.setText("Getting ready" if loading else STATES[listening])
        look, color = {
            Listening.LISTENING: ("ring", "dim") if loading else ("full", "flag"),
            Listening.PAUSED: ("bars", "ink"),
            Listening.NOTES_ONLY: ("full", "accent"),
            Listening.DEVICE_LOST: ("ring", "flag"),
        }.get(listening, ("ring", "dim"))
        self.dot.show_look(look, color)
        paused = listening in (Listening.PAUSED, Listening.DEVICE_LOST)
        self.pause.setText("Listen  F9" if paused else "Pause  F9")
        self.pause.setAccessibleName("Listen again" if paused else "Do not listen")
        silent = listening is Listening.NOTES_ONLY
        self.pause.setVisible(not silent)
        for part in (self.audio, self.words, self.behind):
            part.setVisible(not silent)
        self._bar.invalidate()

    def show_saving(self) -> None:
        """Show that the session is coming to its end."""
        self.state.setText("Saving")
        self.dot.show_look("ring", "dim")
        for made in (self.pause, self.end_call, self.debrief):
            made.setEnabled(False)

    def show_call(self, number: int | None, running: bool) -> None:
        """Show which call it is, or that there is none."""
        self.call.setText(f"Call {number}" if number is not None and running else "No call")
        self.end_call.setText("End call  F2" if running else "Start call  F2")

    def show_health(self, health: Health) -> None:
        """Show that sound arrives, words come, all is saved, and how far behind the words are."""
        heard = self._listening is Listening.LISTENING
        self.audio.tell(health.audio, "audio" if health.audio else "no audio", idle=not (health.audio or heard))
        if not heard:
            self.words.tell(False, "words off", idle=True)
        elif health.words:
            self.words.tell(True, "words")
        else:
            loading = self._speech in (SpeechState.LOADING, SpeechState.RESTARTING)
            self.words.tell(False, "words loading" if loading else "no words", idle=loading)
        # A write on its way at the moment of asking is not worth a word; one that stays on its way is.
        self._unsaved = 0 if health.saved else self._unsaved + 1
        late_write = self._unsaved >= UNSAVED_TOLD
        self.saved.tell(not late_write, "not saved yet" if late_write else "saved")
        self.behind.setVisible(heard)
        late = f"{health.behind:.1f} s behind"
        self.behind.setText(late + (f" · {health.overruns} dropped" if health.overruns else ""))

"""The Live page: text with marks at their moments, flags, the reason, and the note box that always listens."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from sidebyside import model as m
from sidebyside.content import Content
from sidebyside.errors import SideBySideError
from sidebyside.ui.bridge import Bridge
from sidebyside.ui.flags_panel import FlagsPanel
from sidebyside.ui.live_foot import LiveFoot
from sidebyside.ui.live_header import LiveHeader
from sidebyside.ui.live_strip import SAVING, LiveStrip
from sidebyside.ui.note_box import NoteBox, Struck
from sidebyside.ui.session_panels import StrikePanel
from sidebyside.ui.transcript import TranscriptModel, TranscriptView
from sidebyside.ui.widgets import Banners
from sidebyside.ui.words import first_name

CARRY_ON_EVERY = 1800.0
"""Seconds after which the rep is asked again, as the card of conduct promises."""

if TYPE_CHECKING:
    from sidebyside.session.conductor import Conductor

_COMMAND = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class LivePage(QWidget):
    """One running session. It draws events and gives commands; what is shown is what was saved."""

    ended = Signal(object, bool)
    """The closed `Session`, and whether its debrief was asked for."""
    ending = Signal()
    two_minutes_wanted = Signal()

    def __init__(self, conductor: Conductor, content: Content, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.conductor, self._bridge = conductor, bridge
        self._listening, self._speech = conductor.listening, m.SpeechState.OFF
        if conductor.session.kit is not m.Kit.NOTES and self._listening is m.Listening.NOTES_ONLY:
            # Sound is on its way: until the session says what became of it, it is getting ready.
            self._listening, self._speech = m.Listening.LISTENING, m.SpeechState.LOADING
        self._contact: m.Contact | None = conductor.contact
        self._running = conductor.contact is not None
        self._asked_at = CARRY_ON_EVERY
        self._end: Future[m.Session] | None = None
        self._debrief_wanted = self._over = False
        session = conductor.session
        self.header = LiveHeader(session)
        self.banners, self.strip, self.striking = Banners(), LiveStrip(), StrikePanel()
        self.model = TranscriptModel(content.flags, content.reasons, self)
        self.transcript = TranscriptView(self.model, follow=True)
        self.panel = FlagsPanel(content.flags, content.reasons, first_name(session.rep) or "the rep")
        self.box = NoteBox(conductor, content.flags)
        self.foot = LiveFoot(self.box)
        self._lay_out()
        self._connect()
        self._shortcuts()
        self._clock = QTimer(self)
        self._clock.setInterval(250)
        self._clock.timeout.connect(self._tick)
        self._clock.start()
        self._show_state()
        self._tick()

    # --- parts ---

    def _lay_out(self) -> None:
        text = QVBoxLayout()
        text.setSpacing(0)
        self._asking = QWidget()
        QVBoxLayout(self._asking).addWidget(self.striking)
        self._asking.hide()
        for part in (self.strip, self.banners, self._asking):
            text.addWidget(part)
        text.addWidget(self.transcript, 1)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addLayout(text, 1)
        middle.addWidget(self.panel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addLayout(middle, 1)
        column.addWidget(self.foot)
        stops: list[QWidget] = [self.box, *self.panel.stops, self.transcript]
        stops += [self.header.pause, self.header.end_call, self.header.debrief]
        for first, second in itertools.pairwise(stops):
            QWidget.setTabOrder(first, second)

    def _connect(self) -> None:
        self.header.pause_wanted.connect(self.toggle_pause)
        self.header.call_wanted.connect(self.toggle_call)
        self.header.debrief_wanted.connect(lambda: self.finish(debrief=True))
        self.panel.flag_wanted.connect(self._flag_clicked)
        self.panel.reason_picked.connect(self._set_reason)
        self.panel.left.connect(self.box.setFocus)
        self.panel.strike_wanted.connect(self.ask_strike)
        self.panel.left_out_wanted.connect(self.conductor.show_left_out)
        self.striking.confirmed.connect(self._strike)
        self.striking.put_away.connect(self._keep_call)
        self.strip.taken.connect(self.two_minutes)
        self.panel.private_chosen.connect(self._set_private)
        self.box.struck.connect(self._struck)
        self.box.began.connect(lambda _at: self._tick())
        self.box.refused.connect(lambda why: self.banners.say(why, warning=True))
        self.box.paged.connect(self._page)
        self.box.jumped.connect(self.transcript.jump_to_now)
        self._bridge.happened.connect(self.take)

    def _shortcuts(self) -> None:
        for keys, does in (
            (("F2",), self.toggle_call),
            (("F9", "Pause", "Ctrl+Space"), self.toggle_pause),
            (("F4",), self.two_minutes),
            (("F6",), self.notes_only),
            (("F7",), self.panel.foot.press_left_out),
            (("Ctrl+Shift+X",), self.ask_strike),
            (("Ctrl+D",), lambda: self.finish(debrief=True)),
            (("Ctrl+P",), lambda: self._set_private(not self.box.private)),
            (("Ctrl+R",), self.panel.reason.start),
            (("Ctrl+Z",), self.box.take_back),
            (("Ctrl+Shift+Z", "Ctrl+Y"), self.box.put_back),
            (("Escape",), self._escape),
        ):
            for key in keys:
                made = QShortcut(QKeySequence(key), self)
                made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                made.setAutoRepeat(False)
                made.activated.connect(does)

    # --- commands ---

    def toggle_pause(self) -> None:
        """Do not listen, or listen again."""
        if self._listening in (m.Listening.PAUSED, m.Listening.DEVICE_LOST):
            self._ask(self.conductor.resume)
        elif self._listening is m.Listening.LISTENING:
            self._ask(self.conductor.pause)

    def toggle_call(self) -> None:
        """End the call, or start the next."""
        self._ask(self.conductor.end_call if self._running else self.conductor.start_call)

    def start_call(self) -> None:
        """Start the next call, if none is under way."""
        if not self._running:
            self._ask(self.conductor.start_call)

    def notes_only(self) -> None:
        """Go on without sound."""
        if self._listening is not m.Listening.NOTES_ONLY:
            self._ask(self.conductor.to_notes_only)

    @property
    def _to_strike(self) -> m.Contact | None:
        """The call under way, or the last one, unless it was struck out already."""
        return self._contact if self._contact is not None and not self._contact.struck else None

    def ask_strike(self) -> None:
        """Ask once more before the call under way, or the last one, is struck out."""
        contact = self._to_strike
        if contact is None or self._end is not None:
            return
        typed = ", notes, flags, answers and what you are typing" if self.box.text() else ", notes, flags and answers"
        ends = " The call ends with it." if self._running else ""
        self.striking.begin(
            contact, f"At the rep's word, and for good: its text{typed}. What stays is that it was struck out.{ends}"
        )
        self._asking.show()
        self.striking.keep.setFocus(Qt.FocusReason.OtherFocusReason)

    def _strike(self, contact_id: str) -> None:
        # What is being typed was begun in that call.
        self.box.setText("")
        self._ask(lambda: self.conductor.strike_call(contact_id))
        self._keep_call()

    def _keep_call(self) -> None:
        self._asking.hide()
        self.box.setFocus()

    @property
    def _between(self) -> bool:
        return self._to_strike is not None and not self._running and self._end is None

    def two_minutes(self) -> None:
        """Ask for the short debrief between two calls."""
        if self._between:
            self.box.save()
            self.two_minutes_wanted.emit()

    def finish(self, *, debrief: bool = False) -> None:
        """End the session: words in the box are saved, the last sound becomes text, then `ended` follows."""
        self._debrief_wanted = self._debrief_wanted or debrief
        if self._end is not None or self._over:
            return
        self.box.save()
        self._end = self.conductor.end()
        self.box.setEnabled(False)
        self.panel.setEnabled(False)
        self._asking.hide()
        self.strip.show_offer("")
        self.header.show_saving()
        self.strip.tell(SAVING, quiet=True)
        self.ending.emit()
        self._bridge.when_done(self._end, self._ended, self._not_ended, self)

    def _ended(self, session: m.Session) -> None:
        self._over = True
        self._clock.stop()
        self._bridge.leave()
        self.ended.emit(session, self._debrief_wanted)

    def _not_ended(self, error: Exception) -> None:
        self.banners.say(str(error), warning=True)
        self._ended(self.conductor.session)

    def _ask(self, command: Callable[[], object]) -> None:
        if self._end is not None or self._over:
            return
        try:
            command()
        except SideBySideError as error:
            self.banners.say(str(error), warning=True)

    def _set_reason(self, reason: str | None) -> None:
        contact = self._contact
        if contact is not None:
            self._ask(lambda: self.conductor.set_reason(reason, contact.id))

    def _set_private(self, private: bool) -> None:
        self.box.private = private
        self.panel.readers.choose("private" if private else "shared")
        self._tick()
        self.box.setFocus()

    # --- what happened ---

    def take(self, events: tuple[m.Event, ...]) -> None:
        """Draw a batch of events."""
        for event in events:
            self.model.apply(event)
            self._take(event)

    def _take(self, event: m.Event) -> None:
        match event:
            case m.Health():
                self.header.show_health(event)
            case m.ListeningChanged(listening=listening):
                self._listening = listening
                self._show_state()
            case m.SpeechChanged(state=state, message=message):
                self._speech = state
                if message and state is m.SpeechState.FAILED:
                    self.banners.say(message, ("Notes only  F6", self.notes_only), warning=True)
                self._show_state()
            case m.ContactStarted(contact=contact):
                self._contact, self._running = contact, True
                self._asking.hide()
                self.box.release()
                self._show_call()
            case m.ContactChanged(contact=contact) if self._contact is None or contact.number >= self._contact.number:
                self._contact, self._running = contact, contact.end is None
                self._show_call()
            case m.FlagSaved(flag=flag):
                self._flag_saved(flag)
            case m.TakenBack(id=gone):
                self.box.forget(gone)
                self._show_counts()
            case m.SessionEnded(session=session) if self._end is None:
                # Someone else ended it, as the demo does when its call is over.
                self._debrief_wanted = True
                self._ended(session)
            case m.Trouble(message=message):
                self.banners.say(message, warning=True)

    def _flag_saved(self, flag: m.Flag) -> None:
        self._show_counts()
        place = self.model.row_of(flag.id)
        if place is not None and self.box.flag is not None and self.box.flag.id == flag.id:
            self.foot.show_moved(self.model.row(place).time)

    def _flag_clicked(self, kind: m.FlagKind) -> None:
        self.box.strike(kind)
        self.box.setFocus()

    def _struck(self, flag: Struck | None) -> None:
        self.foot.show_struck(flag)
        self.panel.show_struck(flag.kind.key if flag is not None else None)

    def _show_state(self) -> None:
        if self._end is not None:
            return
        self.header.show_state(self._listening, self._speech)
        self.panel.foot.offer_left_out(self._listening is not m.Listening.NOTES_ONLY)
        self.strip.show_state(self._listening, self._speech, self.conductor.session.agreed)
        self._show_call()

    def _show_call(self) -> None:
        contact = self._contact
        self.header.show_call(contact.number if contact is not None else None, self._running)
        self.panel.reason.show_reason(contact.reason if contact is not None else None)
        self.panel.reason.setEnabled(self._to_strike is not None)
        self.panel.foot.show_call(self._to_strike)
        name = first_name(self.conductor.session.rep) or "the rep"
        self.strip.show_offer(f"Two minutes with {name}  F4" if self._between else "")
        self._show_counts()
        self._tick()

    def _show_counts(self) -> None:
        self.panel.show_counts(self.model.flag_counts(self._contact.id) if self._contact is not None else {})

    def _tick(self) -> None:
        now = self.conductor.now()
        start = self._contact.start if self._contact is not None and self._running else None
        self.header.tick(now, now - start if start is not None else None)
        began = self.box.began_at
        at = began if began is not None else now
        self.foot.show_when(at - start if start is not None else at, private=self.box.private)
        if now >= self._asked_at and self._end is None:
            self._asked_at += CARRY_ON_EVERY
            self._carry_on(now)

    def _carry_on(self, now: float) -> None:
        name = first_name(self.conductor.session.rep) or "the rep"
        self.banners.say(
            f"{round(now / 60)} minutes together. Ask {name}: is it fine to carry on?",
            ("Carry on", lambda: None),
            ("End here", lambda: self.finish(debrief=True)),
            close=False,
        )

    # --- keys that go to the box ---

    def _escape(self) -> None:
        self._asking.hide()
        if self.box.hasFocus():
            self.box.release()
        self.box.setFocus()

    def _page(self, pages: int) -> None:
        bar = self.transcript.verticalScrollBar()
        bar.setValue(bar.value() + pages * bar.pageStep())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Typing anywhere goes to the note box."""
        printable = event.text().isprintable() and event.text() != "" and not event.modifiers() & _COMMAND
        flagging = event.modifiers() == Qt.KeyboardModifier.AltModifier
        if (printable or flagging) and self.box.isEnabled() and not self.box.hasFocus():
            if printable:
                self.box.setFocus(Qt.FocusReason.OtherFocusReason)
            QApplication.sendEvent(self.box, event)
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The text keeps the larger part, whatever the size of the letters."""
        super().resizeEvent(event)
        self.panel.setFixedWidth(min(self.panel.sizeHint().width(), round(self.width() * 0.4)))

    def showEvent(self, event: QShowEvent) -> None:
        """The box has the focus from the first moment."""
        super().showEvent(event)
        self.box.setFocus(Qt.FocusReason.OtherFocusReason)

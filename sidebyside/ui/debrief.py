"""The debrief: what to talk about on the left, one question at a time on the right, everything kept as it is typed."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QElapsedTimer, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from sidebyside.debrief.prompts import Prompt, agenda, moments, needs_break
from sidebyside.model import Answer, Contact, FollowUp, SessionRecord, SessionState
from sidebyside.session.workspace import Workspace
from sidebyside.ui.bridge import Bridge
from sidebyside.ui.dates import count, minutes
from sidebyside.ui.debrief_answers import Answers, Given, Past, given_of, is_answered, read_past, said_by_others
from sidebyside.ui.debrief_entries import entries, state_of
from sidebyside.ui.debrief_parts import DebriefParts
from sidebyside.ui.debrief_promise import told
from sidebyside.ui.debrief_question import place_of
from sidebyside.ui.words import clock


class DebriefPage(DebriefParts):
    """Shows the debrief of one session after `open`; `finished` carries the session's id once all is handed over."""

    finished = Signal(str)

    def __init__(self, workspace: Workspace, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(workspace.content.reasons, parent)
        self._workspace, self._bridge = workspace, bridge
        self._session_id = ""
        self._past: Past | None = None
        self._record: SessionRecord | None = None
        self._prompts: tuple[Prompt, ...] = ()
        self._current: Prompt | None = None
        self._clock = QElapsedTimer()
        self._second = QTimer(self, interval=1000)
        self._second.timeout.connect(self._tick)
        self.answers = Answers(workspace, bridge, self)
        self.answers.saved.connect(self._saved)
        self.answers.failed.connect(self._not_saved)
        self._connect()

    # --- opening and leaving ---

    def open(self, session_id: str, *, short: bool = False) -> None:
        """Read a session and begin at its first open question."""
        self.leave()
        self._session_id = session_id
        self._past = self._record = self._current = None
        self.banners.clear()
        self.show_parts(False)
        self.how_long.choose("short" if short else "full")
        library = self._workspace.library
        self._bridge.in_background(
            lambda: read_past(library, record := library.record(session_id), _asked(record, self._workspace)),
            lambda past: self._begin(past) if past.record.session.id == self._session_id else None,
            lambda error: self.banners.say(f"This session cannot be read: {error}", warning=True),
            self,
        )

    def leave(self) -> None:
        """Hand over everything typed; called before the page goes away."""
        self.promise.keep_typed()
        self.answers.flush()
        self._second.stop()

    def finish(self) -> None:
        """Hand everything over and say so."""
        self.leave()
        self.finished.emit(self._session_id)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing typed waits on a page that is out of sight."""
        self.answers.flush()
        super().hideEvent(event)

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """The agenda, in the order in which Next asks it."""
        return self._prompts

    @property
    def current(self) -> Prompt | None:
        """What is asked now."""
        return self._current

    def _begin(self, past: Past) -> None:
        self._past, self._record = past, past.record
        session = past.record.session
        self.show_parts(True)
        self.answers.begin(session)
        self.promise.begin(session)
        self.promise.hide()
        self.title.setText(f"Debrief with {session.rep}")
        calls = [contact for contact in past.record.contacts if not contact.struck]
        lasted = "" if session.state is SessionState.OPEN else f" · {minutes(session.duration)}"
        self.about.setText(f"{count(len(calls), 'call')}{lasted}")
        self._clock.start()
        self._second.start()
        self._tick()
        self._list_promises()
        self._plan()
        if needs_break(past.record, self._workspace.content.flags):
            self._pause_for_rep()
        else:
            self._first_open()

    # --- the agenda ---

    def _plan(self) -> None:
        """Work out the agenda anew; what is asked now stays if it is still there."""
        if self._past is None or self._record is None:
            return
        record, content = self._with_answers(self._record), self._workspace.content
        short = self.how_long.value == "short"
        before = self._past.before
        self._prompts = agenda(record, content.questions, content.flags, content.reasons, short=short, before=before)
        key = self._current.key if self._current else ""
        self._current = next((prompt for prompt in self._prompts if prompt.key == key), None)
        self.list.fill(entries(record, self._prompts, moments(record, content.flags), self.answers.latest))
        self.list.choose(key)

    def _with_answers(self, record: SessionRecord) -> SessionRecord:
        newest = {answer.id: answer for answer in self.answers.all()}
        kept = [answer for answer in record.answers if answer.id not in newest]
        return msgspec.structs.replace(record, answers=(*kept, *newest.values()))

    def _resize(self) -> None:
        self.answers.flush()
        self._plan()
        if self._record is not None and needs_break(self._record, self._workspace.content.flags) and not self._prompts:
            self._pause_for_rep()
        elif self._current is None:
            self._first_open()
        else:
            self._ask(self._current)

    def _first_open(self) -> None:
        for prompt in self._prompts:
            if self.answers.latest(prompt) is None:
                self._ask(prompt)
                return
        if self._prompts:
            self._ask(self._prompts[0])
        else:
            self._show_last()

    # --- one question ---

    def _ask(self, prompt: Prompt, *, focus: bool = True) -> None:
        self.answers.flush()
        self._current = prompt
        number = self._prompts.index(prompt) + 1
        answer = self.answers.latest(prompt)
        self.pane.show_prompt(prompt, given_of(answer), place_of(prompt, number, len(self._prompts)))
        self.pane.back.setEnabled(number > 1)
        self._tell_others(answer)
        self.list.choose(prompt.key)
        self.stack.setCurrentWidget(self.asking)
        self.area.verticalScrollBar().setValue(0)
        if prompt.moment is not None and prompt.moment.kind.promise and prompt.flag_id:
            self.promise.suggest(" ".join(note.text for note in prompt.moment.notes if note.flag_id == prompt.flag_id))
            self.promise.show()
        elif not self.promise.text.hasFocus():
            self.promise.setVisible(self.promise.typed)
        if focus:
            self.pane.focus_answer()
        # With large text the answer may stand below what is in sight; its place is known after the layout.
        QTimer.singleShot(0, self.pane, lambda: self.area.ensureWidgetVisible(self.pane.answer_field, 0, 12))

    def _typed(self, given: Given) -> None:
        if self._current is not None:
            self.pane.tell_state("")
            self.answers.give(self._current, given)

    def _step(self, by: int) -> None:
        """To the neighbour in the agenda, answered or not."""
        if self._current is None:
            if by < 0 and self._prompts:
                self._ask(self._prompts[-1])
            elif self._prompts:
                self._first_open()
            return
        place = self._prompts.index(self._current) + by
        if 0 <= place < len(self._prompts):
            self._ask(self._prompts[place])
        elif place == len(self._prompts):
            self._show_last()

    def _next(self) -> None:
        """To the next question that was neither answered nor skipped."""
        self.answers.flush()
        if self._current is None:
            return
        for prompt in self._prompts[self._prompts.index(self._current) + 1 :]:
            if self.answers.latest(prompt) is None:
                self._ask(prompt)
                return
        self._show_last()

    def _skip(self) -> None:
        if self._current is not None and not is_answered(self.answers.latest(self._current)):
            self.answers.give(self._current, Given(skipped=True), now=True)
        self._next()

    def _same(self) -> None:
        if self._current is not None and (before := self._current.same_as_before) is not None:
            given = given_of(before)
            self.pane.put(given)
            self.answers.give(self._current, given, now=True)
            self._next()

    def _chosen(self, key: str) -> None:
        prompt = next((prompt for prompt in self._prompts if prompt.key == key), None)
        if prompt is not None:
            self._ask(prompt, focus=False)
        else:
            self.answers.flush()
            self._current = None
            self._pause_for_rep(chosen=True)

    def _saved(self, key: str, answer: Answer) -> None:
        prompt = next((prompt for prompt in self._prompts if prompt.key == key), None)
        if prompt is None:
            return
        detail, done, skipped = state_of(prompt, answer)
        self.list.mark(key, detail=detail, done=done, skipped=skipped)
        if self._current is not None and self._current.key == key and not self.answers.unsaved:
            self.pane.take_masked(answer)
            self.pane.tell_state("Skipped. Type to answer it after all." if skipped else "Saved")
            self._tell_others(answer)

    def _not_saved(self, text: str) -> None:
        self.pane.tell_state("Not saved yet")
        self.banners.say(text, warning=True)

    def _tell_others(self, answer: Answer | None) -> None:
        if self._past is None or self._current is None or self._current.question.answer != "number":
            return
        asked = (self._current.question.key, self._current.reason_key)
        self.pane.tell_others(said_by_others(answer, self._past.others.get(asked, ()), self._past.reps))

    # --- a break, and the end ---

    def _pause_for_rep(self, *, chosen: bool = False) -> None:
        self._current = None
        others = {prompt.kind for prompt in self._prompts}
        self.rest.show_for(self._record, others, chosen=chosen)
        self.stack.setCurrentWidget(self.rest)
        if not chosen:
            self.rest.focus_first()

    def _show_last(self) -> None:
        self._current = None
        self.list.choose("")
        skipped = sum(not is_answered(self.answers.latest(prompt)) for prompt in self._prompts)
        self.last.show_for(len(self._prompts), skipped)
        self.stack.setCurrentWidget(self.last)
        self.last.focus_first()

    def _to_skipped(self) -> None:
        for prompt in self._prompts:
            if not is_answered(self.answers.latest(prompt)):
                self._ask(prompt)
                return

    # --- promises and reasons ---

    def _promise(self) -> None:
        self.promise.show()
        self.promise.text.setFocus(Qt.FocusReason.ShortcutFocusReason)
        QTimer.singleShot(0, self.promise, lambda: self.area.ensureWidgetVisible(self.promise))

    def _put_promise_away(self) -> None:
        self.promise.hide()
        self.pane.focus_answer()

    def _promised(self, follow_up: FollowUp) -> None:
        self._bridge.when_done(
            self._workspace.save_follow_up(follow_up),
            self._keep_promise,
            lambda error: self.banners.say(f"The promise “{follow_up.text}” is not saved: {error}", warning=True),
            self,
        )
        if self.promise.isVisible():
            self._put_promise_away()

    def _keep_promise(self, follow_up: FollowUp) -> None:
        if self._record is not None and follow_up.session_id == self._record.session.id:
            kept = tuple(item for item in self._record.follow_ups if item.id != follow_up.id)
            self._record = msgspec.structs.replace(self._record, follow_ups=(*kept, follow_up))
            self._list_promises()

    def _list_promises(self) -> None:
        promises = self._record.follow_ups if self._record else ()
        lines = "\n".join(f"You promised: {told(item)}" for item in promises)
        self.promised.setText(lines)
        self.promised.setVisible(bool(lines))

    def _give_reason(self, contact_id: str, reason: str) -> None:
        self.answers.flush()
        contacts = self._record.contacts if self._record else ()
        contact = next((item for item in contacts if item.id == contact_id), None)
        if contact is None:
            return
        self._bridge.when_done(
            self._workspace.set_reason(contact.session_id, contact.id, reason),
            self._reason_given,
            lambda error: self.banners.say(f"The reason is not saved: {error}", warning=True),
            self,
        )

    def _reason_given(self, contact: Contact) -> None:
        """Put the call in its group, and read what others said about that reason."""
        if self._record is None or contact.session_id != self._session_id:
            return
        contacts = tuple(contact if item.id == contact.id else item for item in self._record.contacts)
        self._record = record = msgspec.structs.replace(self._with_answers(self._record), contacts=contacts)
        library, asked = self._workspace.library, _asked(record, self._workspace)
        self._bridge.in_background(lambda: read_past(library, record, asked), self._replan, owner=self)

    def _replan(self, past: Past) -> None:
        if past.record.session.id != self._session_id:
            return
        self._past = past
        self.answers.flush()
        self._plan()
        if self._current is None and self.stack.currentWidget() is self.asking:
            self._first_open()

    def _tick(self) -> None:
        self.timer.setText(clock(self._clock.elapsed() / 1000))

    def _connect(self) -> None:
        self.finish_button.clicked.connect(lambda _checked=False: self.finish())
        self.how_long.chosen.connect(lambda _key: self._resize())
        self.list.chosen.connect(self._chosen)
        self.list.entered.connect(self.pane.focus_answer)
        self.list.reason_given.connect(self._give_reason)
        self.pane.changed.connect(self._typed)
        self.pane.left.connect(self.answers.flush)
        self.pane.next_wanted.connect(self._next)
        self.pane.back_wanted.connect(lambda: self._step(-1))
        self.pane.skip_wanted.connect(self._skip)
        self.pane.same_wanted.connect(self._same)
        self.pane.promise_wanted.connect(self._promise)
        self.promise.promised.connect(self._promised)
        self.promise.put_away.connect(self._put_promise_away)
        self.rest.go_on.connect(self._first_open)
        self.rest.finish.connect(self.finish)
        self.last.skipped_wanted.connect(self._to_skipped)
        self.last.back_wanted.connect(lambda: self._step(-1))
        self.last.finish.connect(self.finish)
        for keys, by in (("Ctrl+Down", 1), ("Ctrl+Up", -1)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda by=by: self._step(by))


def _asked(record: SessionRecord, workspace: Workspace) -> set[tuple[str, str | None]]:
    """What may be asked in this debrief, as question and reason."""
    bank = workspace.content.questions
    reasons: Sequence[str | None] = [contact.reason for contact in record.contacts]
    kinds = {flag.kind for flag in record.flags}
    about_flags = {(question.key, None) for kind in kinds for question in bank.by_flag.get(kind, ())}
    return {(question.key, reason) for question in bank.per_reason for reason in reasons if reason} | about_flags

"""The conductor of one session: joins the sources, hearing, marks and the store, and says what happened.

Every public method returns at once and may be called from any thread; what takes time runs, in order, on the
session's own thread.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import msgspec

from sidebyside.audio.clock import SessionClock
from sidebyside.audio.source import SoundBlock, Source
from sidebyside.errors import NotAllowed, SideBySideError
from sidebyside.model import (
    Agreement,
    Contact,
    Event,
    GapReason,
    Health,
    Listening,
    ListeningChanged,
    PartialHeard,
    Session,
    SessionEnded,
    SessionStarted,
    SpeechChanged,
    SpeechState,
    Trouble,
    Utterance,
    UtteranceSaved,
    UtterancesRemoved,
)
from sidebyside.session.announcing import Announcer
from sidebyside.session.course import Course
from sidebyside.session.hearing import Hearing, Text
from sidebyside.session.marks import Marks, moment_of
from sidebyside.session.sources import OpenSource
from sidebyside.speech.messages import Plan
from sidebyside.store.library import Library

PULSE = 0.25
"""Seconds between two proofs of life."""
DRAIN = 90.0
"""Seconds that the end of a session waits for the last words at most."""


class Conductor:
    """One running session."""

    def __init__(
        self,
        session: Session,
        library: Library,
        plan: Plan | None,
        open_source: OpenSource | None,
        *,
        clock: SessionClock | None = None,
        paced: bool = True,
    ) -> None:
        """
        Args:
            session: as it begins.
            library: where it is kept.
            plan: what the speech process is to load; None for notes only.
            open_source: makes the source when listening begins; None for notes only.
            clock: the session's clock; a file played at another speed brings its own.
            paced: whether sound comes at the pace of the clock; a file without a pace waits for the recogniser.
        """
        self.session = session
        self.clock = clock or SessionClock()
        self.listening = Listening.NOTES_ONLY
        self._library = library
        self._announcer = Announcer()
        self._open_source = open_source
        self._paced = paced
        self._hearing = Hearing(plan, self) if plan else None
        self._course = Course(session.id, library, self._announcer)
        self._marks = Marks(session.id, library, self._announcer)
        self._source: Source | None = None
        self._lock = threading.RLock()
        self._steps = ThreadPoolExecutor(1, "session-steps")
        self._pulse = threading.Thread(target=self._beat, name="session-pulse", daemon=True)
        self._over = threading.Event()
        self._ended: Future[Session] | None = None
        self.sound_began: float | None = None
        """Session time of the first sound, once there was some."""
        self.on_source_end: Callable[[], None] = self.end_call
        """Called, on the source's thread, when a file was heard to its end."""

    def subscribe(self, callback: Callable[[Event], None]) -> Callable[[], None]:
        """Hear of events, on the thread where they happen; call what is returned to stop."""
        return self._announcer.subscribe(callback)

    @property
    def contact(self) -> Contact | None:
        """The call under way."""
        return self._course.contact

    def now(self) -> float:
        """Session time in seconds."""
        return self.clock.now()

    # --- the course of the session ---

    def start(self) -> None:
        """Begin: the first call starts, and listening with it."""
        self._announcer.saved(
            self._library.start_session(self.session),
            lambda saved: self._announcer.say(SessionStarted(session=saved)),
        )
        self._course.start_call(self.now())
        self._pulse.start()
        if self._hearing and self._open_source:
            self._hearing.start()
            self._steps.submit(self._begin_listening)
        else:
            self._change(Listening.NOTES_ONLY)

    def _begin_listening(self) -> None:
        assert self._hearing
        if not self._paced or self.clock.speed != 1.0:
            self._hearing.speech.wait_ready(60)
        self._open()

    def _open(self) -> None:
        assert self._open_source
        if self._over.is_set():
            return
        try:
            source = self._open_source(self.clock, self._block, self._lost_stretch, self._lost, self._source_end)
            with self._lock:
                self._source = source
            self._change(Listening.LISTENING)
            source.start()
        except SideBySideError as error:
            self._lost(str(error))

    def _source_end(self) -> None:
        self.on_source_end()

    def start_call(self) -> None:
        """The next call begins; listening goes on. Ends the one under way, if any."""
        with self._lock:
            if self._over.is_set():
                return
            now = self.now()
            self.end_call()
            self._course.start_call(now)
            self._course.close_gap(now)
            if self._source:
                self._change(Listening.LISTENING)

    def end_call(self) -> None:
        """The call ends; until the next begins, nothing is decoded. Its last words still arrive."""
        with self._lock:
            if not self.contact:
                return
            now = self.now()
            self._course.end_call(now)
            if self._source and self.listening is not Listening.ENDED:
                was_heard = self.listening is Listening.LISTENING
                self._change(Listening.BETWEEN_CALLS)
                self._course.open_gap(now, GapReason.BETWEEN_CALLS)
                if was_heard and self._hearing:
                    self._steps.submit(self._hearing.flush, DRAIN, now)

    def set_reason(self, reason: str | None, contact_id: str | None = None) -> None:
        """Say why the customer got in touch, for this call or the one named."""
        self._course.set_reason(reason, contact_id, self.now())

    def pause(self) -> None:
        """Do not listen: stops decoding and drops the last 15 s, on screen and on disk."""
        with self._lock:
            if self.listening is not Listening.LISTENING or not self._hearing or not self.contact:
                return
            now = self.now()
            self._change(Listening.PAUSED)
            ids, since = self._hearing.drop(now, self.contact.start)
            if self.session.agreed is Agreement.TEXT:
                self._announcer.saved(self._library.remove_utterances(ids))
            self._announcer.say(UtterancesRemoved(at=now, ids=ids))
            self._course.open_gap(since, GapReason.PAUSED)

    def resume(self) -> None:
        """Listen again, after a pause or with a device that was lost."""
        with self._lock:
            now = self.now()
            if self.listening is Listening.PAUSED and self._hearing:
                self._hearing.resumed(now)
                self._course.close_gap(self.now())
                self._change(Listening.LISTENING)
            elif self.listening is Listening.DEVICE_LOST:
                self._steps.submit(self._reopen)

    def _reopen(self) -> None:
        with self._lock:
            source, self._source = self._source, None
        if source:
            source.stop()
        self._course.close_gap(self.now())
        self._open()

    def to_notes_only(self) -> None:
        """Stop listening for the rest of the session; what was heard before stays."""
        with self._lock:
            if self.listening in (Listening.NOTES_ONLY, Listening.ENDED):
                return
            now = self.now()
            self._change(Listening.NOTES_ONLY)
            self._course.open_gap(now, GapReason.PAUSED)
            self._steps.submit(self._stop_listening, now)

    def _stop_listening(self, now: float) -> None:
        with self._lock:
            source, self._source = self._source, None
        if source:
            source.stop()
        if self._hearing:
            self._hearing.flush(DRAIN, now)
            self._hearing.stop()

    def end(self) -> Future[Session]:
        """End the session: the last words are heard out and saved first. Asking twice gives the same future."""
        with self._lock:
            if self._ended is None:
                self._ended = self._steps.submit(self._finish)
            return self._ended

    def _finish(self) -> Session:
        with self._lock:
            source, self._source = self._source, None
        if source:
            # Everything captured so far still reaches the recogniser.
            source.stop()
        now = self.now()
        self.end_call()
        self._stop_listening(now)
        self._course.close_gap(now)
        self._over.set()
        if self._pulse.is_alive():
            self._pulse.join()
        with self._lock:
            self._change(Listening.ENDED)
        ended = self._library.end_session(self.session.id, round(now, 3)).result()
        self.session = ended
        self._announcer.say(SessionEnded(at=now, session=ended))
        self._steps.shutdown(wait=False)
        return ended

    # --- marks ---

    def note(self, text: str, *, private: bool = False, at: float | None = None, flag_id: str | None = None) -> str:
        """Save a note for the moment `at`, or now; returns its id. See `Marks.note`."""
        self._must_run()
        at = self.now() if at is None else at
        return self._marks.note(text, contact=self._course.contact_at(at), at=at, private=private, flag_id=flag_id)

    def flag(self, kind: str, *, at: float | None = None) -> str:
        """Strike a flag for what was just said, or for `at`; returns its id."""
        self._must_run()
        now = self.now()
        contact = self._course.contact_at(now)
        if at is None:
            at = moment_of(now, self._hearing.texts() if self._hearing else (), contact.start if contact else 0.0)
        return self._marks.flag(kind, contact=contact, struck_at=now, at=at)

    def nudge(self, flag_id: str, steps: int) -> None:
        """Move a flag by so many utterances: below zero to earlier ones."""
        texts = self._hearing.texts() if self._hearing else []
        self._marks.move(flag_id, steps, [text.start for text in texts])

    def take_back(self, item_id: str | None = None) -> None:
        """Take back the last note or flag, or the one named."""
        self._marks.take_back(item_id)

    def put_back(self) -> None:
        """Put back what was taken back last."""
        self._marks.put_back()

    def _must_run(self) -> None:
        if self._ended is not None:
            raise NotAllowed("The session has ended; this was not saved. Add it in the debrief.")

    # --- what was heard: `Hears`, on the speech reader's or the pulse thread ---

    def partial(self, text: Text) -> None:
        """Show words under way; they are never stored."""
        self._announcer.say(PartialHeard(at=text.end, utterance=self._utterance(text)))

    def settled(self, texts: Sequence[Text]) -> None:
        """Store words, then show them; where the rep agreed to listening only, just show them."""
        utterances = [self._utterance(text) for text in texts]
        if self.session.agreed is not Agreement.TEXT:
            self._show(utterances)
            return
        self._announcer.saved(self._library.save_utterances(utterances), self._show)

    def speech(self, state: SpeechState, message: str, engine: str) -> None:
        """Pass on the state of the speech process."""
        if state is SpeechState.READY and engine and engine != self.session.engine:
            self.session = msgspec.structs.replace(self.session, engine=engine)
            self._announcer.saved(self._library.update_session(self.session))
        self._announcer.say(SpeechChanged(at=self.now(), state=state, message=message))

    def _show(self, utterances: Sequence[Utterance]) -> None:
        for utterance in utterances:
            if not (self._hearing and self._hearing.is_gone(utterance.id)):
                self._announcer.say(UtteranceSaved(at=utterance.end, utterance=utterance))

    def _utterance(self, text: Text) -> Utterance:
        contact = self._course.contact_at(text.start)
        return Utterance(
            id=text.id,
            session_id=self.session.id,
            contact_id=contact.id if contact else "",
            side=text.side,
            start=round(text.start, 3),
            end=round(text.end, 3),
            text=text.text,
            stage=text.stage,
        )

    # --- what the source says, on its thread ---

    def _block(self, block: SoundBlock) -> None:
        hearing, source = self._hearing, self._source
        if hearing is None or source is None:
            return
        if self.sound_began is None:
            self.sound_began = block.at
        hearing.note_levels(block)
        if self.listening is Listening.LISTENING:
            hearing.block(block, source.sides, wait=not self._paced or self.clock.speed != 1.0)

    def _lost_stretch(self, start: float, end: float, reason: GapReason) -> None:
        if self.listening is Listening.LISTENING:
            self._course.lost(start, end, reason)

    def _lost(self, message: str) -> None:
        with self._lock:
            now = self.now()
            if self._over.is_set() or self.listening in (Listening.NOTES_ONLY, Listening.ENDED):
                return
            self._change(Listening.DEVICE_LOST)
            self._course.open_gap(now, GapReason.DEVICE_LOST)
            self._announcer.say(Trouble(at=now, message=message))
            if self._hearing:
                self._steps.submit(self._hearing.flush, DRAIN, now)

    # --- the pulse ---

    def _beat(self) -> None:
        while not self._over.wait(PULSE):
            hearing = self._hearing
            now = self.now()
            if hearing:
                hearing.tick(now)
            self._announcer.say(self._health(now, hearing))

    def _health(self, now: float, hearing: Hearing | None) -> Health:
        saved = self._announcer.all_saved
        if hearing is None or self._source is None:
            return Health(at=now, saved=saved)
        return Health(
            at=now,
            levels=hearing.levels,
            audio=time.monotonic() - hearing.last_sound < 2.0,
            words=hearing.state is SpeechState.READY,
            saved=saved,
            behind=round(max(0.0, hearing.speech.behind()), 2),
            overruns=self._source.overruns,
        )

    # --- small steps ---

    def _change(self, listening: Listening) -> None:
        if listening is not self.listening:
            self.listening = listening
            self._announcer.say(ListeningChanged(at=self.now(), listening=listening))

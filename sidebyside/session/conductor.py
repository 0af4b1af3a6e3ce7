"""The conductor of one session: joins the sources, hearing, marks and the store, and says what happened.

Every public method returns at once and may be called from any thread; what takes time runs, in order, on the
session's own thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future

import msgspec

from sidebyside.audio.clock import SessionClock
from sidebyside.audio.source import SoundBlock, Source
from sidebyside.errors import NotAllowed, SideBySideError
from sidebyside.log import logger
from sidebyside.model import (
    Contact,
    Event,
    GapReason,
    Listening,
    ListeningChanged,
    Session,
    SessionEnded,
    SessionStarted,
    SpeechChanged,
    SpeechState,
    Trouble,
)
from sidebyside.session.announcing import Announcer
from sidebyside.session.course import Course
from sidebyside.session.hearing import Hearing
from sidebyside.session.marks import Marks, moment_of
from sidebyside.session.pulse import Pulse, health
from sidebyside.session.sources import OpenSource
from sidebyside.session.steps import Steps
from sidebyside.session.telling import Telling
from sidebyside.speech.messages import Plan
from sidebyside.store.library import Library

DRAIN = 90.0
"""Seconds that the end of a session waits for the last words at most."""

log = logger("session")


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
        self._course = Course(session.id, library, self._announcer)
        self._telling = Telling(session, library, self._announcer, self._course, self._speech, lambda: self.listening)
        self._hearing = self._telling.hearing = Hearing(plan, self._telling) if plan else None
        self._marks = Marks(session.id, library, self._announcer)
        self._source: Source | None = None
        self._source_lost = False
        self._declined = False
        self._hear_from = 0.0
        # Always taken before the locks of the course and of hearing. Sources are never stopped while it is held.
        self._lock = threading.RLock()
        self._steps = Steps(self._announcer, self.now)
        self._pulse = Pulse(self._beat)
        self._ended: Future[Session] | None = None
        self.sound_began: float | None = None
        """Session time of the first sound, once there was some."""
        self.on_source_end: Callable[[], None] = self.end_call
        """Called, on the source's thread, when a file was heard to its end; set it before `start`."""

    def subscribe(self, callback: Callable[[Event], None]) -> Callable[[], None]:
        """Hear of events, on the thread where they happen; call what is returned to stop.

        A callback may give commands, but must not wait for their futures: it may be on the very thread they need.
        """
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
            self._library.start_session(self.session), lambda saved: self._announcer.say(SessionStarted(session=saved))
        )
        self._course.start_call(self.now())
        self._pulse.start()
        if self._hearing and self._open_source:
            self._hearing.start()
            self._steps.later(self._begin_listening)
        else:
            self._change(Listening.NOTES_ONLY)

    def _begin_listening(self) -> None:
        assert self._hearing
        if not self._paced or self.clock.speed != 1.0:
            self._hearing.speech.wait_ready(60)
        self._open()

    def _open(self) -> None:
        assert self._open_source
        with self._lock:
            if self._declined or self._ended is not None:
                return
        try:
            source = self._open_source(self.clock, self._block, self._lost_stretch, self._lost, self.on_source_end)
            with self._lock:
                self._source, self._source_lost = source, False
                self._listen_if_called(self.now())
            source.start()
        except SideBySideError as error:
            self._lost(str(error))
        except Exception:
            log.exception("the source of sound did not open")
            self._lost("The sound could not be opened because of a fault in this program. Notes and flags work.")

    def _listen_if_called(self, now: float) -> None:
        """Listen while there is a call under way and sound to hear; else say what there is not."""
        if self._source is None or self._source_lost or self._declined:
            return
        self._course.close_gap(now)
        if self.contact:
            self._change(Listening.LISTENING)
            if self._hearing and self._hearing.state is SpeechState.FAILED:
                self._course.open_gap(now, GapReason.SPEECH_LOST)
        else:
            self._change(Listening.BETWEEN_CALLS)
            self._course.open_gap(now, GapReason.BETWEEN_CALLS)

    def start_call(self) -> None:
        """The next call begins; listening goes on. Ends the one under way, if any."""
        with self._lock:
            if self._ended is not None:
                return
            now = self.now()
            self.end_call()
            self._course.start_call(now)
            self._listen_if_called(now)

    def end_call(self) -> None:
        """The call ends; until the next begins, nothing is decoded. Its last words still arrive."""
        with self._lock:
            if not self.contact:
                return
            now = self.now()
            self._course.end_call(now)
            if self._ended is None and self._hearing:
                was_heard = self.listening is Listening.LISTENING
                self._listen_if_called(now)
                if was_heard:
                    self._steps.later(self._hearing.flush, DRAIN, now)

    def set_reason(self, reason: str | None, contact_id: str | None = None) -> None:
        """Say why the customer got in touch, for this call or the one named."""
        with self._lock:
            self._course.set_reason(reason, contact_id, self.now())

    def strike_call(self, contact_id: str | None = None) -> None:
        """Strike out a call at the rep's word, for good: the one named, or the one under way (it ends), or the last.

        All that was heard and noted of it goes, on screen and on disk, with what is still on its way. NotAllowed once
        the session has ended.
        """
        if self._ended is not None:
            raise NotAllowed("The session has ended. Strike the call out on the session's page.")
        with self._lock:
            now, contact = self.now(), self._course.find(contact_id)
            if contact is None or contact.struck:
                return
            under_way = self.contact is not None and self.contact.id == contact.id
            if under_way:
                self._course.end_call(now)
                self._hear_from = now
                self._listen_if_called(now)
            if self._hearing:
                self._telling.removed(self._hearing.strike(*self._course.span(contact.id), under_way=under_way), now)
            self._marks.strike(contact.id, now)
            self._course.strike(contact.id, now)

    def pause(self) -> None:
        """Do not listen: stops decoding and drops the last 15 s, on screen and on disk."""
        with self._lock:
            if self.listening is not Listening.LISTENING or not self._hearing or not self.contact:
                return
            now = self.now()
            self._change(Listening.PAUSED)
            ids, since = self._hearing.drop(now, self.contact.start)
            self._telling.removed(ids, now)
            self._course.open_gap(since, GapReason.PAUSED)

    def resume(self) -> None:
        """Listen again, after a pause or with a device that was lost."""
        with self._lock:
            if self._ended is not None:
                return
            now = self.now()
            if self.listening is Listening.PAUSED and self._hearing:
                self._hearing.resumed(now)
                # What is still on its way from before belongs to the pause.
                self._hear_from = now
                self._listen_if_called(now)
            elif self.listening is Listening.DEVICE_LOST:
                self._steps.later(self._reopen)

    def _reopen(self) -> None:
        if self.listening is Listening.DEVICE_LOST:
            self._close_source()
            self._open()

    def _close_source(self) -> None:
        """Everything captured so far still reaches the recogniser, if it is listened to."""
        source = self._source
        if source:
            source.stop()
        with self._lock:
            self._source = None

    def to_notes_only(self) -> None:
        """Stop listening for the rest of the session; what was heard before stays."""
        with self._lock:
            if self._declined or self._ended is not None or not self._hearing:
                return
            self._declined = True
            now = self.now()
            self._change(Listening.NOTES_ONLY)
            self._course.open_gap(now, GapReason.PAUSED)
            self._steps.later(self._stop_listening, now)

    def _stop_listening(self, now: float) -> None:
        self._close_source()
        if self._hearing:
            self._hearing.flush(DRAIN, now)
            self._hearing.stop()

    def show_left_out(self, on: bool) -> None:
        """Show also talk that is too quiet to be this call's, or no longer; it is kept nowhere. Off to begin with."""
        if self._hearing:
            self._hearing.show_left_out(on)
        if not on:
            self._telling.left_out_gone(self.now())

    def end(self) -> Future[Session]:
        """End the session: the last words are heard out and saved first. Asking twice gives the same future."""
        with self._lock:
            if self._ended is None:
                self._ended = self._steps.submit(self._finish, self.now())
            return self._ended

    def abandon(self) -> Future[Session]:
        """End the session without waiting for words that are still to come; all that was announced is kept."""
        ended = self.end()
        if self._hearing:
            self._hearing.stop()
        return ended

    def _finish(self, now: float) -> Session:
        # It ends when it was asked to, however long the last words take.
        try:
            self._close_source()
            with self._lock:
                self._course.end_call(now)
            self._telling.left_out_gone(now)
            self._stop_listening(now)
            if self._hearing:
                self._hearing.reveal_rest()
        finally:
            self._pulse.stop()
            self._steps.close()
        with self._lock:
            self._course.close_gap(now)
            self._change(Listening.ENDED)
        ended = self._library.end_session(self.session.id, round(now, 3)).result()
        self.session = ended
        self._announcer.say(SessionEnded(at=now, session=ended))
        return ended

    # --- marks ---

    def note(self, text: str, *, private: bool = False, at: float | None = None, flag_id: str | None = None) -> str:
        """Save a note for the moment `at`, or now; returns its id. See `Marks.note`."""
        self._must_run()
        at = self.now() if at is None else at
        return self._marks.note(text, contact=self._course.contact_to_mark(at), at=at, private=private, flag_id=flag_id)

    def flag(self, kind: str, *, at: float | None = None) -> str:
        """Strike a flag for what was just said, or for `at`; returns its id."""
        self._must_run()
        now = self.now()
        contact = self._course.contact_to_mark(now)
        if at is None:
            at = moment_of(now, self._hearing.texts() if self._hearing else (), contact.start if contact else now)
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

    def _speech(self, state: SpeechState, message: str, engine: str) -> None:
        if state is SpeechState.READY and engine and engine != self.session.engine:
            self.session = msgspec.structs.replace(self.session, engine=engine)
            self._announcer.saved(self._library.update_session(self.session))
        self._announcer.say(SpeechChanged(at=self.now(), state=state, message=message))
        with self._lock:
            if state is SpeechState.FAILED and self.listening is Listening.LISTENING:
                self._course.open_gap(self.now(), GapReason.SPEECH_LOST)

    # --- what the source says, on its thread ---

    def _block(self, block: SoundBlock) -> None:
        hearing, source = self._hearing, self._source
        if hearing is None or source is None:
            return
        if self.sound_began is None:
            self.sound_began = block.at
        hearing.note_levels(block)
        with self._lock:
            # Under the lock, so that no block slips in after a pause or the end of a call.
            if self.listening is not Listening.LISTENING or block.at < self._hear_from:
                return
            hearing.block(block, source.sides)
        if not self._paced or self.clock.speed != 1.0:
            hearing.wait_for_room()

    def _lost_stretch(self, start: float, end: float, reason: GapReason) -> None:
        if self.listening is Listening.LISTENING:
            self._course.lost(start, end, reason)

    def _lost(self, message: str) -> None:
        with self._lock:
            now = self.now()
            self._source_lost = True
            if self._declined or self._ended is not None:
                return
            was_heard = self.listening is Listening.LISTENING
            self._change(Listening.DEVICE_LOST)
            self._course.open_gap(now, GapReason.DEVICE_LOST)
            self._announcer.say(Trouble(at=now, message=message))
            if was_heard and self._hearing:
                self._steps.later(self._hearing.flush, DRAIN, now)

    # --- small steps ---

    def _beat(self) -> None:
        now = self.now()
        if self._hearing:
            self._hearing.tick(now)
        self._announcer.say(health(now, self._hearing, self._source, self._announcer.all_saved))

    def _change(self, listening: Listening) -> None:
        if listening is not self.listening:
            self.listening = listening
            self._telling.left_out_gone(self.now())
            self._announcer.say(ListeningChanged(at=self.now(), listening=listening))

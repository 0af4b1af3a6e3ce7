"""The library: one folder with the encrypted database, one app that writes to it, any number that read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from filelock import FileLock, Timeout
from sqlite_utils import Database

from sidebyside.errors import LibraryBusy, LibraryDamaged, NotAllowed, WrongKey
from sidebyside.model import (
    Answer,
    Contact,
    Flag,
    FollowUp,
    Gap,
    Note,
    Session,
    SessionRecord,
    SessionSummary,
    Utterance,
    WordList,
)
from sidebyside.store import keys, migrations, queries, shred, word_lists, words, writes
from sidebyside.store.connection import connect
from sidebyside.store.faults import DAMAGED, wording
from sidebyside.store.readers import Readers
from sidebyside.store.scrub import Scrubber
from sidebyside.store.shred import Purged
from sidebyside.store.words import Hit
from sidebyside.store.writer import Writer

T = TypeVar("T")

LIBRARY_FILE = keys.LIBRARY_FILE
_LOCK_FILE = "library.lock"


class Library:
    """An open library. Every method may be called from any thread.

    What writes returns a future that resolves once it is on disk, to what was stored; errors come through the future.
    What reads returns what is on disk, in milliseconds: in a window, call it away from the window's own thread.
    """

    def __init__(self, folder: Path, key: bytes, lock: FileLock | None, *, throw_away: bool = False) -> None:
        """Use `open` or `throw_away`."""
        self.folder = folder
        self.recovered: tuple[Session, ...] = ()
        """Sessions that a crash had cut short, closed when this library was opened; newest first."""
        self._lock = lock
        self._throw_away = throw_away
        self._key = key
        self._scrubber = Scrubber()
        self._readers = Readers(folder / LIBRARY_FILE, key)
        self._writer = Writer(self._prepare, self._scrubber) if lock else None

    @classmethod
    def open(cls, folder: Path, key: bytes, *, read_only: bool = False) -> Self:
        """Opens the library in `folder`, making or bringing up to date what is missing or older.

        Raises:
            LibraryBusy: another running app writes to it (reading is possible all the same).
            WrongKey, LibraryDamaged, LibraryNewer, StoreFailed: see there; nothing was changed.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            if not read_only:
                return cls._open_to_write(folder, key)
            if not _is_current(folder / LIBRARY_FILE, key):
                cls._open_to_write(folder, key).close()
            return cls(folder, key, None)
        except WrongKey as error:
            # The key beside the library was proved when it was unwrapped: then it is the library that is at fault.
            if keys.belongs(folder, key):
                raise LibraryDamaged(DAMAGED) from error
            raise

    @classmethod
    def throw_away(cls, folder: Path) -> Self:
        """A library whose key exists in memory only and whose files are deleted on `close`.

        Raises:
            NotAllowed: there is a library in `folder`.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if (folder / LIBRARY_FILE).exists():
            raise NotAllowed("There is a library in that folder, and it was left alone. Use another, empty folder.")
        return cls._open_to_write(folder, keys.memory_key().key, throw_away=True)

    @classmethod
    def _open_to_write(cls, folder: Path, key: bytes, *, throw_away: bool = False) -> Self:
        lock = FileLock(folder / _LOCK_FILE, mode=0o600, thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise LibraryBusy(
                "Side by Side is running already and has this library open. Nothing was changed. "
                "Go on in that window, or close it first."
            ) from error
        try:
            return cls(folder, key, lock, throw_away=throw_away)
        except BaseException:
            lock.release()
            raise

    def _prepare(self) -> Database:
        # Runs in the writer's thread, before anything else can.
        db = connect(self.folder / LIBRARY_FILE, self._key)
        try:
            with wording():
                migrations.migrate(db)
                with db.atomic():
                    self.recovered = writes.recover(db)
                self._scrubber.recall(db)
        except BaseException:
            db.close()
            raise
        return db

    def close(self) -> None:
        """Writes what is queued, then closes; a second call does nothing."""
        self._readers.close()
        if self._writer:
            self._writer.close()
        if self._throw_away:
            for name in (LIBRARY_FILE, f"{LIBRARY_FILE}-wal", f"{LIBRARY_FILE}-shm"):
                (self.folder / name).unlink(missing_ok=True)
        if self._lock:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def read_only(self) -> bool:
        """Whether this library was opened for reading alone."""
        return self._writer is None

    @property
    def scrubbing(self) -> bool:
        """Whether traces of something deleted are still to be wiped from the file (see `scrub`)."""
        return self._scrubber.pending

    # --- writing -------------------------------------------------------------------------------------------------

    def start_session(self, session: Session) -> Future[Session]:
        """Adds a session, or brings it up to date."""
        return self._write(lambda db: writes.start_session(db, session))

    def update_session(self, session: Session) -> Future[Session]:
        """Replaces what is stored of a session; NoSuchSession if it is not there. Ended stays ended."""
        return self._write(lambda db: writes.update_session(db, session))

    def end_session(self, session_id: str, duration: float) -> Future[Session]:
        """Ends a session after `duration` seconds; from then on its words are in the index."""
        return self._write(lambda db: writes.end_session(db, self._scrubber, session_id, duration))

    def save_contact(self, contact: Contact) -> Future[Contact]:
        """Adds a version of a contact; one that was struck out stays so."""
        return self._write(lambda db: writes.save_contact(db, contact))

    def set_reason(self, session_id: str, contact_id: str, reason: str | None) -> Future[Contact]:
        """Gives a contact its reason; NoSuchSession if that session has no such contact."""
        return self._write(lambda db: writes.set_reason(db, session_id, contact_id, reason))

    def save_utterances(self, utterances: Sequence[Utterance]) -> Future[tuple[Utterance, ...]]:
        """Adds or replaces utterances by id; resolves to those that were stored.

        Never stored: partials, ids that were removed, those of a struck contact or of a session agreed as *listen*.
        """
        kept = tuple(utterances)
        return self._write(lambda db: writes.save_utterances(db, self._scrubber, kept))

    def save_note(self, note: Note) -> Future[Note]:
        """Adds a version of a note; NotAllowed if its call was struck out."""
        return self._write(lambda db: writes.save_mark(db, note))

    def save_flag(self, flag: Flag) -> Future[Flag]:
        """Adds a version of a flag, as when it is moved; NotAllowed if its call was struck out."""
        return self._write(lambda db: writes.save_mark(db, flag))

    def take_back(self, session_id: str, item_id: str) -> Future[None]:
        """Leaves a note, flag, answer, follow-up or contact out of all that is read, until it is put back."""
        return self._write(lambda db: writes.take(db, session_id, item_id, back=True))

    def put_back(self, session_id: str, item_id: str) -> Future[None]:
        """Undoes `take_back`."""
        return self._write(lambda db: writes.take(db, session_id, item_id, back=False))

    def save_gap(self, gap: Gap) -> Future[Gap]:
        """Adds a gap, or replaces it by id, as when it ends."""
        return self._write(lambda db: writes.save_row(db, gap))

    def save_answer(self, answer: Answer) -> Future[Answer]:
        """Adds a version of an answer."""
        return self._write(lambda db: writes.save_version(db, answer))

    def save_follow_up(self, follow_up: FollowUp) -> Future[FollowUp]:
        """Adds a version of a follow-up, as when it is done."""
        return self._write(lambda db: writes.save_version(db, follow_up))

    def set_meta(self, name: str, value: str) -> Future[None]:
        """Keeps a value under a name."""
        return self._write(lambda db: writes.set_meta(db, name, value))

    def save_word_list(self, words: WordList) -> Future[WordList]:
        """Puts a list of names and jargon in the place of the one of its queue."""
        return self._write(lambda db: word_lists.save(db, self._scrubber, words))

    # --- shredding -----------------------------------------------------------------------------------------------

    def remove_utterances(self, ids: Sequence[str]) -> Future[tuple[str, ...]]:
        """Shreds utterances and bars their ids for good, also of those not stored yet; resolves to those stored."""
        gone = tuple(ids)
        return self._write(lambda db: shred.remove_utterances(db, self._scrubber, gone))

    def remove_notes(self, ids: Sequence[str]) -> Future[tuple[str, ...]]:
        """Shreds notes with all their versions; resolves to the ids that were there."""
        gone = tuple(ids)
        return self._write(lambda db: shred.remove_notes(db, self._scrubber, gone))

    def strike_contact(self, contact_id: str) -> Future[Contact]:
        """Shreds a contact's words, notes, flags, gaps and the answers about it; its bare row stays, struck."""
        return self._write(lambda db: shred.strike_contact(db, self._scrubber, contact_id))

    def delete_session(self, session_id: str) -> Future[None]:
        """Shreds a session and everything in it; needs the whole id. NoSuchSession if it is not there."""
        return self._write(lambda db: shred.delete_session(db, self._scrubber, session_id))

    def purge_expired(self, *, transcripts_before: str, notes_before: str, quiet_before: str) -> Future[Purged]:
        """Shreds what belongs to sessions started before those moments (UTC, ISO 8601); resolves to the counts.

        Utterances go by the first, all that was typed by the second, private notes also by the third. A session past
        the first and the second goes as a whole. A session under way is left alone.
        """
        return self._write(
            lambda db: shred.purge(
                db,
                self._scrubber,
                transcripts_before=transcripts_before,
                notes_before=notes_before,
                quiet_before=quiet_before,
            )
        )

    # --- reading -------------------------------------------------------------------------------------------------

    def sessions(self) -> list[SessionSummary]:
        """All sessions, newest first."""
        return self._read(queries.sessions)

    def record(self, session_id: str) -> SessionRecord:
        """All that is kept of one session, by its id or the first four or more characters of it.

        Raises:
            NoSuchSession: none, or several begin so.
        """
        return self._read(lambda db: queries.record(db, session_id))

    def reps(self) -> list[str]:
        """Every rep's name, the one sat beside last first."""
        return self._read(queries.reps)

    def queues(self) -> list[str]:
        """Every queue, the one heard last first."""
        return self._read(queries.queues)

    def open_follow_ups(self, rep: str | None = None) -> list[FollowUp]:
        """What was promised to a rep (or to anyone) and is not done, the most pressing first."""
        return self._read(lambda db: queries.open_follow_ups(db, rep))

    def answers_for(self, question: str, reason: str | None) -> list[Answer]:
        """What every rep said to a question about a reason (None: about no reason), oldest first; skipped ones too."""
        return self._read(lambda db: queries.answers_for(db, question, reason))

    def search(self, text: str, limit: int = 100) -> list[Hit]:
        """Where all words of `text` stand, newest first; the last word may be the beginning of one."""
        return self._read(lambda db: words.search(db, text, limit))

    def word_list(self, queue: str) -> WordList:
        """The names and jargon of one queue, empty where there are none; of the empty name, those of every queue."""
        return self._read(lambda db: word_lists.of_queue(db, queue))

    def word_lists(self) -> list[WordList]:
        """All lists with anything in them, the one for every queue first."""
        return self._read(word_lists.every)

    def meta(self, name: str) -> str | None:
        """The value kept under a name, or None."""
        return self._read(lambda db: queries.meta(db, name))

    def _read(self, query: Callable[[Database], T]) -> T:
        with wording(), self._readers.lend() as db:
            return query(db)

    def _write(self, work: Callable[[Database], T]) -> Future[T]:
        if self._writer is None:
            refused: Future[T] = Future()
            refused.set_exception(NotAllowed("This library was opened for reading only. Nothing was changed."))
            return refused
        return self._writer.submit(work)


def _is_current(path: Path, key: bytes) -> bool:
    if not path.exists() or not path.stat().st_size:
        return False
    db = connect(path, key, read_only=True)
    try:
        with wording():
            return migrations.is_current(db)
    finally:
        db.close()

"""What is saved in a library is there afterwards, as it was said last."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import msgspec
import pytest
from library_records import (
    a_contact,
    a_flag,
    a_follow_up,
    a_gap,
    a_note,
    a_session,
    an_answer,
    an_utterance,
    new_id,
)

from sidebyside.errors import LibraryBusy, NoSuchSession, NotAllowed
from sidebyside.model import Agreement, Kit, Layout, Record, SessionState, Stage
from sidebyside.store import records
from sidebyside.store.connection import column
from sidebyside.store.faults import StoreFailed
from sidebyside.store.library import Library

replace = msgspec.structs.replace


def test_everything_saved_reads_back_the_same(library: Library) -> None:
    session = a_session(
        queue="Billing", kit=Kit.CORD, layout=Layout.SWAPPED, notice="Calls may be heard", engine="a + b"
    )
    contact = a_contact(session, reason="where-is-it")
    utterances = [an_utterance(contact, "first", 11.0), an_utterance(contact, "second", 14.0, stage=Stage.REFINED)]
    flag = a_flag(session, contact_id=contact.id)
    note = a_note(session, "ünïcode “quoted” 🎧", private=True, flag_id=flag.id)
    gaps = [a_gap(session, 5.0, 7.0), a_gap(session, 30.0, None)]
    answer = an_answer(session, number=12.5, unit="a day", reason="where-is-it")
    promise = a_follow_up(session, due="2026-03-09")
    assert library.start_session(session).result() == session
    assert library.save_contact(contact).result() == contact
    assert library.save_utterances(utterances).result() == tuple(utterances)
    assert library.save_flag(flag).result() == flag
    assert library.save_note(note).result() == note
    for gap in reversed(gaps):
        assert library.save_gap(gap).result() == gap
    assert library.save_answer(answer).result() == answer
    assert library.save_follow_up(promise).result() == promise
    record = library.record(session.id)
    assert record.session == session
    assert record.contacts == (contact,)
    assert record.utterances == tuple(utterances)
    assert record.flags == (flag,)
    assert record.notes == (note,)
    assert record.gaps == tuple(gaps)
    assert record.answers == (answer,)
    assert record.follow_ups == (promise,)


@pytest.mark.parametrize("kind", [*records.REWRITTEN, *records.VERSIONED], ids=lambda kind: kind.__name__)
def test_every_field_of_a_record_has_its_column(library: Library, kind: type[Record]) -> None:
    table = (records.REWRITTEN | records.VERSIONED)[kind]
    sql = "SELECT name FROM pragma_table_info(?)"
    have = library._writer.submit(lambda db: column(db, sql, (table,))).result()  # type: ignore[union-attr]
    assert set(kind.__struct_fields__) == set(have) - {"seq"}


def test_library_survives_closing(library: Library, folder: Path, key: bytes) -> None:
    session = a_session()
    library.start_session(session)
    last = library.end_session(session.id, 61.5)
    library.close()
    assert last.result().duration == 61.5
    with Library.open(folder, key) as again:
        assert again.record(session.id).session.state is SessionState.ENDED
        assert again.recovered == ()


def test_files_are_the_owners_alone_and_show_nothing(library: Library, folder: Path, key: bytes) -> None:
    session = a_session(rep="Wilhelmina")
    library.start_session(session).result()
    files = [folder / name for name in ("library.db", "library.db-wal", "library.db-shm", "library.lock")]
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
        assert b"Wilhelmina" not in file.read_bytes() and b"SQLite format" not in file.read_bytes()
        assert b"session" not in file.read_bytes()


def test_sessions_are_listed_newest_first_with_counts(library: Library) -> None:
    old, new = a_session("2026-03-01T09:00:00+00:00"), a_session("2026-03-02T09:00:00+00:00")
    contact = a_contact(old)
    for session in (old, new):
        library.start_session(session)
    library.save_contact(contact)
    library.save_contact(replace(contact, end=60.0))
    library.save_utterances([an_utterance(contact, "one"), an_utterance(contact, "two")])
    note = a_note(old, "draft")
    library.save_note(note)
    library.save_note(replace(note, text="better"))
    taken = a_note(old, "never mind")
    library.save_note(taken)
    library.take_back(old.id, taken.id)
    library.save_flag(a_flag(old))
    library.save_answer(an_answer(old)).result()
    first, second = library.sessions()
    assert (first.session, first.contacts, first.utterances) == (new, 0, 0)
    assert (second.contacts, second.utterances, second.notes, second.flags, second.answers) == (1, 2, 1, 1, 1)


def test_session_is_found_by_the_beginning_of_its_id(library: Library) -> None:
    one, two = a_session(id="abcd1" + "0" * 27), a_session(id="abcd2" + "0" * 27)
    library.start_session(one)
    library.start_session(two).result()
    assert library.record("abcd1").session == one
    assert library.record(" ABCD2 ").session == two
    for wrong in ("abcd", "abc", "", "ffff", "ab%d1", "abcd1" + "0" * 28):
        with pytest.raises(NoSuchSession):
            library.record(wrong)


def test_edits_append_and_the_latest_holds(library: Library) -> None:
    session = a_session()
    library.start_session(session)
    note, flag = a_note(session, "one"), a_flag(session, at=10.0)
    for version in (note, replace(note, text="two"), replace(note, text="two"), replace(note, text="three")):
        library.save_note(version)
    library.save_flag(flag)
    library.save_flag(replace(flag, at=8.0)).result()
    record = library.record(session.id)
    assert [kept.text for kept in record.notes] == ["three"]
    assert [kept.at for kept in record.flags] == [8.0]
    sql = "SELECT text FROM note ORDER BY seq"
    assert library._read(lambda db: column(db, sql)) == ["one", "two", "three"]


def test_what_is_taken_back_can_be_put_back(library: Library) -> None:
    session = a_session()
    library.start_session(session)
    note, flag = a_note(session, "a thought"), a_flag(session)
    library.save_note(note)
    library.save_flag(flag)
    for item in (note, flag):
        library.take_back(session.id, item.id)
    library.save_note(replace(note, text="edited while away")).result()
    assert library.record(session.id).notes == library.record(session.id).flags == ()
    for item in (note, flag):
        library.put_back(session.id, item.id)
    library.set_meta("done", "yes").result()
    assert [kept.text for kept in library.record(session.id).notes] == ["edited while away"]
    assert library.record(session.id).flags == (flag,)


def test_utterance_is_replaced_by_id(library: Library) -> None:
    session = a_session()
    contact = a_contact(session)
    heard = an_utterance(contact, "were is my order")
    refined = replace(heard, text="Where is my order?", stage=Stage.REFINED)
    library.start_session(session)
    library.save_contact(contact)
    library.save_utterances([heard])
    library.save_utterances([refined]).result()
    assert library.record(session.id).utterances == (refined,)


def test_what_may_not_be_kept_is_not(library: Library) -> None:
    session, listening = a_session(), a_session(agreed=Agreement.LISTEN)
    for one in (session, listening):
        library.start_session(one)
    contact, silent = a_contact(session), a_contact(listening)
    partial, unkept = an_utterance(contact, "so far", stage=Stage.PARTIAL), an_utterance(silent, "live only")
    final = an_utterance(contact, "settled")
    assert library.save_utterances([partial, unkept, final]).result() == (final,)
    assert library.record(listening.id).utterances == ()


def test_ended_session_is_not_reopened_by_a_late_update(library: Library) -> None:
    session = a_session()
    library.start_session(session)
    library.end_session(session.id, 100.0)
    late = library.update_session(replace(session, queue="Returns")).result()
    assert (late.state, late.duration, late.queue) == (SessionState.ENDED, 100.0, "Returns")


def test_words_for_a_session_that_is_not_there_are_refused(library: Library) -> None:
    session = a_session()
    contact = a_contact(session)
    for refused in (
        library.save_contact(contact),
        library.save_note(a_note(session, "lost?")),
        library.save_gap(a_gap(session)),
        library.take_back(session.id, new_id()),
        library.save_utterances([an_utterance(contact, "lost?")]),
        library.update_session(session),
        library.end_session(session.id, 1.0),
        library.delete_session(session.id),
        library.strike_contact(contact.id),
    ):
        with pytest.raises(NoSuchSession):
            refused.result()
    # The writer goes on.
    assert library.start_session(session).result() == session


def test_names_come_by_the_last_time(library: Library) -> None:
    for day, rep, queue in ((1, "Ana", "Billing"), (2, "Ben", ""), (3, "Ana", "Returns"), (4, "Cy", "Billing")):
        library.start_session(a_session(f"2026-03-0{day}T09:00:00+00:00", rep=rep, queue=queue)).result()
    assert library.reps() == ["Cy", "Ana", "Ben"]
    assert library.queues() == ["Billing", "Returns"]


def test_open_promises_of_a_rep_come_by_day(library: Library) -> None:
    ana, ben = a_session(rep="Ana"), a_session(rep="Ben")
    for session in (ana, ben):
        library.start_session(session)
    late, soon, whenever = (a_follow_up(ana, text=day, due=day) for day in ("2026-05-01", "2026-04-01", ""))
    other, kept = a_follow_up(ben), a_follow_up(ana, text="kept")
    for promise in (whenever, late, soon, other, kept, replace(kept, done="2026-03-20", outcome="fixed")):
        library.save_follow_up(promise)
    library.set_meta("done", "yes").result()
    assert library.open_follow_ups("Ana") == [soon, late, whenever]
    assert len(library.open_follow_ups()) == 4


def test_answers_are_gathered_over_all_sessions(library: Library) -> None:
    one, two = a_session("2026-03-01T09:00:00+00:00"), a_session("2026-03-02T09:00:00+00:00")
    for session in (one, two):
        library.start_session(session)
    first, second = an_answer(one, reason="refund", number=10.0), an_answer(two, reason="refund", number=20.0)
    plain = an_answer(two, number=5.0)
    for answer in (first, second, replace(first, number=12.0), plain, an_answer(one, reason="outage")):
        library.save_answer(answer)
    library.set_meta("done", "yes").result()
    assert [answer.number for answer in library.answers_for("how-many", "refund")] == [12.0, 20.0]
    assert library.answers_for("how-many", None) == [plain]


def test_meta_keeps_the_last_value(library: Library) -> None:
    assert library.meta("clock") is None
    library.set_meta("clock", "1")
    library.set_meta("clock", "2").result()
    assert library.meta("clock") == "2"


def test_second_app_is_told_that_the_library_is_open(library: Library, folder: Path, key: bytes) -> None:
    with pytest.raises(LibraryBusy):
        Library.open(folder, key)
    library.close()
    Library.open(folder, key).close()


def test_reading_goes_on_beside_the_writing_app(library: Library, folder: Path, key: bytes) -> None:
    session = a_session()
    library.start_session(session).result()
    with Library.open(folder, key, read_only=True) as reader:
        assert reader.read_only and not library.read_only
        assert reader.record(session.id).session == session
        with pytest.raises(NotAllowed):
            reader.start_session(a_session()).result()
        library.save_note(a_note(session, "meanwhile")).result()
        assert [note.text for note in reader.record(session.id).notes] == ["meanwhile"]


def test_reading_alone_works_after_the_app_and_before_the_first(folder: Path, key: bytes) -> None:
    with Library.open(folder, key, read_only=True) as reader:
        assert reader.sessions() == []
    with Library.open(folder, key) as library:
        library.start_session(a_session()).result()
    with Library.open(folder, key, read_only=True) as reader:
        assert len(reader.sessions()) == 1
        # The lock is free: reading never keeps the app out.
        Library.open(folder, key).close()


def test_many_threads_read_while_one_writes(library: Library) -> None:
    session = a_session()
    contact = a_contact(session)
    library.start_session(session)
    library.save_contact(contact).result()
    wrong: list[str] = []
    finished = threading.Event()

    def read() -> None:
        seen = 0
        while not finished.is_set():
            now = len(library.record(session.id).utterances)
            if now % 2 or now < seen:
                wrong.append(f"{seen} then {now}")
            seen = now

    readers = [threading.Thread(target=read) for _ in range(4)]
    for thread in readers:
        thread.start()
    # Always two in a transaction: nobody may see one of them.
    saved = [
        library.save_utterances([an_utterance(contact, f"pair {at}"), an_utterance(contact, f"pair {at}")])
        for at in range(50)
    ]
    for future in saved:
        future.result()
    finished.set()
    for thread in readers:
        thread.join()
    assert not wrong
    assert len(library.record(session.id).utterances) == 100


def test_failed_work_leaves_nothing_half_done(library: Library) -> None:
    session = a_session()
    contact = a_contact(session)
    library.start_session(session)
    library.save_contact(contact)
    stranger = an_utterance(a_contact(a_session()), "not here")
    both = library.save_utterances([an_utterance(contact, "good"), stranger])
    with pytest.raises(NoSuchSession):
        both.result()
    assert library.record(session.id).utterances == ()


def test_full_disk_is_told_and_gets_over(library: Library) -> None:
    session = a_session()
    library.start_session(session).result()
    writer = library._writer
    assert writer is not None

    def limit(pages: int) -> None:
        writer.submit(lambda db: column(db, f"PRAGMA max_page_count = {pages}")).result()

    limit(1)
    with pytest.raises(StoreFailed, match="disk is full"):
        library.save_note(a_note(session, "x" * 500_000)).result()
    limit(100_000)
    library.save_note(a_note(session, "room again")).result()
    assert [note.text for note in library.record(session.id).notes] == ["room again"]


def test_acknowledgement_comes_after_the_commit(library: Library, folder: Path, key: bytes) -> None:
    session = a_session()
    seen: list[int] = []
    told = threading.Event()

    def look(_: object) -> None:
        with Library.open(folder, key, read_only=True) as reader:
            seen.append(len(reader.sessions()))
        told.set()

    hold = threading.Event()
    assert library._writer
    library._writer.submit(lambda _: hold.wait(10))
    library.start_session(session).add_done_callback(look)
    hold.set()
    assert told.wait(10)
    assert seen == [1]


def test_closing_writes_what_is_queued_and_ends_the_thread(folder: Path, key: bytes) -> None:
    library = Library.open(folder, key)
    assert "store-writer" in {thread.name for thread in threading.enumerate()}
    session = a_session()
    futures = [library.start_session(session), *(library.save_note(a_note(session, str(at))) for at in range(50))]
    library.close()
    library.close()
    assert all(future.done() and future.exception() is None for future in futures)
    assert "store-writer" not in {thread.name for thread in threading.enumerate()}
    with pytest.raises(StoreFailed, match="closed"):
        library.save_note(a_note(session, "late")).result()
    with pytest.raises(StoreFailed, match="closed"):
        library.sessions()
    with Library.open(folder, key) as again:
        assert len(again.record(session.id).notes) == 50


def test_throw_away_library_leaves_no_file(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with Library.throw_away(folder) as library:
        library.start_session(a_session()).result()
        assert len(library.sessions()) == 1
    assert not list(folder.glob("library.db*"))


def test_throw_away_library_never_takes_the_place_of_a_real_one(folder: Path, key: bytes) -> None:
    Library.open(folder, key).close()
    with pytest.raises(NotAllowed):
        Library.throw_away(folder)
    Library.open(folder, key).close()

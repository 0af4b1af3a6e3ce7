"""What is shredded is gone: from every answer, from every page of the file, and for good."""

from __future__ import annotations

import random
import secrets
import threading
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest
from library_records import a_contact, a_flag, a_follow_up, a_gap, a_note, a_session, an_answer, an_utterance, new_id
from pages import decrypted_bytes

from sidebyside.errors import NoSuchSession, NotAllowed
from sidebyside.model import Contact, Session, Stage, Utterance
from sidebyside.store import scrub
from sidebyside.store.library import Library
from sidebyside.store.shred import Purged

replace = msgspec.structs.replace
PER_CALL = 20
LONG_AGO = "2000-01-01T00:00:00+00:00"
FILLER = [secrets.token_hex(3) for _ in range(400)]


def a_word() -> str:
    """A word of its own, which no page holds by chance."""
    return secrets.token_hex(8)


def traces(folder: Path, key: bytes, words: Iterable[str]) -> list[str]:
    """Words of which the file still holds the whole, or the end that tells it from its neighbours in an index."""
    plain = decrypted_bytes(folder, key)
    return [word for word in words if word[-10:].encode() in plain]


def sentence(word: str) -> str:
    return " ".join([*random.choices(FILLER, k=random.randrange(2, 40)), word])


def filled(library: Library, *, end: bool, **more: str) -> tuple[Session, list[Contact], dict[str, str]]:
    """A session of three calls; returns it, its calls and each utterance's own word by the utterance's id."""
    session = a_session(**more)
    contacts = [a_contact(session, number, reason="refund") for number in (1, 2, 3)]
    library.start_session(session)
    said: dict[str, str] = {}
    for contact in contacts:
        library.save_contact(contact)
        for at in range(PER_CALL):
            utterance = an_utterance(contact, sentence(first := a_word()), contact.start + at / 10)
            library.save_utterances([utterance])
            said[utterance.id] = first
    if end:
        library.end_session(session.id, 60.0)
    library.set_meta("filled", "yes").result()
    return session, contacts, said


def settle(library: Library) -> None:
    """Waits until the writer, left alone, has wiped what it put off."""
    waited = threading.Event()
    for _ in range(100):
        if not library.scrubbing:
            return
        waited.wait(0.1)
    raise AssertionError("never scrubbed")


@pytest.mark.parametrize("ended", [False, True], ids=["live", "ended"])
def test_removed_utterances_leave_no_trace_and_do_not_come_back(
    library: Library, folder: Path, key: bytes, ended: bool
) -> None:
    session, contacts, said = filled(library, end=ended)
    gone = list(said)[15:30]
    unheard = an_utterance(contacts[0], "not stored when it was removed")
    assert set(traces(folder, key, said.values())) == set(said.values())
    assert library.remove_utterances([*gone, unheard.id]).result() == tuple(gone)
    assert traces(folder, key, (said[one] for one in gone)) == []
    kept = [word for one, word in said.items() if one not in gone]
    assert traces(folder, key, kept) == kept
    late = [an_utterance(contacts[0], sentence(said[gone[0]]), id=gone[0], stage=Stage.REFINED), unheard]
    assert library.save_utterances(late).result() == ()
    assert len(library.record(session.id).utterances) == len(kept)
    assert library.search(said[gone[0]]) == []
    assert len(library.search(kept[0])) == 1


@pytest.mark.parametrize("ended", [False, True], ids=["live", "ended"])
def test_struck_call_keeps_only_that_it_was_struck(library: Library, folder: Path, key: bytes, ended: bool) -> None:
    session, contacts, said = filled(library, end=ended)
    struck, other = contacts[1], contacts[2]
    words = {name: a_word() for name in ("first", "edited", "by flag", "answer", "kept")}
    flag, kept_flag = a_flag(session, contact_id=struck.id), a_flag(session, contact_id=other.id)
    note = a_note(session, sentence(words["first"]), contact_id=struck.id)
    library.save_flag(flag)
    library.save_flag(replace(flag, at=12.0))
    library.save_flag(kept_flag)
    library.take_back(session.id, flag.id)
    for saved in (note, replace(note, text=words["edited"]), a_note(session, words["by flag"], flag_id=flag.id)):
        library.save_note(saved)
    kept_note = a_note(session, words["kept"], contact_id=other.id)
    library.save_note(kept_note)
    library.save_answer(an_answer(session, text=words["answer"], flag_id=flag.id))
    library.put_back(session.id, flag.id)
    assert library.strike_contact(struck.id).result() == replace(struck, struck=True, reason=None)
    record = library.record(session.id)
    assert record.contacts == (contacts[0], replace(struck, struck=True, reason=None), other)
    assert {one.contact_id for one in record.utterances} == {contacts[0].id, other.id}
    assert (record.notes, record.flags, record.answers) == ((kept_note,), (kept_flag,), ())
    shredded = list(said.values())[PER_CALL : 2 * PER_CALL] + [word for name, word in words.items() if name != "kept"]
    assert traces(folder, key, shredded) == []
    assert traces(folder, key, [words["kept"]]) == [words["kept"]]
    assert library.search(shredded[0]) == []
    # Nothing of it comes back by what was under way.
    assert library.save_utterances([an_utterance(struck, "late")]).result() == ()
    assert library.save_contact(replace(struck, end=30.0)).result() == replace(
        struck, end=30.0, struck=True, reason=None
    )
    for late in (library.save_note(note), library.save_flag(flag)):
        with pytest.raises(NotAllowed, match="struck out"):
            late.result()


def test_struck_call_takes_its_gaps_and_what_its_reason_alone_was_asked_about(library: Library) -> None:
    session = a_session()
    struck = a_contact(session, 1, end=18.0, reason="refund")
    other = a_contact(session, 2, reason="delivery")
    inside, between = a_gap(session, 12.0, 14.0), a_gap(session, 18.0, 20.0)
    told, kept = an_answer(session, reason="refund"), an_answer(session, reason="delivery")
    library.start_session(session)
    for contact in (struck, other):
        library.save_contact(contact)
    for gap in (inside, between):
        library.save_gap(gap)
    for answer in (told, kept):
        library.save_answer(answer)
    library.strike_contact(struck.id).result()
    record = library.record(session.id)
    assert (record.gaps, record.answers) == ((between,), (kept,))


def test_answers_about_a_reason_stay_while_another_call_has_it(library: Library) -> None:
    session, contacts, _ = filled(library, end=True)
    answer = an_answer(session, reason="refund")
    library.save_answer(answer)
    library.strike_contact(contacts[0].id)
    library.strike_contact(contacts[1].id).result()
    assert library.record(session.id).answers == (answer,)
    library.strike_contact(contacts[2].id).result()
    assert library.record(session.id).answers == ()


def test_deleted_session_leaves_no_trace(library: Library, folder: Path, key: bytes) -> None:
    session, contacts, said = filled(library, end=True, rep=a_word())
    other, _, others = filled(library, end=True)
    more = [a_word() for _ in range(4)]
    note = a_note(session, more[0])
    library.save_note(note)
    library.save_note(replace(note, text=more[1]))
    library.save_answer(an_answer(session, text=more[2]))
    library.save_follow_up(a_follow_up(session, text=more[3]))
    library.remove_utterances([new_id(), next(iter(said))])
    library.take_back(session.id, note.id)
    library.delete_session(session.id).result()
    assert traces(folder, key, [*said.values(), *more, session.rep]) == []
    assert session.id.encode() not in decrypted_bytes(folder, key)
    with pytest.raises(NoSuchSession):
        library.record(session.id)
    with pytest.raises(NoSuchSession):
        library.save_utterances([an_utterance(contacts[0], "late")]).result()
    assert library.search(next(iter(said.values()))) == []
    assert len(library.record(other.id).utterances) == len(others)
    word = list(others.values())[5]
    assert [hit.session_id for hit in library.search(word)] == [other.id]


def test_removed_note_goes_with_its_versions(library: Library, folder: Path, key: bytes) -> None:
    session = a_session()
    library.start_session(session)
    words = [a_word(), a_word()]
    note = a_note(session, words[0], private=True)
    library.save_note(note)
    library.end_session(session.id, 5.0)
    library.save_note(replace(note, text=words[1]))
    assert library.remove_notes([note.id, new_id()]).result() == (note.id,)
    assert traces(folder, key, words) == []
    assert library.record(session.id).notes == ()


def test_words_that_a_second_pass_replaced_go_by_the_end_of_the_session(
    library: Library, folder: Path, key: bytes
) -> None:
    session, _, said = filled(library, end=False)
    heard = library.record(session.id).utterances
    for utterance in heard:
        library.save_utterances([replace(utterance, text=sentence(a_word()), stage=Stage.REFINED)])
    library.end_session(session.id, 60.0).result()
    settle(library)
    assert traces(folder, key, said.values()) == []


def test_purge_takes_what_is_past_its_time_and_counts_it(library: Library, folder: Path, key: bytes) -> None:
    days = ["2026-01-01", "2026-02-01", "2026-03-01"]
    words: dict[str, dict[str, str]] = {}
    sessions: dict[str, Session] = {}
    for day in days:
        session, _, said = filled(library, end=True, started=f"{day}T09:00:00+00:00", rep=a_word())
        sessions[day] = session
        words[day] = {"said": next(iter(said.values())), "note": a_word(), "quiet": a_word(), "answer": a_word()}
        note = a_note(session, "draft")
        library.save_note(note)
        library.save_note(replace(note, text=words[day]["note"]))
        library.save_note(a_note(session, words[day]["quiet"], private=True))
        library.save_answer(an_answer(session, text=words[day]["answer"]))
        library.save_flag(a_flag(session))
        library.save_follow_up(a_follow_up(session))
    under_way = a_session(LONG_AGO)
    library.start_session(under_way)
    before = {"transcripts_before": f"{days[2]}T00:00:00+00:00", "notes_before": f"{days[1]}T00:00:00+00:00"}
    purged = library.purge_expired(**before, quiet_before=before["transcripts_before"]).result()
    assert purged == Purged(sessions=1, utterances=2 * 3 * PER_CALL, notes=3, flags=1, answers=1, follow_ups=1)
    assert [one.session.id for one in library.sessions()] == [sessions[days[2]].id, sessions[days[1]].id, under_way.id]
    middle = library.record(sessions[days[1]].id)
    assert middle.utterances == () and len(middle.contacts) == 3
    assert [note.text for note in middle.notes] == [words[days[1]]["note"]]
    gone = [*words[days[0]].values(), sessions[days[0]].rep, words[days[1]]["said"], words[days[1]]["quiet"]]
    assert traces(folder, key, gone) == []
    kept = [words[days[1]]["note"], words[days[1]]["answer"], *words[days[2]].values()]
    assert traces(folder, key, kept) == kept
    again = library.purge_expired(**before, quiet_before=before["transcripts_before"]).result()
    assert again == Purged()


def test_purge_of_notes_before_transcripts_keeps_the_transcripts(library: Library) -> None:
    session, _, said = filled(library, end=True)
    library.save_note(a_note(session, "typed"))
    purged = library.purge_expired(
        transcripts_before=LONG_AGO, notes_before="2027-01-01T00:00:00+00:00", quiet_before=LONG_AGO
    ).result()
    assert purged == Purged(notes=1)
    assert len(library.record(session.id).utterances) == len(said)


def test_private_draft_of_a_note_that_was_shared_later_goes_with_quiet_words(
    library: Library, folder: Path, key: bytes
) -> None:
    session = a_session()
    library.start_session(session)
    draft, shared = a_word(), a_word()
    note = a_note(session, draft, private=True)
    library.save_note(note)
    library.save_note(replace(note, text=shared, private=False))
    library.end_session(session.id, 5.0)
    later = "2027-01-01T00:00:00+00:00"
    library.purge_expired(transcripts_before=LONG_AGO, notes_before=LONG_AGO, quiet_before=later).result()
    assert [kept.text for kept in library.record(session.id).notes] == [shared]
    assert traces(folder, key, [draft]) == []


def test_reader_in_the_way_only_puts_the_wiping_off(library: Library, folder: Path, key: bytes) -> None:
    session, _, said = filled(library, end=True)
    reading, finish = threading.Event(), threading.Event()

    def read() -> None:
        def slowly(_: object) -> None:
            library_reader.sessions()
            reading.set()
            finish.wait(30)

        with Library.open(folder, key, read_only=True) as library_reader, library_reader._readers.lend() as db:
            db.execute("SELECT count(*) FROM session").fetchone()
            slowly(db)

    thread = threading.Thread(target=read)
    thread.start()
    assert reading.wait(10)
    library.delete_session(session.id).result()
    assert library.scrubbing
    finish.set()
    thread.join()
    settle(library)
    assert traces(folder, key, said.values()) == []


def test_large_library_is_wiped_as_soon_as_the_writer_is_free(
    library: Library, folder: Path, key: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scrub, "AT_ONCE_BYTES", 0)
    session, _, said = filled(library, end=True)
    library.delete_session(session.id).result()
    assert library.scrubbing
    settle(library)
    assert traces(folder, key, said.values()) == []


def test_wiping_that_a_crash_prevented_is_done_at_the_next_start(
    folder: Path, key: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Library.open(folder, key) as library:
        session, _, said = filled(library, end=True)
        # As if the process died right after the commit.
        monkeypatch.setattr(library._scrubber, "_scrub", lambda db: None)
        library.delete_session(session.id).result()
    before = len(decrypted_bytes(folder, key))
    with Library.open(folder, key) as library:
        assert not library.scrubbing
        assert library.meta("scrub") is None
        assert len(decrypted_bytes(folder, key)) < before
        assert traces(folder, key, said.values()) == []


def test_many_edits_and_removals_leave_no_trace(library: Library, folder: Path, key: bytes) -> None:
    draw = random.Random(7)
    session = a_session()
    contact = a_contact(session)
    library.start_session(session)
    library.save_contact(contact)
    live: dict[str, Utterance] = {}
    word_of: dict[str, str] = {}
    gone: list[str] = []

    def put(utterance: Utterance) -> None:
        word = a_word()
        stored = replace(utterance, text=sentence(word))
        if utterance.id in word_of:
            gone.append(word_of[utterance.id])
        live[utterance.id], word_of[utterance.id] = stored, word
        library.save_utterances([stored])

    for at in range(600):
        put(an_utterance(contact, "", float(at)))
        if draw.random() < 0.5:
            put(draw.choice(list(live.values())[-5:]))
        if draw.random() < 0.02:
            ids = list(live)[-4:]
            library.remove_utterances(ids).result()
            gone += [word_of.pop(one) for one in ids]
            for one in ids:
                del live[one]
    ids = list(live)[-1:]
    library.remove_utterances(ids).result()
    gone += [word_of.pop(one) for one in ids]
    assert traces(folder, key, gone) == []
    assert len(library.record(session.id).utterances) == len(word_of)


def test_deleted_words_do_not_stay_in_the_index_alone(library: Library, folder: Path, key: bytes) -> None:
    """Guards the guard: what stays of a word when the index is left to itself is seen by `traces`."""
    _, _, said = filled(library, end=True)
    assert library._writer
    # Rows shredded, index forgotten.
    library._writer.submit(lambda db: db.execute("DELETE FROM utterance")).result()
    library._writer.submit(lambda db: library._scrubber.ask(db, scrub.Need.PAGES, at_once=True)).result()
    assert traces(folder, key, said.values())

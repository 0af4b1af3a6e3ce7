"""Whatever was heard or noted is found again by its words, and only that."""

from __future__ import annotations

import msgspec
import pytest
from library_records import a_contact, a_note, a_session, an_utterance

from sidebyside.model import Contact, Session, Side, Stage
from sidebyside.store.library import Library

replace = msgspec.structs.replace


@pytest.fixture(params=[False, True], ids=["live", "ended"])
def heard(library: Library, request: pytest.FixtureRequest) -> tuple[Session, Contact]:
    """A session with four utterances and two notes, under way or ended: the same is found in both."""
    session = a_session(rep="Maria", queue="Billing")
    contact = a_contact(session)
    library.start_session(session)
    library.save_contact(contact)
    lines = ["Where is my refund?", "I'm refunding you now", "Café au lait, naïve façade", 'say "cheese" OR NOT AND']
    library.save_utterances([an_utterance(contact, line, float(at)) for at, line in enumerate(lines)])
    library.save_note(a_note(session, "Refund letters are wrong", 2.5))
    note = a_note(session, "an older wording about parcels", 4.0)
    library.save_note(note)
    library.save_note(replace(note, text="a newer wording"))
    if request.param:
        library.end_session(session.id, 10.0)
    library.set_meta("done", "yes").result()
    return session, contact


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("refund", ["Refund letters are wrong", "I'm refunding you now", "Where is my refund?"]),
        ("REFUND", ["Refund letters are wrong", "I'm refunding you now", "Where is my refund?"]),
        ("refund my", ["Where is my refund?"]),
        ("my refu", ["Where is my refund?"]),
        ("refu my", []),
        ("cafe facade", ["Café au lait, naïve façade"]),
        ("CAFÉ", ["Café au lait, naïve façade"]),
        ('"cheese" OR', ['say "cheese" OR NOT AND']),
        ("NOT", ['say "cheese" OR NOT AND']),
        ("text:refund", []),
        ("parcels", []),
        ("newer", ["a newer wording"]),
        ("", []),
        ("  *** ", []),
    ],
)
def test_words_are_found_newest_first(
    library: Library, heard: tuple[Session, Contact], text: str, found: list[str]
) -> None:
    assert [hit.text for hit in library.search(text)] == found


def test_hit_says_where_it_stands(library: Library, heard: tuple[Session, Contact]) -> None:
    session, _ = heard
    (said,) = library.search("where")
    assert (said.session_id, said.started, said.rep, said.queue) == (session.id, session.started, "Maria", "Billing")
    assert (said.kind, said.side, said.at) == ("utterance", Side.CUSTOMER, 0.0)
    (noted,) = library.search("letters")
    assert (noted.kind, noted.side, noted.at) == ("note", None, 2.5)
    record = library.record(session.id)
    assert {said.id, noted.id} <= {one.id for one in (*record.utterances, *record.notes)}


def test_limit_keeps_the_newest(library: Library, heard: tuple[Session, Contact]) -> None:
    assert [hit.text for hit in library.search("refund", 1)] == ["Refund letters are wrong"]
    assert library.search("refund", 0) == []


def test_newer_session_comes_first_however_it_was_saved(library: Library, heard: tuple[Session, Contact]) -> None:
    later = a_session("2026-06-01T09:00:00+00:00")
    library.start_session(later)
    library.save_note(a_note(later, "refund again", 0.5)).result()
    assert library.search("refund")[0].text == "refund again"


def test_taken_back_note_is_not_found_until_it_is_put_back(library: Library, heard: tuple[Session, Contact]) -> None:
    session, _ = heard
    note = next(note for note in library.record(session.id).notes if "letters" in note.text)
    library.take_back(session.id, note.id).result()
    assert library.search("letters") == []
    library.put_back(session.id, note.id).result()
    assert len(library.search("letters")) == 1


def test_later_edits_are_found_and_what_they_replaced_is_not(library: Library, heard: tuple[Session, Contact]) -> None:
    session, contact = heard
    record = library.record(session.id)
    first = record.utterances[0]
    library.save_utterances([replace(first, text="Where is my parcel?", stage=Stage.REFINED)])
    library.save_utterances([an_utterance(contact, "one more parcel", 9.0)])
    note = next(note for note in record.notes if "letters" in note.text)
    library.save_note(replace(note, text="Parcel labels are wrong")).result()
    assert {hit.text for hit in library.search("parcel")} == {
        "Where is my parcel?",
        "one more parcel",
        "Parcel labels are wrong",
    }
    assert [hit.text for hit in library.search("refund")] == ["I'm refunding you now"]
    assert library._writer
    for name in ("utterance_words", "note_words"):
        check = f"INSERT INTO {name} ({name}, rank) VALUES ('integrity-check', 1)"
        library._writer.submit(lambda db, check=check: db.execute(check)).result()  # type: ignore[misc]

"""A call struck out at the rep's word: nothing of it stays on screen or on disk, and nothing of it comes later."""

from __future__ import annotations

from pathlib import Path

import pytest
from session_seat import Seat, Sit

from sidebyside import model as m
from sidebyside.errors import NotAllowed
from sidebyside.model import Agreement, GapReason, Listening


def struck(seat: Seat) -> m.Contact:
    """The call as it was announced when it was struck out."""
    return seat.wait(lambda: next((e.contact for e in seat.of(m.ContactChanged) if e.contact.struck), None))


@pytest.mark.parametrize("agreed", list(Agreement))
def test_nothing_of_the_call_under_way_stays(
    sit: Sit, beginning: Path, folder: Path, key: bytes, agreed: Agreement
) -> None:
    from pages import decrypted_bytes

    seat = sit(beginning, speed=4.0, agreed=agreed)
    seat.conductor.start()
    seat.wait(lambda: any("credit card" in one.text for one in seat.heard.values()))
    seat.conductor.set_reason("pay-how")
    flag = seat.conductor.flag("code-red")
    note = seat.conductor.note("zebra in the corridor", flag_id=flag)
    before = dict(seat.heard)
    seat.conductor.strike_call()
    announced = len(seat.events)
    assert seat.conductor.listening is Listening.BETWEEN_CALLS and seat.conductor.contact is None
    call = struck(seat)
    assert call.end is not None and call.reason is None
    assert set(before) <= set(seat.wait_for(m.UtterancesRemoved).ids)
    assert {one.id for one in seat.of(m.TakenBack)} == {flag, note}
    seat.heard_out()
    record = seat.ended()
    late = [one for one in seat.events[announced:] if isinstance(one, m.UtteranceSaved | m.PartialHeard)]
    assert not [one for one in late if one.utterance.text]
    assert (record.utterances, record.notes, record.flags) == ((), (), ())
    assert record.contacts == (call,)
    assert [gap.reason for gap in record.gaps] == [GapReason.BETWEEN_CALLS]
    seat.library.close()
    plain = decrypted_bytes(folder, key)
    for text in ("zebra", "pay-how", "code-red", "credit card", *(one.text for one in before.values())):
        assert text.encode() not in plain


def test_the_next_call_is_heard_and_an_earlier_one_can_go(sit: Sit, beginning: Path) -> None:
    seat = sit(beginning, speed=4.0)
    seat.conductor.start()
    seat.wait(lambda: len(seat.heard) >= 2)
    first = seat.conductor.contact
    assert first is not None
    seat.conductor.start_call()
    # The last words of the first call are still on their way.
    seat.conductor.strike_call(first.id)
    assert seat.conductor.listening is Listening.LISTENING
    seat.heard_out()
    record = seat.ended()
    assert [contact.struck for contact in record.contacts] == [True, False]
    assert record.utterances and {one.contact_id for one in record.utterances} == {record.contacts[1].id}
    gone = {one for event in seat.of(m.UtterancesRemoved) for one in event.ids}
    assert not gone & {one.id for one in record.utterances}


def test_after_it_notes_and_flags_belong_to_no_call(notes: Seat) -> None:
    began = notes.wait_for(m.ContactStarted).contact.start
    notes.conductor.strike_call()
    note, flag = notes.conductor.note("on the corridor"), notes.conductor.flag("ask")
    with pytest.raises(NotAllowed, match="struck out"):
        notes.conductor.note("begun during that call", at=began - 0.2)
    record = notes.ended()
    assert [(one.id, one.contact_id) for one in record.notes] == [(note, None)]
    assert [(one.id, one.contact_id) for one in record.flags] == [(flag, None)]
    assert record.flags[0].at >= (record.contacts[0].end or 0.0)


def test_what_was_taken_back_in_it_cannot_be_put_back(notes: Seat) -> None:
    notes.conductor.note("zebra")
    notes.conductor.take_back()
    notes.conductor.strike_call()
    notes.conductor.put_back()
    notes.conductor.set_reason("pay-how")
    record = notes.ended()
    assert record.notes == ()
    assert (record.contacts[0].struck, record.contacts[0].reason) == (True, None)


def test_between_calls_the_last_one_is_struck_and_a_second_time_changes_nothing(notes: Seat) -> None:
    kept = notes.conductor.note("of the first")
    notes.conductor.start_call()
    notes.conductor.note("of the second")
    notes.conductor.end_call()
    notes.conductor.strike_call()
    notes.conductor.strike_call()
    record = notes.ended()
    assert [contact.struck for contact in record.contacts] == [False, True]
    assert [note.id for note in record.notes] == [kept]
    with pytest.raises(NotAllowed, match="session's page"):
        notes.conductor.strike_call()


def test_a_gap_that_goes_on_after_it_stays_from_its_end_on(sit: Sit, beginning: Path) -> None:
    seat = sit(beginning, speed=4.0)
    seat.conductor.start()
    seat.wait(lambda: len(seat.heard) >= 1)
    seat.conductor.to_notes_only()
    seat.conductor.strike_call()
    record = seat.ended()
    (gap,) = record.gaps
    assert (gap.reason, gap.start, gap.end) == (GapReason.PAUSED, record.contacts[0].end, record.session.duration)

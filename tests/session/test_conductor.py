"""One running session: what is announced, what is kept, and what a pause, an end or a lost device does to it."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from session_seat import Seat, Sit

from sidebyside import model as m
from sidebyside.errors import NoDevice, NotAllowed
from sidebyside.model import Agreement, GapReason, Layout, Listening, Side, SpeechState
from sidebyside.session.sources import device, sound_file
from sidebyside.speech.process import SpeechProcess


def speech_of(seat: Seat) -> SpeechProcess:
    assert seat.conductor._hearing
    return seat.conductor._hearing.speech


# --- listening ---


def test_listen_keeps_no_word_but_the_notes(sit: Sit, opening: Path, folder: Path, key: bytes) -> None:
    from pages import decrypted_bytes

    seat = sit(opening, agreed=Agreement.LISTEN)
    seat.conductor.start()
    seat.conductor.note("Sounds tired of explaining")
    seat.heard_out()
    record = seat.ended()
    shown = " ".join(one.text for one in seat.heard.values())
    assert "website" in shown, "nothing was shown"
    assert record.utterances == ()
    assert [note.text for note in record.notes] == ["Sounds tired of explaining"]
    seat.library.close()
    plain = decrypted_bytes(folder, key)
    assert b"Sounds tired of explaining" in plain
    for word in (b"website", b"Good morning", b"pay my bill"):
        assert word not in plain


def test_last_words_of_a_call_arrive_after_its_end(sit: Sit, opening: Path) -> None:
    seat = sit(opening)
    # The rep's last word ends 0.2 s before the file does: no pause tells that the turn is over.
    seat.conductor.on_source_end = lambda: (seat.conductor.end_call(), seat.file_over.set())
    seat.conductor.start()
    seat.heard_out()
    last = seat.wait(lambda: next((one for one in seat.heard.values() if "kind of card" in one.text), None))
    assert last.side is Side.REP
    assert seat.conductor.listening is Listening.BETWEEN_CALLS
    (contact,) = seat.kept.contacts
    assert contact.end is not None and contact.end >= last.end - 0.1
    assert last.id in {one.id for one in seat.ended().utterances}


def test_nothing_is_decoded_between_calls(sit: Sit, beginning: Path) -> None:
    seat = sit(beginning, speed=8.0)
    seat.conductor.start()
    seat.wait(lambda: len(seat.heard) >= 2)
    seat.conductor.end_call()
    ended = seat.conductor.now()
    seat.heard_out()
    before = {one.id for one in seat.heard.values()}
    record = seat.ended()
    assert {one.start < ended for one in record.utterances} == {True}
    assert not any("payment" in one.text for one in record.utterances)
    assert before <= {one.id for one in record.utterances}
    (gap,) = record.gaps
    assert (gap.reason, gap.end) == (GapReason.BETWEEN_CALLS, record.session.duration)
    assert Listening.BETWEEN_CALLS in seat.listenings


def test_next_call_gets_its_own_words(sit: Sit, beginning: Path) -> None:
    seat = sit(beginning, speed=8.0)
    seat.conductor.start()
    seat.wait(lambda: len(seat.heard) >= 2)
    seat.conductor.end_call()
    seat.conductor.start_call()
    began = seat.conductor.now()
    seat.heard_out()
    record = seat.ended()
    first, second = record.contacts
    assert (first.number, second.number) == (1, 2)
    assert first.end is not None and first.end <= second.start <= began + 0.001
    by_call = {one.contact_id for one in record.utterances if one.start > second.start}
    assert by_call == {second.id}
    assert {one.contact_id for one in record.utterances if one.end < second.start} == {first.id}


def test_start_call_ends_the_one_under_way(notes: Seat) -> None:
    notes.conductor.start_call()
    notes.conductor.start_call()
    record = notes.ended()
    assert [contact.number for contact in record.contacts] == [1, 2, 3]
    assert all(contact.end is not None for contact in record.contacts)


# --- do not listen ---


@pytest.mark.parametrize("agreed", [Agreement.TEXT, pytest.param(Agreement.LISTEN, marks=pytest.mark.slow)])
def test_pause_drops_the_last_fifteen_seconds(
    sit: Sit, beginning: Path, folder: Path, key: bytes, agreed: Agreement
) -> None:
    from pages import decrypted_bytes

    seat = sit(beginning, speed=4.0, agreed=agreed)
    seat.conductor.start()
    seat.wait(lambda: any("credit card" in one.text for one in seat.heard.values()))
    before = dict(seat.heard)
    seat.conductor.pause()
    paused = seat.conductor.now()
    announced = len(seat.events)
    gone = set(seat.wait_for(m.UtterancesRemoved).ids)
    assert {one.id for one in before.values() if one.end > paused - 14.9} <= gone
    assert not gone & {one.id for one in before.values() if one.end < paused - 15.5}
    seat.heard_out()
    record = seat.ended()
    late = [one for one in seat.events[announced:] if isinstance(one, m.UtteranceSaved | m.PartialHeard)]
    assert not [one for one in late if one.utterance.text and (one.utterance.id in gone or one.utterance.end > paused)]
    assert not gone & {one.id for one in record.utterances}
    (gap,) = (one for one in record.gaps if one.reason is GapReason.PAUSED)
    assert gap.start <= paused - 14.9 or gap.start == record.contacts[0].start
    assert gap.end == record.session.duration
    seat.library.close()
    plain = decrypted_bytes(folder, key)
    for text in (before[one].text for one in gone if one in before):
        assert text.encode() not in plain


def test_after_resuming_words_come_again(sit: Sit, beginning: Path) -> None:
    seat = sit(beginning, speed=4.0)
    seat.conductor.start()
    seat.wait(lambda: len(seat.heard) >= 1)
    seat.conductor.pause()
    assert seat.conductor.listening is Listening.PAUSED
    seat.conductor.pause()
    seat.conductor.resume()
    resumed = seat.conductor.now()
    seat.heard_out()
    record = seat.ended()
    assert [one for one in record.utterances if one.end > resumed]
    assert all(one.end > resumed for one in record.utterances)
    (gap,) = record.gaps
    assert gap.reason is GapReason.PAUSED and gap.end == pytest.approx(resumed, abs=0.2)


def test_pause_while_the_last_call_is_finished_does_not_hold_up_the_end(sit: Sit, opening: Path) -> None:
    seat = sit(opening, second_pass=True)
    seat.conductor.start()
    seat.wait(lambda: len(seat.heard) >= 2)
    seat.conductor.end_call()
    seat.conductor.start_call()
    seat.conductor.pause()
    began = time.monotonic()
    seat.ended()
    assert time.monotonic() - began < 30, "it waited for an answer that the pause had dropped"


# --- notes only ---


def test_notes_only_keeps_what_was_heard_and_stops_speech(sit: Sit, beginning: Path) -> None:
    seat = sit(beginning, speed=4.0)
    seat.conductor.start()
    seat.wait(lambda: len(seat.heard) >= 2)
    heard = set(seat.heard)
    seat.conductor.to_notes_only()
    asked = seat.conductor.now()
    seat.wait(lambda: speech_of(seat).pid is None)
    seat.conductor.note("still here")
    seat.conductor.end_call()
    seat.conductor.start_call()
    assert seat.conductor.listening is Listening.NOTES_ONLY, "it listens again"
    began = time.monotonic()
    record = seat.ended()
    assert time.monotonic() - began < 15, "it waited for a speech process that is gone"
    assert heard <= {one.id for one in record.utterances}
    assert all(one.start < asked for one in record.utterances)
    assert [note.text for note in record.notes] == ["still here"]
    assert [gap.reason for gap in record.gaps] == [GapReason.PAUSED]


def test_notes_only_while_loading_never_listens(sit: Sit, opening: Path) -> None:
    seat = sit(opening)
    seat.conductor.start()
    seat.conductor.to_notes_only()
    seat.wait(lambda: speech_of(seat).pid is None and speech_of(seat)._stopping.is_set())
    assert Listening.LISTENING not in seat.listenings
    assert seat.ended().utterances == ()


def test_call_ended_while_loading_is_not_listened_to(sit: Sit, opening: Path) -> None:
    seat = sit(opening)
    seat.conductor.start()
    seat.conductor.end_call()
    seat.heard_out()
    assert Listening.LISTENING not in seat.listenings
    assert seat.conductor.listening is Listening.BETWEEN_CALLS
    assert seat.ended().utterances == ()


# --- marks ---


def test_flag_is_for_what_the_customer_just_said(sit: Sit, beginning: Path) -> None:
    seat = sit(beginning, speed=3.0)
    seat.conductor.start()
    said = seat.wait(lambda: next((one for one in seat.heard.values() if "credit card" in one.text), None))
    assert said.side is Side.CUSTOMER
    seat.conductor.flag("code-red")
    flag = seat.wait_for(m.FlagSaved).flag
    assert flag.at == pytest.approx(max(said.start, flag.struck_at - 12.0), abs=0.01)
    others = [one.start for one in seat.heard.values() if one.start < flag.at - 0.01]
    seat.conductor.nudge(flag.id, -1)
    assert seat.wait_for(m.FlagSaved, count=2).flag.at == max(
        others
    )  # to the millisecond: it stands under the words it is about
    seat.conductor.nudge(flag.id, -50)
    assert seat.wait_for(m.FlagSaved, count=3).flag.at == min(others)
    seat.conductor.nudge("no such flag", 1)
    assert [one.at for one in seat.ended().flags] == [min(others)]


def test_what_is_taken_back_can_be_put_back(notes: Seat) -> None:
    first = notes.conductor.note("first")
    flag = notes.conductor.flag("quote")
    notes.conductor.take_back()
    assert notes.wait_for(m.TakenBack).id == flag
    notes.conductor.take_back(first)
    notes.conductor.take_back()
    notes.conductor.take_back("nothing of the kind")
    notes.wait_for(m.TakenBack, count=2)
    assert (notes.kept.notes, notes.kept.flags) == ((), ())
    notes.conductor.put_back()
    assert notes.wait_for(m.NoteSaved, count=2).note.id == first
    notes.conductor.put_back()
    notes.conductor.put_back()
    record = notes.ended()
    assert ([one.id for one in record.notes], [one.id for one in record.flags]) == ([first], [flag])


def test_reason_of_this_call_and_of_an_earlier_one(notes: Seat) -> None:
    first = notes.conductor.contact
    assert first
    notes.conductor.start_call()
    notes.conductor.set_reason("pay-how")
    notes.conductor.set_reason("close-it", first.id)
    notes.conductor.set_reason("why-so-high", "no such call")
    assert [one.reason for one in notes.ended().contacts] == ["close-it", "pay-how"]


def test_numbers_in_notes_are_masked_before_anyone_sees_them(notes: Seat) -> None:
    notes.conductor.note("card 4111 1111 1111 1111, she paid $84.50")
    shown = notes.wait_for(m.NoteSaved).note.text
    assert "1111" not in shown and "$84.50" in shown
    with pytest.raises(NotAllowed):
        notes.conductor.note("  \n ")
    assert [one.text for one in notes.ended().notes] == [shown]


# --- the end ---


def test_end_twice_is_one_end_and_nothing_is_noted_after_it(notes: Seat) -> None:
    ended = notes.conductor.end()
    assert notes.conductor.end() is ended
    ended.result(30)
    for late in (lambda: notes.conductor.note("late"), lambda: notes.conductor.flag("quote")):
        with pytest.raises(NotAllowed, match="not saved"):
            late()
    for harmless in (notes.conductor.start_call, notes.conductor.end_call, notes.conductor.pause):
        harmless()
    notes.conductor.resume()
    notes.conductor.to_notes_only()
    record = notes.kept
    assert record.session.state is m.SessionState.ENDED
    assert len(record.contacts) == 1 and record.contacts[0].end is not None
    assert len(notes.of(m.SessionEnded)) == 1 and isinstance(notes.events[-1], m.SessionEnded)


def test_calls_cannot_begin_while_the_session_ends(sit: Sit, opening: Path) -> None:
    seat = sit(opening, second_pass=True)
    seat.conductor.start()
    seat.wait(lambda: len(seat.heard) >= 1)
    ending = seat.conductor.end()
    seat.conductor.start_call()
    seat.conductor.to_notes_only()
    seat.conductor.resume()
    record = seat.record(ending.result(60).id)
    assert len(record.contacts) == 1
    assert all(gap.end is not None for gap in record.gaps)
    assert seat.listenings == [Listening.LISTENING, Listening.ENDED]


def test_end_while_loading(sit: Sit, opening: Path) -> None:
    seat = sit(opening)
    seat.conductor.start()
    record = seat.ended()
    assert record.session.state is m.SessionState.ENDED
    assert speech_of(seat).pid is None


def test_end_asked_for_in_a_callback(sit: Sit, opening: Path) -> None:
    seat = sit(opening, speed=4.0)
    asked = threading.Event()

    def end(event: m.Event) -> None:
        if isinstance(event, m.UtteranceSaved) and not asked.is_set():
            asked.set()
            seat.conductor.pause()
            seat.conductor.resume()
            seat.conductor.end_call()
            seat.conductor.end()

    seat.conductor.subscribe(end)
    seat.conductor.start()
    assert seat.wait_for(m.SessionEnded).session.state is m.SessionState.ENDED


def test_a_subscriber_that_fails_stops_nobody(sit: Sit, opening: Path) -> None:
    def fail(event: m.Event) -> None:
        raise RuntimeError(f"cannot take {type(event).__name__}")

    seat = sit(opening)
    seat.conductor.subscribe(fail)
    seat.conductor.start()
    seat.conductor.note("goes on")
    seat.heard_out()
    record = seat.ended()
    assert len(record.utterances) >= 3 and len(record.notes) == 1


def test_end_leaves_no_thread_and_no_process(sit: Sit, opening: Path) -> None:
    before = set(threading.enumerate())
    seat = sit(opening)
    seat.conductor.start()
    seat.wait(lambda: len(seat.heard) >= 1)
    seat.ended()
    left = {thread for thread in threading.enumerate() if thread not in before}
    for thread in left:
        thread.join(5)
    assert not [thread.name for thread in left if thread.is_alive()]
    assert speech_of(seat).pid is None


def test_last_sound_before_the_end_is_still_heard(sit: Sit, opening: Path) -> None:
    given: list[float] = []
    heard: list[float] = []
    opened = sound_file(opening, Layout.STEREO)

    def watched(clock, on_block, *rest):  # type: ignore[no-untyped-def]
        def block(one):  # type: ignore[no-untyped-def]
            given.append(one.end)
            on_block(one)

        return opened(clock, block, *rest)

    seat = sit(watched)
    seat.conductor.start()
    hearing = seat.conductor._hearing
    assert hearing
    take = hearing.block
    hearing.block = lambda block, sides: (heard.append(block.end), take(block, sides))  # type: ignore[method-assign,assignment]
    seat.wait(lambda: len(given) > 30)
    seat.ended()
    assert heard[-1] == given[-1]


# --- the source fails ---


def test_without_a_device_notes_still_work(sit: Sit, monkeypatch: pytest.MonkeyPatch) -> None:
    def none_there(name: str | None) -> None:
        raise NoDevice("There is no microphone on this computer.")

    monkeypatch.setattr("sidebyside.audio.devices.find_device", none_there)
    seat = sit(device(None, Layout.MONO))
    seat.conductor.start()
    assert "no microphone" in seat.wait_for(m.Trouble).message
    assert seat.conductor.listening is Listening.DEVICE_LOST
    seat.conductor.note("by hand, then")
    seat.conductor.end_call()
    seat.conductor.start_call()
    assert seat.conductor.listening is Listening.DEVICE_LOST, "it says that it listens, with nothing to listen to"
    seat.conductor.resume()
    seat.wait_for(m.Trouble, count=2)
    record = seat.ended()
    assert [one.text for one in record.notes] == ["by hand, then"]
    assert {one.reason for one in record.gaps} == {GapReason.DEVICE_LOST}


def test_file_that_breaks_off_says_so_and_keeps_what_was_heard(sit: Sit, beginning: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes(beginning.read_bytes()[: 44 + 12 * 16_000 * 4])
    seat = sit(broken)
    seat.conductor.start()
    assert "broken.wav" in seat.wait_for(m.Trouble).message
    assert seat.conductor.listening is Listening.DEVICE_LOST
    record = seat.ended()
    assert any("website" in one.text for one in record.utterances)
    assert [gap.reason for gap in record.gaps] == [GapReason.DEVICE_LOST]
    assert record.session.state is m.SessionState.ENDED


def test_resuming_opens_the_device_again_but_listens_only_within_a_call(
    sit: Sit, beginning: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes(beginning.read_bytes()[: 44 + 2 * 16_000 * 4])
    seat = sit(broken)
    seat.conductor.start()
    seat.wait_listening(Listening.DEVICE_LOST)
    seat.conductor.end_call()
    broken.write_bytes(beginning.read_bytes())
    seat.conductor.resume()
    seat.wait_listening(Listening.BETWEEN_CALLS)
    seat.heard_out()
    seat.conductor.start_call()
    record = seat.ended()
    assert not any("website" in one.text for one in record.utterances)


def test_a_fault_while_opening_the_source_is_said(sit: Sit) -> None:
    def faulty(*_: object) -> None:
        raise ValueError("not foreseen")

    seat = sit(faulty)  # type: ignore[arg-type]
    seat.conductor.start()
    assert "fault in this program" in seat.wait_for(m.Trouble).message
    assert seat.conductor.listening is Listening.DEVICE_LOST
    seat.ended()


def test_speech_that_fails_leaves_a_gap_and_a_word_about_it(sit: Sit, beginning: Path) -> None:
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr("multiprocessing.spawn._python_exe", b"/bin/false")
        seat = sit(beginning, speed=1.0)
        seat.conductor.start()
        seat.wait(lambda: [one for one in seat.of(m.SpeechChanged) if one.state is SpeechState.FAILED])
    seat.conductor.note("goes on without words")
    began = time.monotonic()
    record = seat.ended()
    assert time.monotonic() - began < 10
    assert [one.reason for one in record.gaps] == [GapReason.SPEECH_LOST]
    assert len(record.notes) == 1

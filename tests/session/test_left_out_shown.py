"""What was left out is shown on request and for a check: masked, with the call, and nowhere but on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pages import decrypted_bytes
from session_seat import Seat, Sit

from sidebyside.model import (
    Event,
    LeftOutGone,
    LeftOutHeard,
    Listening,
    Session,
    Side,
    UtterancesRemoved,
)
from sidebyside.session.announcing import Announcer
from sidebyside.session.course import Course
from sidebyside.session.demo import demo_sound
from sidebyside.session.hearing import Hearing
from sidebyside.session.plan import SitDown, begin_session
from sidebyside.session.telling import Telling
from sidebyside.speech.messages import Aside, Plan
from sidebyside.store.library import Library

CARD = "four one one one one one one one one one one one one one one one"


class Desk:
    """A session's hearing with its call, into which a test says what the speech process would say."""

    def __init__(self, library: Library) -> None:
        self.events: list[Event] = []
        self.listening = Listening.LISTENING
        session: Session = begin_session(SitDown(rep="Maria"))
        library.start_session(session).result(20)
        announcer = Announcer()
        announcer.subscribe(self.events.append)
        self.course = Course(session.id, library, announcer)
        self.course.start_call(0.0)
        self.telling = Telling(session, library, announcer, self.course, lambda *_: None, lambda: self.listening)
        self.hearing = self.telling.hearing = Hearing(Plan(sides=(Side.REP,), engine="moonshine"), self.telling)
        self.hearing.show_left_out(True)

    def overhear(self, text: str, at: float = 5.0, *, epoch: int = 0) -> None:
        self.hearing._message(Aside(epoch=epoch, side=Side.REP, start=at, end=at + 2.0, text=text))

    @property
    def shown(self) -> list[str]:
        """What is on the screen by now."""
        texts: dict[str, str] = {}
        for event in self.events:
            match event:
                case LeftOutHeard(id=one, text=text):
                    texts[one] = text
                case LeftOutGone(ids=ids) | UtterancesRemoved(ids=ids):
                    for gone in ids:
                        texts.pop(gone, None)
        return list(texts.values())


@pytest.fixture
def desk(library: Library) -> Iterator[Desk]:
    made = Desk(library)
    yield made
    made.hearing.stop()


def test_numbers_are_masked_also_in_parts_and_without_a_context(desk: Desk) -> None:
    desk.overhear(f"It is {CARD}.")
    desk.overhear("four one one one", at=8.0)
    desk.overhear("in room two", at=11.0)
    long, *rest = desk.shown
    assert long in ("It is [card number].", "It is [number].")
    assert rest == ["[number]", "in room two"]


def test_it_is_no_word_of_the_call(desk: Desk) -> None:
    desk.overhear("we hear this every day")
    assert desk.shown == ["we hear this every day"]
    assert desk.hearing.texts() == []


def test_what_a_new_speech_process_hears_again_is_shown_once(desk: Desk) -> None:
    desk.overhear("one thing", at=5.0)
    desk.overhear("another", at=8.0)
    desk.overhear("one thing", at=5.0)
    assert desk.shown == ["one thing", "another"]


def test_switched_off_what_is_still_on_its_way_is_not_shown(desk: Desk) -> None:
    desk.overhear("one thing")
    desk.hearing.show_left_out(False)
    desk.telling.left_out_gone(7.0)
    desk.overhear("and another")
    assert desk.shown == []
    assert sum(isinstance(event, LeftOutHeard) for event in desk.events) == 1


def test_a_pause_takes_it_away_and_what_comes_late_too(desk: Desk) -> None:
    desk.overhear("one thing")
    desk.telling.removed(desk.hearing.drop(8.0, 0.0)[0], 8.0)
    assert desk.shown == []
    desk.overhear("and another", epoch=0)
    assert desk.shown == []
    desk.overhear("after it", at=20.0, epoch=1)
    assert desk.shown == ["after it"]


def test_after_a_pause_short_numbers_are_masked_too(desk: Desk) -> None:
    desk.hearing.drop(8.0, 0.0)
    desk.hearing.resumed(20.0)
    desk.overhear("seven three", at=22.0, epoch=1)
    desk.overhear("seven three", at=72.0, epoch=1)
    assert desk.shown == ["[number]", "seven three"]


def test_a_strike_takes_it_away_and_what_comes_late_too(desk: Desk) -> None:
    desk.overhear("one thing")
    desk.telling.removed(desk.hearing.strike(-0.05, 9.0, under_way=True), 9.0)
    desk.overhear("and another", at=6.0, epoch=1)
    assert desk.shown == []


def test_what_comes_when_its_call_is_over_is_not_shown(desk: Desk) -> None:
    desk.course.end_call(10.0)
    desk.overhear("too late", at=8.0)
    desk.course.start_call(12.0)
    desk.overhear("of the call before", at=9.0)
    desk.listening = Listening.PAUSED
    desk.overhear("of a pause", at=14.0)
    assert desk.shown == []
    desk.listening = Listening.LISTENING
    desk.overhear("of this call", at=17.0)
    assert desk.shown == ["of this call"]
    (heard,) = [event for event in desk.events if isinstance(event, LeftOutHeard)]
    assert desk.course.contact and heard.contact_id == desk.course.contact.id


# --- with the real speech process ---


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty seconds of the demo call; on the rep's side two people 20 dB below, who talk in the pauses too."""
    sound, rate = soundfile.read(demo_sound(), dtype="float32")
    count = 20 * rate
    mixed = sound[:count].copy()
    mixed[:, 0] += 0.1 * np.roll(sound.sum(axis=1), -70 * rate)[:count]
    path = tmp_path_factory.mktemp("floor") / "floor.wav"
    soundfile.write(path, mixed, rate)
    return path


def on_screen(seat: Seat) -> set[str]:
    heard = {event.id for event in seat.of(LeftOutHeard)}
    return heard - {gone for kind in (LeftOutGone, UtterancesRemoved) for event in seat.of(kind) for gone in event.ids}


def test_neighbours_are_shown_until_the_call_ends_and_kept_nowhere(
    sit: Sit, floor: Path, library: Library, folder: Path, key: bytes
) -> None:
    seat = sit(floor)
    seat.conductor.show_left_out(True)
    seat.conductor.start()
    seat.heard_out()
    seat.wait(lambda: len(seat.of(LeftOutHeard)) >= 2)
    assert on_screen(seat)
    seat.conductor.end_call()
    seat.wait(lambda: not on_screen(seat))
    record = seat.ended()
    said = " ".join(one.text for one in record.utterances)
    assert "Good morning" in said
    asides = [event.text for event in seat.of(LeftOutHeard)]
    library.close()
    pages = decrypted_bytes(folder, key)
    assert b"Good morning" in pages, "nothing was decrypted"
    distinct = [text for text in asides if len(text.split()) > 3 and text not in said]
    assert distinct, asides
    for text in distinct:
        assert text.encode() not in pages, text

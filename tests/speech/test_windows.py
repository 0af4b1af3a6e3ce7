"""Windows of the second pass: closed at pauses, never too long, refined or left as they were."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from sidebyside.model import Side
from sidebyside.speech.first_pass import Spoken
from sidebyside.speech.messages import Refined
from sidebyside.speech.recogniser import RATE, Heard, Sound
from sidebyside.speech.second_pass import LONGEST, SPACE, Context, SecondPass, Window, Windows, joined_sound, refine


def spoken(start: float, end: float, text: str = "hello there", side: Side = Side.REP, epoch: int = 0) -> Spoken:
    sound = np.full(round((end - start) * RATE), start, dtype=np.float32)
    return Spoken(epoch=epoch, side=side, id=f"{side}-{start}", start=start, end=end, text=text, sound=sound)


def window(*parts: Spoken) -> Window:
    return Window(epoch=parts[0].epoch, side=parts[0].side, spoken=parts, closed_at=parts[-1].end)


class Says:
    """A second pass that hears what it is told to; a real one cannot be made to fail on demand."""

    name = "says"

    def __init__(self, text: str | Exception, may_go_on: threading.Event | None = None) -> None:
        self._text = text
        self._may_go_on = may_go_on
        self.began = threading.Event()

    def refine(self, sound: Sound, prompt: str = "") -> Heard:
        self.began.set()
        if self._may_go_on:
            assert self._may_go_on.wait(10)
        if isinstance(self._text, Exception):
            raise self._text
        return Heard(text=self._text, no_speech=0.0, log_probability=-0.2, compression=1.0)


def test_short_window_closes_only_after_a_long_pause() -> None:
    windows = Windows((Side.REP, Side.CUSTOMER))
    assert windows.add(spoken(0.0, 2.0)) == []
    assert windows.quiet(Side.REP, 4.9) == []
    assert windows.quiet(Side.CUSTOMER, 60.0) == []
    assert windows.needed_from(Side.REP) == 0.0
    (closed,) = windows.quiet(Side.REP, 5.0)
    assert ([one.id for one in closed.spoken], closed.closed_at) == (["rep-0.0"], 5.0)
    assert windows.needed_from(Side.REP) is None and windows.flush(6.0) == []


def test_long_enough_window_closes_at_a_short_pause() -> None:
    windows = Windows((Side.REP,))
    windows.add(spoken(0.0, 5.5))
    windows.add(spoken(6.0, 11.0))
    assert windows.quiet(Side.REP, 11.7) == []
    (closed,) = windows.quiet(Side.REP, 11.85)
    assert len(closed.spoken) == 2


def test_window_never_gets_too_long() -> None:
    windows = Windows((Side.REP,))
    closed = [one for start in range(0, 100, 7) for one in windows.add(spoken(start, start + 6.5))]
    closed += windows.flush(100.0)
    starts = [one.start for part in closed for one in part.spoken]
    assert starts == sorted(starts)
    assert sum(len(part.spoken) for part in closed) == 15
    assert all(sum(len(one.sound) for one in part.spoken) / RATE <= LONGEST for part in closed)


def test_sound_of_a_window_is_in_order_with_a_breath_between() -> None:
    sound = joined_sound(window(spoken(1.0, 2.0), spoken(3.0, 3.5)).spoken)
    assert len(sound) == RATE + len(SPACE) + RATE // 2
    assert (sound[0], sound[RATE], sound[-1]) == (1.0, 0.0, 3.0)


@pytest.mark.parametrize("text", ["", "no no no no no no no no", RuntimeError("it cannot take this")])
def test_what_is_not_to_be_believed_changes_nothing(text: str | Exception) -> None:
    pieces = refine(Says(text), window(spoken(0.0, 1.0, "the first pass"), spoken(1.5, 2.0, "stands")))
    assert [piece.text for piece in pieces] == ["the first pass", "stands"]


def test_a_window_that_cannot_be_refined_does_not_end_the_pass() -> None:
    said: list[Refined] = []
    over = threading.Event()
    second = SecondPass(Says(RuntimeError("no")), said.append)
    for start in (0.0, 2.0):
        second.add(window(spoken(start, start + 1.0)))
    second.then(over.set)
    assert over.wait(10)
    assert [one.until for one in said] == [1.0, 3.0]
    assert second.needed_from(Side.REP) is None


def test_a_window_dropped_while_it_is_refined_is_not_said() -> None:
    said: list[Refined] = []
    go_on, over = threading.Event(), threading.Event()
    refiner = Says("refined words", go_on)
    second = SecondPass(refiner, said.append)
    second.add(window(spoken(0.0, 1.0)))
    assert refiner.began.wait(10)
    second.drop(1)
    second.add(window(spoken(2.0, 3.0, epoch=1)))
    go_on.set()
    second.then(over.set)
    assert over.wait(10)
    assert [one.epoch for one in said] == [1]


class Noting:
    """A refiner that notes how much it was given."""

    name = "noting"

    def __init__(self, said: str) -> None:
        self.said = said
        self.seconds: list[float] = []

    def refine(self, sound: Sound, prompt: str = "") -> Heard:
        self.seconds.append(len(sound) / RATE)
        return Heard(text=self.said, no_speech=0.0, log_probability=-0.2, compression=1.0)


def test_context_is_heard_along_but_not_said_again() -> None:
    before = window(spoken(0.0, 4.0, "good morning martin")).spoken
    noting = Noting("Good morning, Martin. I want to pay.")
    (piece,) = refine(noting, window(spoken(5.0, 7.0, "i want to pay")), before)
    assert piece.text == "I want to pay."
    assert noting.seconds == [4.0 + 2.0 + len(SPACE) / RATE]


def test_context_is_what_fits_and_goes_with_the_call() -> None:
    context = Context()
    for at in range(0, 60, 6):
        done = window(spoken(float(at), at + 5.0, f"words {at}"))
        context.add(done, refine(Noting(f"Words {at}."), done))
    chosen = context.before(window(spoken(60.0, 70.0)))
    assert [one.text for one in chosen] == ["Words 42.", "Words 48.", "Words 54."]
    assert context.before(window(spoken(60.0, 84.0))) == ()
    context.forget()
    assert context.before(window(spoken(60.0, 61.0))) == ()

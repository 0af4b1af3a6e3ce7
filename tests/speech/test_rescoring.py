"""A listed name is put in only where the engine, asked by the sound itself, finds it likely enough."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile
from heard_messages import Mailbox, demo_samples, feed, started

from sidebyside.model import Side
from sidebyside.session.demo import demo_sound
from sidebyside.speech.recogniser import RATE, Sound
from sidebyside.speech.rescoring import as_listed
from sidebyside.speech.vocabulary import Vocabulary
from sidebyside.speech.whisper import WhisperRefiner

SECONDS = 4.2
GREETING = "Good morning. My name is Martin. How can I help you today?"


@pytest.fixture(scope="module")
def greeting() -> Sound:
    """The first words of the demo call's rep."""
    sound, _ = soundfile.read(demo_sound(), dtype="float32", frames=int(SECONDS * RATE))
    return np.ascontiguousarray(sound[:, 0])


@pytest.fixture(scope="module")
def refiner() -> WhisperRefiner:
    return WhisperRefiner(vocabulary=("Martyn", "Gwyneth", "Norman", "helm", "porting code"))


def mended(refiner: WhisperRefiner, greeting: Sound, text: str, *entries: str) -> str:
    """A text of the greeting after the engine, having heard it, was asked about the entries."""
    refiner.refine(greeting)
    return as_listed(refiner._model, Vocabulary(entries), text, SECONDS, "en")


@pytest.mark.parametrize("wrong", ["Marten", "much in", "Marlin"])
def test_what_was_said_and_misheard_is_put_right(refiner: WhisperRefiner, greeting: Sound, wrong: str) -> None:
    assert mended(refiner, greeting, GREETING.replace("Martin", wrong), "Martin") == GREETING


def test_what_was_not_said_is_not_put_in(refiner: WhisperRefiner, greeting: Sound) -> None:
    alike = Vocabulary(["Marlin", "Merton", "moaning", "Halp", "Norman"])
    assert alike.candidates(GREETING), "nothing here is alike, so that nothing is tested"
    assert mended(refiner, greeting, GREETING, "Marlin", "Merton", "moaning", "Halp", "Norman") == GREETING


def test_a_name_is_spelled_as_listed(refiner: WhisperRefiner, greeting: Sound) -> None:
    assert refiner.refine(greeting).text == GREETING.replace("Martin", "Martyn")


def test_silence_with_a_list_gives_no_listed_word(refiner: WhisperRefiner) -> None:
    text = refiner.refine(np.zeros(5 * RATE, dtype=np.float32)).text
    assert not any(entry in text for entry in ("Martyn", "Gwyneth", "Norman", "helm", "porting"))


def test_the_list_reaches_the_speech_process() -> None:
    mailbox = Mailbox()
    process = started(mailbox, vocabulary=("Martyn",))
    try:
        feed(process, demo_samples(4.3))
        assert process.flush(60)
    finally:
        process.stop()
    assert "Martin" in mailbox.text(Side.REP, refined=False)
    assert "Martyn" in mailbox.text(Side.REP)

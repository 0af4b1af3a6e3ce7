"""A listed name is looked for by its sound, and never inside a row of numbers."""

from __future__ import annotations

import time

import pytest

from sidebyside.speech.sounds import distance, readings, sounds
from sidebyside.speech.vocabulary import NEAR, Vocabulary, put_in


def found(entry: str, text: str) -> str | None:
    """The text with the entry in the first place that is found for it, or None."""
    candidates = Vocabulary([entry]).candidates(text)
    return put_in(text, candidates[0]) if candidates else None


@pytest.mark.parametrize(
    ("one", "other"),
    [("Phil", "Fil"), ("Knight", "Nait"), ("Czar", "Kzar"), ("Quick", "kwik"), ("Hobbs", "Hobs")],
)
def test_spellings_of_one_sound_are_close(one: str, other: str) -> None:
    far = distance(sounds(one), sounds("Mushroom"))
    assert distance(sounds(one), sounds(other)) < far / 2


@pytest.mark.parametrize(
    ("entry", "heard", "mended"),
    [
        ("Okonkwo", "My name is Mr. a conquer, I think.", "My name is Mr. Okonkwo, I think."),
        ("Okonkwo", "That is a conquer's bill.", "That is Okonkwo's bill."),
        ("HomeHub Ultra", "I have the home hub ultra.", "I have the HomeHub Ultra."),
        ("Fibre 500", "My fiber five hundred is slow.", "My Fibre 500 is slow."),
        ("GDPR", "Under G D P R, yes.", "Under GDPR, yes."),
        ("Brightwell's", "I got it at Britewell's.", "I got it at Brightwell's."),
        ("Zoë", "This is zoe speaking.", "This is Zoë speaking."),
        ("Siobhan = shivawn", "Is she von there?", "Is Siobhan there?"),
        ("Worcester = wooster", "From Wooster, yes.", "From Worcester, yes."),
        ("porting code", "Portin cold, please.", "Porting code, please."),
    ],
)
def test_what_sounds_like_an_entry_is_found(entry: str, heard: str, mended: str) -> None:
    assert found(entry, heard) == mended


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ("Okonkwo", "Can I help you with anything else today?"),
        ("Okonkwo", "Thank you, Mr. Okonkwo."),
        ("swift", "A Swift reply."),
        ("Okonkwo", ""),
        ("Okonkwo", "... ?!"),
        ("北京", "Beijing, please."),
    ],
)
def test_nothing_is_found_where_nothing_is_alike_or_it_stands_there(entry: str, text: str) -> None:
    assert found(entry, text) is None


@pytest.mark.parametrize("entry", ["Juan", "Fourway", "Ate", "Wan Too", "Nyne", "Sixto", "Eight Won"])
@pytest.mark.parametrize("text", ["four one one one one two two nine six seven eight", "4111 1122", "one eight won"])
def test_a_row_of_numbers_stays_whole(entry: str, text: str) -> None:
    # A number with a word put into it might no longer be masked.
    assert Vocabulary([entry]).candidates(text) == []


def test_capitals_are_said_as_a_word_or_as_letters() -> None:
    assert sounds("vat") in readings("VAT")
    assert tuple(one for letter in "VAT" for one in sounds(letter)) in readings("VAT")


def test_the_most_alike_comes_first() -> None:
    candidates = Vocabulary(["Merton", "Martin", "Norman"]).candidates("My name is Marten")
    assert candidates[0].entry == "Martin"
    assert [one.distance for one in candidates] == sorted(one.distance for one in candidates)
    assert all(one.distance <= NEAR for one in candidates)


def test_an_empty_list_costs_nothing() -> None:
    assert not len(Vocabulary(()))
    assert Vocabulary(()).candidates("Anything at all.") == []


def test_a_long_list_is_looked_through_in_no_time() -> None:
    entries = [
        f"{first}{middle}{last}" for first in "BDGKLMNPRT" for middle in ("ar", "el", "in") for last in "abcdefghij"
    ]
    vocabulary = Vocabulary(entries * 7)
    began = time.process_time()
    vocabulary.candidates("and then they told me that the problem was gone, " * 5)
    assert time.process_time() - began < 1.0

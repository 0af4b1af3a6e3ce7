"""The same words on both sides at once appear once, on the louder side; what two people say stays."""

from __future__ import annotations

from sidebyside.model import Side
from sidebyside.speech.doubles import Said, without_doubles

REP, CUSTOMER = Side.REP, Side.CUSTOMER


def said(side: Side, start: float, end: float, text: str, level: float = -25.0) -> Said:
    return Said(id=f"{side}-{start}", side=side, start=start, end=end, text=text, level=level)


def test_an_overheard_utterance_goes_and_the_louder_stays() -> None:
    rep = said(REP, 1.0, 4.0, "Good morning, how may I help you today?")
    copy = said(CUSTOMER, 1.2, 4.1, "Good morning how may I help you today", -40.0)
    assert without_doubles([rep, copy]) == {copy.id: ""}
    assert without_doubles([copy, rep]) == {copy.id: ""}


def test_a_copy_that_was_misheard_goes_as_a_whole() -> None:
    rep = said(REP, 1.0, 4.0, "Good morning, how may I help you today?")
    copy = said(CUSTOMER, 1.4, 3.9, "morning how may I help to day", -40.0)
    assert without_doubles([rep, copy]) == {copy.id: ""}


def test_own_words_around_a_copy_stay() -> None:
    rep = said(REP, 10.0, 12.0, "the parcel left our depot yesterday")
    both = said(CUSTOMER, 8.0, 12.1, "well I have been waiting at home all day the parcel left our depot", -33.0)
    assert without_doubles([rep, both]) == {both.id: "well I have been waiting at home all day"}


def test_the_same_words_later_are_an_answer() -> None:
    rep = said(REP, 1.0, 3.0, "it is seven four nine two")
    back = said(CUSTOMER, 4.5, 6.5, "it is seven four nine two", -40.0)
    assert without_doubles([rep, back]) == {}


def test_two_people_may_thank_each_other() -> None:
    assert without_doubles([said(REP, 1.0, 1.6, "Thank you."), said(CUSTOMER, 1.2, 1.8, "Thank you", -27.0)]) == {}


def test_few_words_much_quieter_are_overheard() -> None:
    copy = said(CUSTOMER, 1.2, 1.8, "thank you", -38.0)
    assert without_doubles([said(REP, 1.0, 1.6, "Thank you."), copy]) == {copy.id: ""}


def test_words_of_one_side_are_never_doubles() -> None:
    assert without_doubles([said(REP, 1.0, 2.0, "yes yes that is right"), said(REP, 1.5, 2.5, "that is right")]) == {}


def test_common_words_of_a_talk_at_once_stay() -> None:
    rep = said(REP, 1.0, 4.0, "I can look it up for you if you give me the number")
    customer = said(CUSTOMER, 1.5, 4.5, "you know I have the number here but it is for the old one", -35.0)
    assert without_doubles([rep, customer]) == {}


def test_equally_loud_sides_keep_one_of_the_two() -> None:
    one, two = (said(side, 1.0, 3.0, "this is one and the same line") for side in (REP, CUSTOMER))
    assert len(without_doubles([one, two])) == 1

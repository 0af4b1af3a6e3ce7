"""One text, typed or pasted: what is masked in it, what survives, and that masking twice changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spoken_numbers import HARMLESS, SECRETS, Maker

from sidebyside.privacy.redaction import redact

CARD = "4111 1111 1111 1111"


@pytest.mark.parametrize(
    "text, expected",
    [
        (f"the card is {CARD}", "the card is [card number]"),
        ("4111-1111-1111-1111", "[card number]"),
        ("4111, 1111, 1111, 1111.", "[card number]."),
        ("4111. 1111. 1111. 1111.", "[card number]."),
        ("4111111111111111", "[card number]"),
        ("it is 4-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1 ok", "it is [card number] ok"),
        ("3782 822463 10005", "[card number]"),
        ("four one one one one one one one one one one one one one one one", "[card number]"),
        ("forty-one eleven eleven eleven eleven eleven eleven eleven", "[card number]"),
        ("forty one hundred eleven hundred eleven hundred eleven hundred", "[card number]"),
        ("five double oh triple four one nine", "[number]"),
        ("it's oh seven seven double nought nine oh oh one two three", "it's [number]"),
        ("4111 one one one one 1111 eleven eleven", "[card number]"),
        ("four one one one uh um okay go ahead one one one one", "[number]"),
        ("four one one won one ate one to one one for one", "[number]"),
        ("won four one one one one one one ate", "[number]"),
        ("four one one one one banana one one one one", "[number]"),
        ("four one one one days one one one one", "[number]"),
        ("call 555 123 4567 please", "call [number] please"),
        ("+44 20 7946 0958", "+[number]"),
        ("the security code is 123", "the security code is [security code]"),
        (
            "what are the three digits on the back? one two three",
            "what are the three digits on the back? [security code]",
        ),
        ("security code: ate four three", "security code: [security code]"),
        ("CVV 1234", "CVV [security code]"),
        ("cvv is one three", "cvv is [security code]"),
        ("123 is my security code", "[security code] is my security code"),
        ("my pin is four eight two one", "my pin is [number]"),
        ("the one-time code is 482 913", "the one-time code is [number]"),
        ("I texted you a code, it's 4829", "I texted you a code, it's [number]"),
        ("password 4 8 2 1", "password [number]"),
        ("sort code 20-45-67", "sort code [number]"),
        ("account number 12345678, routing number 021000021", "account number [number], routing number [number]"),
        ("social security number is 123-45-6789", "social security number is [number]"),
        ("the last four of my social are 2019", "the last four of my social are [number]"),
        ("expires oh four slash two seven", "expires [number]"),
        ("expiry 04/27", "expiry [number]"),
        ("it expires April twenty seven", "it expires [number]"),
        (f"{CARD} 04/27", "[card number]"),
        (f"{CARD} then April 2027", "[card number]"),
        (f"{CARD} and the code 123", "[card number] and the code [number]"),
        ("12345678901234567890 is long", "[number] is long"),
        ("٤١١١ ١١١١ ١١١١ ١١١١", "[card number]"),
    ],
)
def test_masked(text: str, expected: str) -> None:
    assert redact(text).text == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing to see here",
        "it came to eighty-four dollars and fifty cents",
        "that is $84.50, or £1,250,000 a year",
        "one hundred and twenty thousand three hundred and forty-five euros",
        "the twelfth of March, March 12, 2024, and the 12th",
        "on 12/03/2024 at 10:30, or 2024-03-12",
        "born in nineteen eighty, here since twenty nineteen",
        "2024",
        "2019, 2020 and 2021 were alike",
        "three weeks and twenty past four",
        "10,000 calls, 300 a day, 42 percent, 15% more",
        "two to three hundred dollars",
        "between 200 and 300 calls",
        "order 48213 and nothing else",
        "order four eight two one three never came",
        "extension 4021, iPhone 15, Windows 11",
        "this one, that one, no one, one of them, oh one moment",
        "we were open from nine to five for two weeks",
        "wait for me, it is too late to go, I ate one, we won",
        "10 x 120 x 250 = 300000",
        "between twelve hundred and thirteen hundred calls",
        "Q3 2026: 1,204 calls, Q4 2026: 980",
        "ticket 48213 12/03/2024 10:30",
        "it paid 1200 or 1300",
        "zip code 90210 and area code 415",
        "version 3.11.2, build 4821",
        "2 adults, 2 kids, 3 rooms and 4 nights",
        "of your last ten, how many? three",
        "code 4821 on the display",
    ],
)
def test_survives(text: str) -> None:
    assert redact(text) == redact(text) and redact(text).text == text
    assert redact(text).masks == ()


def test_amounts_and_dates_survive_beside_a_card() -> None:
    text = f"card {CARD}. That is $84.50 for two pairs, due on 12 March 2024, order 48213."
    assert redact(text).text == text.replace(CARD, "[card number]")


def test_masks_tell_kind_and_place_in_the_original() -> None:
    text = f"it is {CARD} then the security code is 123 and bye"
    masks = redact(text).masks
    assert [(m.kind, text[m.start : m.end]) for m in masks] == [("card number", CARD), ("security code", "123")]


def test_masks_found_in_the_second_round_have_their_place_too() -> None:
    text = "call 5551234567 soon. " + "word " * 30 + "then 4821 and go on " + "word " * 30 + "then 777 end"
    masks = redact(text).masks
    assert [text[m.start : m.end] for m in masks] == ["5551234567", "4821", "777"]


def test_telephone_numbers_are_kept_only_when_asked_for() -> None:
    text = "my phone number is 555 123 4567"
    assert redact(text).text == "my phone number is [number]"
    assert redact(text, keep_phone_numbers=True).text == text
    card = f"my phone number? no, the card number is {CARD}"
    assert CARD not in redact(card, keep_phone_numbers=True).text


def test_nothing_of_a_result_shows_the_digits() -> None:
    assert "4111" not in repr(redact(f"card {CARD}"))


_WORDS = """
one two three oh double triple forty eleven hundred and to for ate uh okay then the card number code order expiry
security March dollars weeks pin 12th 4111 48213 12 3 04/27 10:30 $84.50 2024 a is , . - [number]
"""
_PHRASES = ["[card number]", "[security code]", "\n", "one-time code", "phone number"]
_PIECES = st.sampled_from([*_WORDS.split(), *_PHRASES])


@given(st.lists(_PIECES, max_size=40).map(" ".join))
def test_masking_twice_changes_nothing(text: str) -> None:
    once = redact(text).text
    assert redact(once).text == once
    assert redact(once).masks == ()


@given(st.lists(_PIECES, max_size=40).map(" ".join))
def test_masked_places_and_what_lies_between_make_up_the_text(text: str) -> None:
    result = redact(text)
    out, at = "", 0
    for mask in result.masks:
        assert at <= mask.start < mask.end <= len(text)
        out += text[at : mask.start] + f"[{mask.kind}]"
        at = mask.end
    assert out + text[at:] == result.text


@given(st.text(max_size=200))
def test_any_text_at_all(text: str) -> None:
    once = redact(text).text
    assert redact(once).text == once


@given(st.integers(0, 10**6), st.sampled_from(SECRETS))
def test_secrets_typed_as_one_text(seed: int, kind: str) -> None:
    talk = Maker(seed).secret(kind)
    text = ". ".join(" ".join(said.words) for said in talk.said)
    assert "[" in redact(text).text


@given(st.integers(0, 10**6), st.sampled_from(HARMLESS))
def test_harmless_numbers_typed(seed: int, kind: str) -> None:
    text = ". ".join(" ".join(said.words) for said in Maker(seed).harmless(kind).said)
    assert redact(text).text == text

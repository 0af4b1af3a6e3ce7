"""A session's words as they come: both sides, partials and finals, waiting, revealing, refining, forgetting."""

from __future__ import annotations

import time

from sidebyside.model import Side
from sidebyside.privacy.redaction import Redactor, Revision

REP, CUSTOMER, MIXED = Side.REP, Side.CUSTOMER, Side.MIXED
CARD = "4111 1111 1111 1111"


def texts(revisions: tuple[Revision, ...]) -> dict[str, str]:
    return {revision.utterance_id: revision.text for revision in revisions}


def test_a_run_is_hidden_from_its_third_digit_on() -> None:
    redactor = Redactor()
    words = ["four", "one", "one", "one", "one", "one", "one"]
    shown = [redactor.partial(CUSTOMER, "a", " ".join(words[: i + 1]), 0, i) for i in range(len(words))]
    assert shown == ["four", "four one", *["[number]"] * 5]


def test_a_unit_reveals_as_soon_as_another_word_confirms_it() -> None:
    redactor = Redactor()
    assert redactor.partial(CUSTOMER, "a", "about three hundred", 0, 1) == "about [number]"
    assert redactor.partial(CUSTOMER, "a", "about three hundred dollars", 0, 1.5) == "about [number] dollars"
    assert redactor.partial(CUSTOMER, "a", "about three hundred dollars I", 0, 2) == "about three hundred dollars I"
    assert texts(redactor.final(CUSTOMER, "b", "just 300 dollars", 5, 6)) == {"b": "just 300 dollars"}


def test_a_long_run_is_masked_in_the_final() -> None:
    assert texts(Redactor().final(CUSTOMER, "a", f"it is {CARD}", 0, 6)) == {"a": "it is [card number]"}


def test_a_run_goes_on_across_utterances_and_is_masked_backwards() -> None:
    redactor = Redactor()
    assert texts(redactor.final(CUSTOMER, "a", "it's four one", 0, 2)) == {"a": "it's four one"}
    assert redactor.partial(CUSTOMER, "c", "one", 4, 4.5) == "[number]"
    revised = texts(redactor.final(CUSTOMER, "c", "one one one one one one", 4, 7))
    assert revised == {"a": "it's [number]", "c": "[number]"}


def test_the_other_side_may_murmur_in_between() -> None:
    redactor = Redactor()
    redactor.final(CUSTOMER, "a", "four one one one", 0, 2)
    redactor.final(REP, "b", "uh huh", 2, 3)
    redactor.final(CUSTOMER, "c", "one one one one", 3, 5)
    redactor.final(REP, "d", "go ahead I am listening to you here", 5, 6)
    last = texts(redactor.final(CUSTOMER, "e", "one one one one one one one one", 6, 9))
    assert last == {"a": "[card number]", "c": "[card number]", "e": "[card number]"}


def test_on_a_mixed_channel_murmurs_are_fillers() -> None:
    redactor = Redactor()
    redactor.final(MIXED, "a", "four one one one", 0, 2)
    redactor.final(MIXED, "b", "mm-hm", 2, 3)
    assert texts(redactor.final(MIXED, "c", "one one one one", 3, 5)) == {"c": "[number]"}
    assert redactor.tick(60) == ()


def test_a_run_is_not_carried_longer_than_thirty_seconds() -> None:
    redactor = Redactor()
    redactor.final(CUSTOMER, "a", "four one", 0, 2)
    assert texts(redactor.final(CUSTOMER, "b", "one one", 33, 35)) == {"b": "one one"}


def test_five_other_words_reveal_a_short_run() -> None:
    redactor = Redactor()
    assert texts(redactor.final(CUSTOMER, "a", "the display says 4821", 0, 2)) == {"a": "the display says [number]"}
    assert texts(redactor.final(CUSTOMER, "b", "and then nothing happens", 3, 5)) == {"b": "and then nothing happens"}
    revised = texts(redactor.final(CUSTOMER, "c", "for half the morning", 6, 7))
    assert revised == {"a": "the display says 4821", "c": "for half the morning"}


def test_words_of_a_partial_reveal_nothing_yet() -> None:
    redactor = Redactor()
    text = "it says 4821 and then nothing happens all morning long"
    assert redactor.partial(CUSTOMER, "a", text, 0, 4) == text.replace("4821", "[number]")
    assert texts(redactor.final(CUSTOMER, "a", text, 0, 4)) == {"a": text}


def test_thirty_seconds_reveal_a_short_run() -> None:
    redactor = Redactor()
    redactor.final(CUSTOMER, "a", "order 48213", 0, 2)
    assert redactor.tick(31.9) == ()
    assert texts(redactor.tick(32.0)) == {"a": "order 48213"}
    assert redactor.tick(33.0) == ()


def test_a_cue_on_the_other_side_masks_a_short_run_for_good() -> None:
    redactor = Redactor()
    redactor.final(REP, "a", "what are the three digits on the back", 0, 3)
    assert redactor.partial(CUSTOMER, "b", "one two three", 4, 5) == "[security code]"
    assert texts(redactor.final(CUSTOMER, "b", "one two three", 4, 5)) == {"b": "[security code]"}
    assert redactor.tick(90) == ()


def test_a_cue_holds_for_thirty_seconds() -> None:
    redactor = Redactor()
    redactor.final(REP, "a", "now the card number", 0, 3)
    redactor.final(CUSTOMER, "b", "it was 4821", 34, 36)
    assert texts(redactor.tick(66)) == {"b": "it was 4821"}


def test_a_cue_after_the_digits_masks_what_still_waits() -> None:
    redactor = Redactor()
    redactor.final(CUSTOMER, "a", "one two three", 0, 2)
    revised = texts(redactor.final(REP, "b", "and that's the security code", 3, 5))
    assert revised["a"] == "[security code]"


def test_a_short_run_near_a_masked_one_is_masked_on_either_side() -> None:
    redactor = Redactor()
    redactor.final(CUSTOMER, "a", CARD, 0, 5)
    assert texts(redactor.final(REP, "b", "that ends in 4821", 10, 12)) == {"b": "that ends in [number]"}
    assert redactor.tick(60) == ()


def test_amounts_survive_beside_a_card() -> None:
    redactor = Redactor()
    redactor.final(CUSTOMER, "a", CARD, 0, 5)
    text = "that is eighty-four dollars and fifty cents in three weeks, order 48213"
    assert texts(redactor.final(REP, "b", text, 6, 10))["b"].startswith("that is eighty-four dollars and fifty cents")
    assert texts(redactor.tick(41)) == {"b": text}


def test_a_number_read_in_groups_with_talk_between_is_masked() -> None:
    redactor = Redactor()
    redactor.final(CUSTOMER, "a", "four one one one", 0, 2)
    redactor.final(CUSTOMER, "b", "give me a moment while I turn it round", 3, 6)
    redactor.final(CUSTOMER, "c", "one one one one", 8, 10)
    redactor.final(CUSTOMER, "d", "sorry the light is very bad in here", 11, 14)
    revised = texts(redactor.final(CUSTOMER, "e", "one one one one", 15, 17))
    assert revised == {"a": "[number]", "c": "[number]", "e": "[number]"}


def test_what_a_partial_masked_stays_masked_when_the_final_is_shorter() -> None:
    redactor = Redactor()
    redactor.partial(CUSTOMER, "a", "four one one one one one one", 0, 4)
    redactor.final(CUSTOMER, "a", "four one one one", 0, 4)
    assert redactor.tick(60) == ()


def test_an_empty_partial_withdraws_the_utterance() -> None:
    redactor = Redactor()
    redactor.partial(CUSTOMER, "a", "four one", 0, 2)
    assert redactor.partial(CUSTOMER, "a", "", 0, 2) == ""
    assert redactor.partial(CUSTOMER, "b", "one", 2, 3) == "one"


def test_the_second_pass_masks_what_the_first_misheard() -> None:
    redactor = Redactor()
    redactor.final(CUSTOMER, "a", "fur wan wand once", 0, 4)
    redactor.final(CUSTOMER, "b", "juan one", 4, 6)
    revised = texts(redactor.refined(CUSTOMER, [("a", "4111 11", 0, 4), ("b", "11 1111", 4, 6)]))
    assert revised == {"a": "[number]", "b": "[number]"}


def test_the_second_pass_cannot_bring_digits_back() -> None:
    redactor = Redactor()
    redactor.final(CUSTOMER, "a", f"it is {CARD} okay", 0, 6)
    redactor.final(CUSTOMER, "b", "and I live in town now with my dog", 7, 9)
    for text in ("it is for eleven", "it is 41 okay", "it is fine", "it is 4111 to the left of 11 okay"):
        assert texts(redactor.refined(CUSTOMER, [("a", text, 0, 6)])) == {"a": "it is [card number] okay"}
    better = redactor.refined(CUSTOMER, [("a", f"It is {CARD}, okay?", 0, 6)])
    assert texts(better) == {"a": "It is [card number], okay?"}


def test_a_late_second_pass_cannot_bring_digits_back_either() -> None:
    redactor = Redactor()
    redactor.final(REP, "q", "what is the security code", 0, 2)
    redactor.final(CUSTOMER, "a", "it's a tree house", 3, 5)
    redactor.final(CUSTOMER, "b", f"and now the rest {CARD}", 10, 15)
    redactor.tick(400)
    assert texts(redactor.refined(CUSTOMER, [("a", "it's 483", 3, 5)])) == {"a": "it's [security code]"}
    assert texts(redactor.refined(CUSTOMER, [("b", "4111 1", 10, 15)])) == {"b": "and now the rest [card number]"}


def test_the_second_pass_may_correct_words() -> None:
    redactor = Redactor()
    redactor.final(CUSTOMER, "a", "i waited tree weeks", 0, 3)
    assert texts(redactor.refined(CUSTOMER, [("a", "I waited three weeks.", 0, 3)])) == {"a": "I waited three weeks."}


def test_a_frozen_utterance_is_never_revised() -> None:
    redactor = Redactor()
    redactor.final(CUSTOMER, "a", "it's four one", 0, 2)
    redactor.frozen("a")
    assert texts(redactor.final(CUSTOMER, "b", "one one one one one one", 3, 6)) == {"b": "[number]"}
    assert redactor.refined(CUSTOMER, [("a", "something else", 0, 2)]) == ()


def test_after_a_pause_two_digits_are_masked_for_thirty_seconds() -> None:
    redactor = Redactor()
    redactor.after_pause(100)
    assert redactor.partial(CUSTOMER, "a", "one one", 101, 102) == "[number]"
    assert texts(redactor.final(CUSTOMER, "a", "one one", 101, 102)) == {"a": "[number]"}
    assert texts(redactor.final(REP, "b", "that's two weeks", 103, 104)) == {"b": "that's two weeks"}
    assert texts(redactor.final(CUSTOMER, "c", "only 12 again", 140, 142)) == {"c": "only 12 again"}


def test_forgetting_ends_every_run_and_cue() -> None:
    redactor = Redactor()
    redactor.final(REP, "q", "the card number please", 0, 2)
    redactor.final(CUSTOMER, "a", "four one", 3, 4)
    redactor.after_pause(4)
    redactor.forget()
    assert redactor.take_cues() == ()
    assert redactor.partial(CUSTOMER, "b", "one one", 5, 6) == "one one"
    assert redactor.tick(60) == ()


def test_cues_are_announced_once_an_utterance_and_side() -> None:
    redactor = Redactor()
    redactor.partial(REP, "a", "and the security", 0, 1)
    assert redactor.take_cues() == ()
    redactor.partial(REP, "a", "and the security code", 0, 2)
    (cue,) = redactor.take_cues()
    assert (cue.kind, cue.side, cue.utterance_id) == ("security code", REP, "a")
    redactor.final(REP, "a", "and the security code please", 0, 2)
    assert redactor.take_cues() == ()
    redactor.final(REP, "b", "what is your order number and when was it", 3, 5)
    assert redactor.take_cues() == ()


def test_telephone_numbers_are_shown_when_kept_and_over() -> None:
    redactor = Redactor(keep_phone_numbers=True)
    text = "my phone number is 555 123 4567"
    assert texts(redactor.final(CUSTOMER, "a", text, 0, 5)) == {"a": "my phone number is [number]"}
    assert texts(redactor.tick(36)) == {"a": text}
    assert texts(redactor.final(CUSTOMER, "b", f"and the card number is {CARD}", 40, 44))["b"].endswith("[card number]")


def test_digits_are_thrown_away_once_masked_and_never_in_a_repr() -> None:
    redactor = Redactor()
    redactor.final(CUSTOMER, "a", f"it is {CARD}", 0, 6)
    redactor.final(CUSTOMER, "b", "order 987", 90, 92)
    kept = repr(redactor) + repr(vars(redactor))
    assert "4111" not in kept and "987" not in kept
    held = " ".join(line.text + "".join(token.digits for token in line.tokens) for line in redactor._lines.values())
    assert "1111" not in held and "987" in held
    slowly = [("c", "4", 95), ("d", "3", 110), ("e", "2", 122.5)]
    for name, text, at in slowly:
        redactor.final(CUSTOMER, name, text, at, at + 1)
    held = " ".join(line.text for line in redactor._lines.values())
    assert "987" not in held


def test_a_partial_of_sixty_words_takes_under_two_milliseconds() -> None:
    redactor = Redactor()
    words = ("it came on the twelfth of March and I paid eighty four dollars for two of them so " * 4).split()[:60]
    for k in range(12):
        redactor.final(REP if k % 2 else CUSTOMER, f"w{k}", " ".join(words[:16]), 2.5 * k, 2.5 * k + 2.4)
    took = []
    for i in range(60):
        begin = time.perf_counter()
        redactor.partial(CUSTOMER, "p", " ".join(words[: i + 1]), 30.0, 31.0 + i / 3)
        took.append(time.perf_counter() - begin)
    assert sorted(took)[30] < 0.002

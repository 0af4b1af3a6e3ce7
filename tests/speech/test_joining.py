"""Refined words go back to the utterances they belong to; inventions are not believed."""

from hypothesis import given
from hypothesis import strategies as st

from sidebyside.speech.joining import agreement, is_believable, repeats_itself, share_out
from sidebyside.speech.recogniser import Heard


def heard(text: str, no_speech: float = 0.1, log_probability: float = -0.3, compression: float = 1.2) -> Heard:
    return Heard(text=text, no_speech=no_speech, log_probability=log_probability, compression=compression)


def test_words_follow_the_first_pass_borders() -> None:
    finals = ["my card is not supported", "its your own star card"]
    refined = "My card isn't supported. It's your own store card."
    assert share_out(refined, finals) == ["My card isn't supported.", "It's your own store card."]


def test_one_utterance_takes_all() -> None:
    assert share_out("Hello  there, Maria.", ["hello mario"]) == ["Hello there, Maria."]


def test_words_that_only_the_second_pass_heard_stay_in_order() -> None:
    pieces = share_out("I called on Monday. And then on Friday again.", ["i called", "friday again"])
    assert " ".join(pieces) == "I called on Monday. And then on Friday again."
    assert pieces[1].endswith("Friday again.")


@given(st.lists(st.text("abc ", max_size=20), min_size=1, max_size=5), st.text("abcd ", max_size=60))
def test_no_word_is_lost_or_doubled(finals: list[str], refined: str) -> None:
    pieces = share_out(refined, finals)
    assert len(pieces) == len(finals)
    assert " ".join(pieces).split() == refined.split()


def test_repetition_is_noticed_unless_it_was_said() -> None:
    assert repeats_itself("the code is four four four four four four four four", "the code is four four")
    assert repeats_itself("thank you very much thank you very much thank you very much", "thank you very much")
    assert not repeats_itself("no no no no no no", "no no no no no no")
    assert not repeats_itself("I have called three times this week", "i have called three times this week")


def test_what_is_not_believed() -> None:
    first = "could you read me the number please"
    assert is_believable(heard("Could you read me the number, please?"), first)
    assert not is_believable(heard(""), first)
    assert not is_believable(heard("...", no_speech=0.2), first)
    assert not is_believable(heard("Thanks for watching!", no_speech=0.9, log_probability=-1.2), "")
    assert not is_believable(heard("Subscribe to my channel for more videos.", log_probability=-0.9), first)
    assert not is_believable(heard("Could you read me", compression=3.0), first)


def test_agreement_is_the_share_of_common_words() -> None:
    assert agreement("one two three four", "one two three four") == 1.0
    assert agreement("one two", "one two three four") == 0.5
    assert agreement("", "") == 1.0

"""Numbers made up by the hundred, played as partials and finals: none leaks, and what is harmless survives."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from played_talks import digits_in_sight, play
from spoken_numbers import HARMLESS, SECRETS, Maker, Said, Talk

from sidebyside.model import Side
from sidebyside.privacy.redaction import Redactor


@settings(max_examples=300)
@given(st.integers(0, 10**6), st.sampled_from(SECRETS))
def test_no_secret_is_ever_seen(seed: int, kind: str) -> None:
    talk = Maker(seed).secret(kind)
    outcome = play(talk, seed, keep_log=True)
    assert not outcome.leaked, outcome.log
    assert outcome.left <= 1, outcome.final_texts


@settings(max_examples=200)
@given(st.integers(0, 10**6), st.sampled_from(HARMLESS))
def test_harmless_numbers_survive(seed: int, kind: str) -> None:
    talk = Maker(seed).harmless(kind)
    assert play(talk, seed).final_texts == [" ".join(said.words) for said in talk.said]


@pytest.mark.parametrize("errors, least", [(0.03, 0.995), (0.10, 0.98)])
def test_a_poor_recogniser_does_not_break_it(errors: float, least: float) -> None:
    maker = Maker(7, errors)
    talks = [maker.secret("card" if i % 3 else "security code") for i in range(400)]
    outcomes = [play(talk, i) for i, talk in enumerate(talks)]
    assert sum(outcome.left <= 2 for outcome in outcomes) >= least * len(outcomes)


def test_the_watcher_sees_what_an_open_redactor_would_show() -> None:
    class Open(Redactor):
        """Masks nothing."""

        def partial(self, side: Side, utterance_id: str, text: str, start: float, end: float) -> str:
            return text

    talk = Talk("card", [Said(Side.CUSTOMER, ["four", *["one"] * 7], 0)])
    assert play(talk, 1, Open()).leaked
    assert digits_in_sight("four forty-one eleven 41 [card number] oh") == 8

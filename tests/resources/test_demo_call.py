"""The demo call's files agree with each other, with the sound, and with what the app can flag and ask."""

from __future__ import annotations

import difflib
import re
import shutil
from itertools import pairwise
from pathlib import Path

import moonshine_voice
import numpy as np
import pytest
import soundfile
from moonshine_voice.transcriber import Transcriber
from numpy.typing import NDArray

from sidebyside import content
from sidebyside.errors import BadContent
from sidebyside.model import Side
from sidebyside.privacy.redaction import redact
from sidebyside.session.demo import DemoScript, DemoUtterance, demo_sound, load_demo

RATE = 16_000
COLUMN = {Side.REP: 0, Side.CUSTOMER: 1}


@pytest.fixture(scope="module")
def script() -> DemoScript:
    return load_demo()


@pytest.fixture(scope="module")
def call() -> NDArray[np.float32]:
    sound, rate = soundfile.read(demo_sound(), dtype="float32", always_2d=True)
    assert rate == RATE
    return np.asarray(sound, dtype=np.float32)


def level(sound: NDArray[np.float32]) -> float:
    """Root mean square in dBFS."""
    return float(10 * np.log10(np.mean(sound.astype(np.float64) ** 2) + 1e-20))


def said(script: DemoScript, side: Side) -> list[DemoUtterance]:
    return [each for each in script.utterances if each.side is side]


def test_sound_is_two_channels_of_flac_and_small_enough_to_ship(call: NDArray[np.float32]) -> None:
    kind = soundfile.info(demo_sound())
    assert (kind.format, kind.subtype, kind.channels, kind.samplerate) == ("FLAC", "PCM_16", 2, RATE)
    assert demo_sound().stat().st_size < 4_000_000
    assert 80 <= len(call) / RATE <= 120


def test_script_is_as_long_as_the_sound(script: DemoScript, call: NDArray[np.float32]) -> None:
    assert script.duration == pytest.approx(len(call) / RATE, abs=0.001)
    assert script.utterances[0].start == pytest.approx(1.0, abs=0.05)
    assert script.duration - max(each.end for each in script.utterances) == pytest.approx(2.0, abs=0.05)


def test_words_make_up_their_utterance(script: DemoScript) -> None:
    for each in script.utterances:
        assert " ".join(word.text for word in each.words) == each.text
        assert (each.words[0].start, each.words[-1].end) == (each.start, each.end)
        for word in each.words:
            assert 0.03 < word.end - word.start < 1.0, word
        for before, after in pairwise(each.words):
            assert before.end <= after.start, (before, after)


def test_utterances_are_in_order_and_seldom_overlap(script: DemoScript) -> None:
    starts = [each.start for each in script.utterances]
    assert starts == sorted(starts)
    for side in (Side.REP, Side.CUSTOMER):
        mine = said(script, side)
        assert len(mine) > 8
        assert all(before.end < after.start for before, after in pairwise(mine))
    overlaps = [b.start - a.end for a, b in pairwise(script.utterances) if b.start < a.end]
    assert 1 <= len(overlaps) <= 3 and min(overlaps) > -0.5


@pytest.mark.parametrize("side", [Side.REP, Side.CUSTOMER])
def test_every_utterance_is_heard_on_its_side(script: DemoScript, call: NDArray[np.float32], side: Side) -> None:
    for each in said(script, side):
        part = call[int(each.start * RATE) : int(each.end * RATE), COLUMN[side]]
        assert -28 < level(part) < -19, each.text


@pytest.mark.parametrize("side", [Side.REP, Side.CUSTOMER])
def test_a_side_that_says_nothing_is_a_quiet_room(script: DemoScript, call: NDArray[np.float32], side: Side) -> None:
    silent = np.ones(len(call), dtype=bool)
    for each in said(script, side):
        silent[int((each.start - 0.15) * RATE) : int((each.end + 0.15) * RATE)] = False
    sound = call[:, COLUMN[side]]
    assert -65 < level(sound[silent]) < -60
    tenths = [slice(at, at + RATE // 10) for at in range(0, len(call) - RATE // 10, RATE // 10)]
    assert max(level(sound[tenth]) for tenth in tenths if silent[tenth].all()) < -55


@pytest.mark.parametrize("side", [Side.REP, Side.CUSTOMER])
def test_words_stand_where_the_sound_is(script: DemoScript, call: NDArray[np.float32], side: Side) -> None:
    """Shifted by an eighth of a second either way, the words would cover less of the sound's energy."""
    energy = call[:, COLUMN[side]].astype(np.float64) ** 2
    spans = [(each.start, each.end) for each in said(script, side)]

    def covered(shift: float) -> float:
        return sum(float(energy[int((start + shift) * RATE) : int((end + shift) * RATE)].sum()) for start, end in spans)

    assert covered(0.0) > 0.995 * float(energy.sum())
    assert covered(0.0) > covered(0.125) and covered(0.0) > covered(-0.125)


def test_customer_comes_through_a_telephone_and_the_rep_does_not(call: NDArray[np.float32]) -> None:
    def above_the_band(sound: NDArray[np.float32]) -> float:
        power = np.abs(np.fft.rfft(sound.astype(np.float64))) ** 2
        return float(power[np.fft.rfftfreq(len(sound), 1 / RATE) > 4000].sum() / power.sum())

    assert above_the_band(call[:, COLUMN[Side.CUSTOMER]]) < 1e-4 < above_the_band(call[:, COLUMN[Side.REP]])


def test_call_has_something_to_mask_and_something_to_keep(script: DemoScript) -> None:
    spoken = redact(" ".join(each.text for each in script.utterances)).text
    assert "[card number]" in spoken and "[security code]" in spoken
    assert "one one one" not in spoken and "seven three nine" not in spoken
    for kept in ("Eighty-four dollars and fifty cents", "the twelfth of March", "back on Friday"):
        assert kept in spoken


def test_autopilot_uses_flags_reasons_and_questions_that_exist(script: DemoScript) -> None:
    declared = content.load()
    bank = declared.questions
    struck = {action.flag for action in script.actions if action.flag}
    assert struck <= {kind.key for kind in declared.flags}
    assert {"code-red", "repeat", "effort", "quote", "follow-up"} <= struck
    assert script.reason in {reason.key for reason in declared.reasons}
    asked = {question.key for question in (*bank.per_reason, *bank.at_end)}
    asked |= {question.key for kind in struck for question in bank.by_flag.get(kind, ())}
    answered = [answer.question for answer in script.answers]
    assert set(answered) <= asked and len(answered) == len(set(answered))
    assert {question.key for question in bank.per_reason[: bank.core]} <= set(answered)
    numbers = {question.key for question in bank.per_reason if question.answer == "number"}
    assert {answer.question for answer in script.answers if answer.number is not None} == numbers & set(answered)


def test_autopilot_acts_during_the_call_and_writes_no_numbers(script: DemoScript) -> None:
    times = [action.at for action in script.actions]
    assert times == sorted(times) and times[0] > 0 and times[-1] < script.duration
    assert any(action.private for action in script.actions)
    assert all(promise.due_in_days > 0 and promise.owner for promise in script.follow_ups) and script.follow_ups
    written = [action.note for action in script.actions] + [answer.text for answer in script.answers]
    assert all(redact(text).text == text for text in written)


def test_flags_are_struck_right_after_what_they_are_for(script: DemoScript) -> None:
    about = {"repeat": "March", "effort": "hour", "code-red": "website", "quote": "money", "delight": "kind"}
    for action in script.actions:
        if action.flag in about:
            heard = [each for each in said(script, Side.CUSTOMER) if each.end < action.at - 1.0]
            assert about[action.flag] in heard[-1].text, action.flag
            assert action.at - heard[-1].end < 12, action.flag


@pytest.mark.parametrize("side", [Side.REP, Side.CUSTOMER])
def test_bundled_recogniser_understands_the_call(script: DemoScript, call: NDArray[np.float32], side: Side) -> None:
    weights = Path(moonshine_voice.__file__).parent / "assets" / "tiny-en"
    options = {"return_audio_data": "false", "identify_speakers": "false"}
    transcriber = Transcriber(str(weights), moonshine_voice.ModelArch.TINY, options=options)
    lines = transcriber.transcribe_without_streaming(call[:, COLUMN[side]].tolist(), RATE).lines
    words, heard = (
        re.findall(r"[a-z']+", text.lower())
        for text in (" ".join(each.text for each in said(script, side)), " ".join(line.text for line in lines))
    )
    same = sum(
        block.size for block in difflib.SequenceMatcher(None, words, heard, autojunk=False).get_matching_blocks()
    )
    assert same / len(words) > 0.85, " ".join(heard)


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("autopilot.toml", 'flag = "quote"', 'flagg = "quote"', "flagg"),
        ("autopilot.toml", 'flag = "quote"', "", "needs a `flag`"),
        ("autopilot.toml", 'reason = "pay-how"', "", "reason"),
        ("script.toml", 'side = "rep"', 'side = "nobody"', "nobody"),
        ("script.toml", "duration =", "duration", "script.toml"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, file: str, old: str, new: str, says: str) -> None:
    for name in ("script.toml", "autopilot.toml"):
        shutil.copy(demo_sound().with_name(name), tmp_path)
    damaged = tmp_path / file
    text = damaged.read_text(encoding="utf-8")
    assert old in text
    damaged.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadContent, match=re.escape(says)) as caught:
        load_demo(tmp_path)
    assert file in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadContent, match=r"script\.toml"):
        load_demo(tmp_path)

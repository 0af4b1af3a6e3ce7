"""The bench's own sums and sounds: word errors, conditions, costs over a shift, tones, kills."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(PACKAGING))


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """Three clips of speech-like noise, one with a better reference, one with values only."""
    chance = np.random.default_rng(7)
    for name in ("read/one", "tel_digits/two", "orders/three", "noise/room", "talks/x_agent", "talks/x_caller"):
        file = tmp_path / f"{name}.flac"
        file.parent.mkdir(exist_ok=True)
        bursts = np.repeat(chance.uniform(0, 0.3, 40), 800)
        soundfile.write(file, np.clip(chance.normal(size=32_000) * bursts, -1, 1), 16_000)
    (tmp_path / "read/one.txt").write_text("Well hello their")
    (tmp_path / "read/one.edited.txt").write_text("Well, hello there.")
    (tmp_path / "tel_digits/two.txt").write_text("four two")
    (tmp_path / "orders/three.slots.json").write_text('{"slots": {"size": "twelve ounce", "milk": " milk"}}')
    return tmp_path


def test_clips_are_found_with_their_best_reference(clips: Path) -> None:
    from bench_clips import call_pairs, clips_in

    found = {clip.id: clip for clip in clips_in(clips)}
    assert found.keys() == {"one", "two", "three"}
    assert found["one"].words == "Well, hello there."
    assert found["three"].words is None and found["three"].slots == ("twelve ounce", " milk")
    assert [(agent.stem, caller.stem) for agent, caller in call_pairs(clips)] == [("x_agent", "x_caller")]


def test_a_telephone_keeps_its_band_only() -> None:
    from bench_clips import TELEPHONE, band, rms

    time = np.arange(2 * TELEPHONE) / TELEPHONE
    heard = {pitch: rms(band(np.sin(2 * np.pi * pitch * time))) * np.sqrt(2) for pitch in (100, 300, 1000, 3400, 3900)}
    assert heard[1000] == pytest.approx(1.0, abs=0.01)
    # Filtered there and back, the corners lie 6 dB down.
    assert heard[300] == pytest.approx(0.5, abs=0.02) and heard[3400] == pytest.approx(0.5, abs=0.02)
    assert heard[100] < 0.005 and heard[3900] < 0.005


def test_neighbours_are_twenty_decibels_below_the_speaker(clips: Path) -> None:
    from bench_clips import Condition, Hearing, clips_in

    hearing = Hearing(clips)
    clip = clips_in(clips)[0]
    telephone, mixed = (hearing.sound(clip, condition) for condition in (Condition.TELEPHONE, Condition.NEIGHBOURS))
    between = 10 * np.log10(np.mean((mixed - telephone) ** 2))
    assert between == pytest.approx(-23 - 20, abs=1.0)
    assert len(telephone) == len(hearing.sound(clip, Condition.CLEAN))
    assert np.array_equal(mixed, Hearing(clips).sound(clip, Condition.NEIGHBOURS)), "the same every time"


def test_word_errors_are_pooled_and_kept_apart(clips: Path) -> None:
    from bench_clips import clips_in
    from bench_score import ALL, CLOSE, Errors, by_set, errors, slots

    digits, orders, read = (
        next(clip for clip in clips_in(clips) if clip.id == name) for name in ("two", "three", "one")
    )
    assert errors(read, "well hello hello there you") == Errors(insertions=2, words=3)
    assert errors(read, "") == Errors(deletions=3, words=3)
    assert errors(digits, "43.") == Errors(substitutions=1, words=2)
    pools = by_set([(read, Errors(1, 0, 0, 3)), (read, Errors(0, 0, 1, 1)), (digits, Errors(9, 0, 0, 9))])
    assert pools[CLOSE] == pools[ALL] == Errors(1, 0, 1, 4)
    assert pools["tel_digits"].rate == 100.0
    meeting, sparse = read._replace(set="meeting"), read._replace(set="meeting_sparse")
    pools = by_set([(read, Errors(1, 0, 0, 3)), (meeting, Errors(2, 0, 0, 4)), (sparse, errors(sparse, "a b c d e"))])
    assert (pools[CLOSE].words, pools[ALL].words) == (3, 7)
    assert pools["meeting_sparse"] == Errors(insertions=2, words=3)
    assert slots(orders, "a 12-ounce coffee, no cream") == (1, 2)


def minute(cpu: float, sound: float = 60.0) -> dict[str, float]:
    clock = ("block_late_ms", "clock_samples_ms", "clock_monotonic_ms")
    others = ("cpu_speech", "cpu_parent", "others_cpu", "overruns", "behind", "final_late", "refined_late")
    zero = dict.fromkeys((*clock, *others, "words", "restarts"), 0.0)
    return {**zero, "seconds": 60.0, "sound": sound, "cpu": cpu}


def test_a_shift_that_costs_more_at_its_end_is_found_out() -> None:
    from bench_sums import Figures, told, verdicts

    figures = Figures(
        minutes=[minute(30.0) for _ in range(20)] + [minute(16.5, 30.0) for _ in range(10)],
        plays=[{"call": name, "seconds": 400.0, "cpu": 200.0 + 10 * number} for number in range(4) for name in "ab"],
        memory=[(60.0 * at, 400.0 + (at < 10) * 100 + at / 30, 350.0) for at in range(31)],
    )
    verdict = verdicts(figures)
    assert verdict["cost_growth"] == pytest.approx(0.1)
    assert verdict["cost_growth_equal_calls"] == pytest.approx(30.0 / 200.0)
    assert verdict["memory_slope_rss"] == pytest.approx(2.0, abs=0.01)
    assert verdict["memory_slope_pss"] == pytest.approx(0.0, abs=0.01)
    assert verdict["memory_most_rss"] > 500
    assert any("10.0 %" in line for line in told(verdict))


def test_a_run_cut_short_gives_what_it_has() -> None:
    from bench_sums import Figures, told, verdicts

    verdict = verdicts(Figures(minutes=[minute(30.0) | {"seconds": 20.0, "sound": 20.0}]))
    assert verdict["cpu_per_second"] == 1.5
    assert verdict["cost_growth"] is None and verdict["memory_slope_rss"] is None
    assert any("unknown" in line for line in told(verdict))
    assert told(verdicts(Figures()))


def test_a_shift_plays_its_calls_in_turn(tmp_path: Path) -> None:
    from bench_calls import BETWEEN, PICKS_UP, Call, write_shift

    calls = [Call(name, np.full((16_000 * seconds, 2), 0.5, np.float32)) for name, seconds in (("a", 2), ("b", 3))]
    plays = write_shift(calls, 20.0, tmp_path / "shift.wav")
    assert [play.name for play in plays] == ["a", "b", "a"]
    assert plays[1].start - plays[0].end == pytest.approx(BETWEEN)
    sound, rate = soundfile.read(tmp_path / "shift.wav")
    assert rate == 16_000 and plays[0].start == PICKS_UP
    for play in plays:
        begin, end = round(play.start * rate), round(play.end * rate)
        assert np.all(sound[begin:end] > 0.49) and np.all(np.abs(sound[end : end + 100]) < 0.01)


def test_costs_are_those_of_this_process_and_its_children() -> None:
    from bench_machine import Machine

    if not sys.platform.startswith("linux"):
        pytest.skip("counted as Linux counts")
    import subprocess

    machine = Machine()
    busy = "import time\nwhile time.process_time() < 0.3: pass\nprint(flush=True)\ninput()"
    child = subprocess.Popen([sys.executable, "-c", busy], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout and child.stdin
    child.stdout.readline()
    cost, memory = machine.cpu(), machine.memory()
    child.communicate(b"\n")
    assert cost.children >= 0.25 and machine.cpu().children >= cost.children
    assert 10 < memory.pss <= memory.rss


@pytest.mark.parametrize(
    ("name", "pitches"),
    [("ringing, North America", (440, 480)), ("busy, Europe", (425,)), ("number unobtainable", (950, 1400, 1800))],
)
def test_tones_have_their_frequencies(name: str, pitches: tuple[int, ...]) -> None:
    from bench_clips import TELEPHONE
    from bench_sounds import TONES, tones

    sound = tones(TONES[name], 12.0)
    assert len(sound) == 12 * TELEPHONE
    spectrum = np.abs(np.fft.rfft(sound))
    at = np.fft.rfftfreq(len(sound), 1 / TELEPHONE)
    near = np.zeros(len(at), dtype=bool)
    for pitch in pitches:
        near |= np.abs(at - pitch) < 15
    assert (spectrum[near] ** 2).sum() > 0.97 * (spectrum**2).sum()


def test_hold_music_and_keys_sound_all_the_time_asked_for() -> None:
    from bench_clips import TELEPHONE
    from bench_sounds import STYLES, dtmf, music

    makes: list[Callable[[float, np.random.Generator], np.ndarray]] = [dtmf]
    makes += [lambda seconds, chance, style=style: music(style, seconds, chance) for style in STYLES]
    for make in makes:
        sound = make(9.0, np.random.default_rng(1))
        assert len(sound) == 9 * TELEPHONE and 0.02 < np.abs(sound).max() <= 1.0
        level = [10 * np.log10((part**2).mean() + 1e-12) for part in np.array_split(sound, 2)]
        assert min(level) > -40.0


def test_words_lost_and_doubled_are_told_from_words_heard_otherwise() -> None:
    from bench_kills import Placed, lost_or_doubled

    def placed(text: str) -> list[Placed]:
        return [Placed(word, number) for number, word in enumerate(text.split())]

    before = placed("the part came on monday not on tuesday")
    after = placed("the cart came on monday monday not on")
    assert lost_or_doubled(before, before) == []
    assert lost_or_doubled(before, after) == [(5, 1), (7, 1)]


def test_only_twice_the_wait_lies_between_two_kills() -> None:
    import random

    from bench_kills import APART, _moments

    moments = _moments(250.0, 20, random.Random(3))
    assert len(moments) == 20 and moments[-1] < 250.0
    assert min(np.diff(moments)) >= APART


def test_a_word_counts_from_its_end_to_its_first_appearance() -> None:
    from bench_words import Appearance, appearances, percentile, settled

    from sidebyside.model import Side, Stage
    from sidebyside.session.demo import DemoUtterance, DemoWord

    words = (DemoWord("Good", 1.0, 1.2), DemoWord("morning.", 1.2, 1.6), DemoWord("Maria", 1.7, 2.0))
    turn = DemoUtterance(side=Side.REP, start=1.0, end=2.0, text="Good morning. Maria", words=words)
    seen = [
        Appearance(1.7, Side.REP, 1.0, 1.5, "good", Stage.PARTIAL),
        Appearance(2.0, Side.REP, 1.0, 1.9, "good mourning", Stage.PARTIAL),
        Appearance(2.6, Side.REP, 1.0, 2.0, "Good morning.", Stage.FINAL),
        Appearance(2.1, Side.CUSTOMER, 1.0, 2.0, "Maria", Stage.FINAL),
    ]
    assert appearances([turn], seen) == [pytest.approx(0.5), pytest.approx(1.0), None]
    assert settled([turn], seen, Stage.FINAL) == [pytest.approx(0.6)]
    assert percentile([3, 1, 2], 95) == 3


def test_peers_texts_are_kept_by_their_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import bench_engines
    from bench_engines import Kept, Text

    monkeypatch.setattr(bench_engines, "tempfile", SimpleNamespace(gettempdir=lambda: str(tmp_path)))
    sound = np.ones(10, dtype=np.float32)
    assert Kept(reuse=True).get("a", sound, lambda: Text("one", 1.0)) == Text("one", 1.0)
    assert Kept(reuse=True).get("a", sound, lambda: Text("two", 2.0)) == Text("one", 1.0)
    assert Kept(reuse=True).get("a", sound * 2, lambda: Text("two", 2.0)) == Text("two", 2.0)
    assert Kept(reuse=False).get("a", sound, lambda: Text("two", 2.0)) == Text("two", 2.0)


def test_words_without_clips_are_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    import bench

    monkeypatch.setattr(sys, "argv", ["bench.py", "--only", "words"])
    with pytest.raises(SystemExit) as refused:
        bench.parsed()
    assert refused.value.code == 2
    assert "words need --clips" in capsys.readouterr().err

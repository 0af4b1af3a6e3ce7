"""What clips are heard with: this app's own speech process, and other ways to use the same weights."""

from __future__ import annotations

import hashlib
import json
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from bench_machine import Machine

from sidebyside.audio.source import BLOCK, RATE
from sidebyside.model import Side, Stage
from sidebyside.speech import moonshine, whisper
from sidebyside.speech.messages import FromChild, Plan, Refined, Words
from sidebyside.speech.process import SpeechProcess, require
from sidebyside.speech.recogniser import Sound

LOADS, DRAINS = 120.0, 600.0
"""Seconds that loading, and the rest of a clip, may take."""
AHEAD = 20.0
"""Seconds that feeding may be ahead of the first pass."""
STEP = round(0.064 * RATE)
"""Samples in which sound reaches a streaming peer, as it comes from a device."""
BATCH = 5 * RATE
OURS_LIVE, OURS = "ours, live", "ours, refined"
MOONSHINE = "moonshine, streaming"
WHISPER, WHISPER_CONDITIONED = "whisper tiny.en, whole file", "whisper tiny.en, whole file, conditioned"
BATCHES = "whisper tiny.en, 5 s batches"


class Utterance(NamedTuple):
    """One stretch as it stands in the end."""

    side: Side
    start: float
    end: float
    live: str
    refined: str


class Own:
    """The app's speech process, both passes, with nothing masked: what it says stays in memory. Use it in `with`."""

    def __init__(self, *sides: Side, vocabulary: tuple[str, ...] = ()) -> None:
        self._lock = threading.Lock()
        self._finals: dict[str, Words] = {}
        self._refined: dict[str, str] = {}
        self._sides = sides or (Side.MIXED,)
        # As in a session: words are settled at short pauses, which costs a little accuracy.
        plan = Plan(sides=self._sides, engine="moonshine", live=True, vocabulary=vocabulary)
        self.process = SpeechProcess(plan, self._take)

    def __enter__(self) -> Own:
        self.process.start()
        require(self.process, LOADS)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.stop()

    def _take(self, message: FromChild) -> None:
        with self._lock:
            if isinstance(message, Words) and message.stage is Stage.FINAL:
                self._finals[message.id] = message
            elif isinstance(message, Refined):
                self._refined.update({piece.id: piece.text for piece in message.pieces})

    def hear(self, *sounds: Sound, after_block: Callable[[float], None] = lambda seconds: None) -> list[Utterance]:
        """All utterances of one recording, one sound a side, heard as fast as it goes; nothing of before counts.

        Args:
            sounds: mono at 16 kHz, equally long.
            after_block: told how many seconds were fed.
        """
        self.process.drop()
        with self._lock:
            self._finals.clear()
            self._refined.clear()
        for begin in range(0, len(sounds[0]), BLOCK):
            for side, sound in zip(self._sides, sounds, strict=True):
                self.process.hear(side, begin / RATE, np.ascontiguousarray(sound[begin : begin + BLOCK]))
            self.process.wait_for_room(AHEAD)
            after_block((begin + BLOCK) / RATE)
        if not self.process.flush(DRAINS):
            raise RuntimeError("the speech process did not finish; run the bench again")
        with self._lock:
            found = [
                Utterance(one.side, one.start, one.end, one.text, self._refined.get(one.id, one.text))
                for one in self._finals.values()
            ]
        return sorted(found, key=lambda one: one.start)


class Text(NamedTuple):
    """What one way of hearing made of a clip, and what it cost."""

    text: str
    cpu: float


def ours(own: Own, sound: Sound) -> dict[str, Text]:
    """Both passes of the app; their cost cannot be told apart."""
    machine = Machine()
    heard = own.hear(sound)
    cpu = machine.cpu().total
    return {
        OURS_LIVE: Text(" ".join(one.live for one in heard), cpu),
        OURS: Text(" ".join(one.refined for one in heard), cpu),
    }


class Peers:
    """The same weights used otherwise: what the libraries do by themselves."""

    def __init__(self) -> None:
        import ctranslate2
        from faster_whisper import WhisperModel
        from moonshine_voice import ModelArch
        from moonshine_voice.transcriber import Transcriber

        # Whisper rolls dice where it is unsure of itself; the same ones in every run.
        ctranslate2.set_random_seed(1)
        options = {"return_audio_data": "false"}
        self._moonshine: Any = Transcriber(moonshine.weights(), ModelArch.TINY, options=options)
        self._whisper: Any = WhisperModel(
            str(whisper.weights()), device="cpu", compute_type="int8", cpu_threads=1, num_workers=1
        )
        self.ways: dict[str, Callable[[Sound], str]] = {
            MOONSHINE: self._streamed,
            WHISPER: lambda sound: self._heard(sound, conditioned=False),
            WHISPER_CONDITIONED: lambda sound: self._heard(sound, conditioned=True),
            BATCHES: self._batched,
        }

    def hear(self, way: str, sound: Sound) -> Text:
        """What one of `ways` makes of a clip."""
        began = time.process_time()
        text = self.ways[way](sound)
        return Text(text, time.process_time() - began)

    def stream(self) -> Any:
        """A stream of plain Moonshine with its defaults."""
        return self._moonshine.create_stream()

    def timed(self, sound: Sound) -> list[tuple[str, float, float]]:
        """Whisper's words of a stretch with their starts and ends in seconds."""
        segments, _ = self._whisper.transcribe(
            sound,
            language="en",
            beam_size=5,
            vad_filter=False,
            condition_on_previous_text=False,
            word_timestamps=True,
        )
        return [(word.word.strip(), word.start, word.end) for segment in segments for word in segment.words]

    def _streamed(self, sound: Sound) -> str:
        stream = self.stream()
        try:
            stream.start()
            for begin in range(0, len(sound), STEP):
                stream.add_audio(sound[begin : begin + STEP].tolist(), RATE)
            lines = stream.stop().lines
        finally:
            stream.close()
        return " ".join(line.text.strip() for line in lines if line.text.strip())

    def _heard(self, sound: Sound, *, conditioned: bool) -> str:
        segments, _ = self._whisper.transcribe(
            sound, language="en", beam_size=5, vad_filter=False, condition_on_previous_text=conditioned
        )
        return " ".join(segment.text.strip() for segment in segments)

    def _batched(self, sound: Sound) -> str:
        parts = [sound[begin : begin + BATCH] for begin in range(0, len(sound), BATCH)]
        return " ".join(self._heard(part, conditioned=False) for part in parts).strip()


class Kept:
    """Peers' texts of earlier runs, by way and content of the sound: they do not change with this app."""

    def __init__(self, *, reuse: bool) -> None:
        self._folder = Path(tempfile.gettempdir()) / "sidebyside-bench-peers" if reuse else None
        if self._folder:
            self._folder.mkdir(exist_ok=True, mode=0o700)

    def get(self, way: str, sound: Sound, make: Callable[[], Text]) -> Text:
        """From before, or made now and kept."""
        if self._folder is None:
            return make()
        key = hashlib.sha256(way.encode() + sound.tobytes()).hexdigest()
        file = self._folder / f"{key[:32]}.json"
        if file.exists():
            return Text(*json.loads(file.read_text()))
        made = make()
        file.write_text(json.dumps(made))
        return made

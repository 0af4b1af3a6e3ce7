"""The first pass by Vosk, for whoever has a Vosk model folder and chooses it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from sidebyside.errors import NoSuchEngine
from sidebyside.speech.recogniser import RATE, Sound, UtteranceStream

FLUSH_SILENCE = np.zeros(RATE // 5, dtype=np.float32)
"""Fed before the last result, because the decoder holds back the last syllable."""


def check_model(folder: Path) -> None:
    """Make sure that a folder holds a Vosk model, since the native library aborts on one that does not.

    Raises:
        NoSuchEngine: it does not; the text says what is missing.
    """
    if not folder.is_dir():
        raise NoSuchEngine(f"There is no Vosk model at {folder}. Choose an unpacked model folder in Settings.")
    old = (folder / "final.mdl").is_file() and (folder / "mfcc.conf").is_file()
    new = (folder / "am" / "final.mdl").is_file() and (folder / "conf" / "mfcc.conf").is_file()
    graph = any((base / name).is_file() for base in (folder, folder / "graph") for name in ("HCLG.fst", "HCLr.fst"))
    if not (old or new) or not graph:
        raise NoSuchEngine(
            f"{folder} is not a complete Vosk model (am/final.mdl, conf/mfcc.conf and graph/ are needed). "
            "Unpack the model again or choose another folder."
        )


class VoskRecogniser:
    """A Vosk model; one recogniser an utterance, all sharing the weights. No punctuation, no capitals."""

    name = "vosk"

    def __init__(self, folder: Path) -> None:
        check_model(folder)
        try:
            import vosk
        except (ImportError, OSError) as error:
            raise NoSuchEngine(f"Vosk is not installed on this computer ({error}). Choose Moonshine.") from error
        vosk.SetLogLevel(-1)
        self._recognizer: Any = vosk.KaldiRecognizer
        self._model: Any = vosk.Model(str(folder))

    def open(self, after: UtteranceStream | None = None) -> VoskStream:
        """A stream for one utterance."""
        return VoskStream(self._recognizer(self._model, float(RATE)))


class VoskStream:
    """One utterance fed to one Kaldi recogniser."""

    confidence = 0.0

    def __init__(self, recognizer: Any) -> None:
        self._recognizer = recognizer
        self._settled: list[str] = []

    def feed(self, sound: Sound, *, voiced: bool) -> None:
        """Decode more sound; where Vosk itself ends a stretch, its text is settled."""
        pcm = (np.clip(sound, -1.0, 1.0) * 32767).astype("<i2").tobytes()
        if self._recognizer.AcceptWaveform(pcm):
            self._settle(json.loads(self._recognizer.Result()).get("text", ""))

    def pause(self) -> None:
        """Vosk decodes as it goes: there is nothing to settle."""

    def partial(self) -> str:
        """The words so far."""
        under_way = json.loads(self._recognizer.PartialResult()).get("partial", "")
        return " ".join(part for part in [*self._settled, under_way] if part)

    def final(self) -> str:
        """The words of the whole utterance."""
        self.feed(FLUSH_SILENCE, voiced=False)
        self._settle(json.loads(self._recognizer.FinalResult()).get("text", ""))
        return " ".join(self._settled)

    def _settle(self, text: str) -> None:
        if text:
            self._settled.append(text)

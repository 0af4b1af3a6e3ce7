"""What a model's folder must hold to be taken for a model, by kind; nothing is loaded to find out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from sidebyside.errors import ModelRefused, NoSuchEngine
from sidebyside.speech.catalogue import Kind
from sidebyside.speech.vosk import check_model

NEEDED: dict[Kind, tuple[str, ...]] = {
    Kind.MOONSHINE: ("encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin"),
    Kind.MOONSHINE_STREAMING: (
        *("adapter.ort", "cross_kv.ort", "decoder_kv.ort", "encoder.ort", "frontend.ort"),
        *("streaming_config.json", "tokenizer.bin"),
    ),
    Kind.VOSK: ("am/final.mdl", "conf/mfcc.conf"),
    Kind.WHISPER: ("model.bin", "config.json", "tokenizer.json"),
}
"""Files without which a folder is no model of that kind. Old Vosk models have theirs at the top: see `check_model`."""

_TELLING = {
    Kind.MOONSHINE: ("encoder_model.ort", "decoder_model_merged.ort"),
    Kind.MOONSHINE_STREAMING: ("streaming_config.json", "frontend.ort"),
    Kind.VOSK: ("am/final.mdl", "final.mdl"),
    Kind.WHISPER: ("model.bin",),
}
"""A file of these, and the folder was meant to be a model of that kind."""

ENGLISH_WORDS = 51_864
"""Lines in the vocabulary of a Whisper model that knows English only; the others have one more."""
DEEPEST = 4
"""How far below an unpacked folder its model is looked for."""


def kind_of(folder: Path) -> Kind | None:
    """The kind of model that a folder is, or was meant to be; None for anything else."""
    for kind, names in _TELLING.items():
        if any((folder / name).is_file() for name in names):
            return kind
    return None


def find_root(folder: Path) -> Path:
    """The model at or below a folder.

    Raises:
        ModelRefused: there is none, or more than one.
    """
    level = [folder]
    for _ in range(DEEPEST):
        found = [place for place in level if kind_of(place)]
        if len(found) > 1:
            names = ", ".join(sorted(place.name for place in found))
            raise ModelRefused(
                f"There is more than one model in it ({names}). Install them one by one; nothing was taken."
            )
        if found:
            return found[0]
        level = [inner for place in level for inner in _folders(place)]
    raise ModelRefused(
        "There is no speech model in it that this app can load: no Vosk, Moonshine or Whisper (CTranslate2) model. "
        "Nothing was taken."
    )


def _folders(place: Path) -> Iterator[Path]:
    for inner in sorted(place.iterdir()):
        if inner.is_dir() and not inner.is_symlink() and inner.name != "__MACOSX":
            yield inner


def check(folder: Path) -> Kind:
    """Make sure that a folder holds a whole model, as far as its files' names and first bytes tell.

    Raises:
        ModelRefused: it does not; the text says what is missing or wrong.
    """
    kind = kind_of(folder)
    if kind is None:
        raise ModelRefused(f"{folder} holds no model that this app can load. Nothing was changed.")
    if kind is Kind.VOSK:
        try:
            check_model(folder)
        except NoSuchEngine as error:
            raise ModelRefused(f"{error} Nothing was taken.") from error
    else:
        missing = [name for name in NEEDED[kind] if not (folder / name).is_file()]
        if missing:
            raise ModelRefused(
                f"This is not a complete {kind.engine.capitalize()} model: {', '.join(missing)} "
                f"{'is' if len(missing) == 1 else 'are'} missing. Nothing was taken."
            )
    wrong = next((name for name, right in _signed(folder, kind) if not right), "")
    if wrong:
        raise ModelRefused(
            f"{wrong} is not what a {kind.engine.capitalize()} model has under that name. Nothing was taken."
        )
    return kind


def _signed(folder: Path, kind: Kind) -> Iterator[tuple[str, bool]]:
    """Each file whose first bytes are known, and whether it has them: native code aborts on some that do not."""
    if kind is Kind.VOSK:
        acoustic = "am/final.mdl" if (folder / "am" / "final.mdl").is_file() else "final.mdl"
        yield acoustic, _start(folder / acoustic, 2) == b"\x00B"
    elif kind is Kind.WHISPER:
        yield "model.bin", b"WhisperSpec" in _start(folder / "model.bin", 64)
        yield "config.json", _is_json_object(folder / "config.json")
        yield "tokenizer.json", _is_json_object(folder / "tokenizer.json")
    else:
        for name in NEEDED[kind]:
            if name.endswith(".ort"):
                yield name, _start(folder / name, 8)[4:] == b"ORTM"
            elif name.endswith(".json"):
                yield name, _is_json_object(folder / name)
            else:
                yield name, len(_start(folder / name, 8)) == 8


def _start(file: Path, length: int) -> bytes:
    with file.open("rb") as stream:
        return stream.read(length)


def _is_json_object(file: Path) -> bool:
    try:
        return file.stat().st_size < 64_000_000 and isinstance(json.loads(file.read_bytes()), dict)
    except (ValueError, RecursionError):
        return False


def english_only(folder: Path) -> bool:
    """Whether a Whisper model knows English alone."""
    vocabulary = folder / "vocabulary.txt"
    if not vocabulary.is_file():
        return False
    with vocabulary.open("rb") as stream:
        return sum(1 for _ in stream) <= ENGLISH_WORDS


def digest(file: Path, method: str = "sha256") -> str:
    """The checksum of a file in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.new(method, usedforsecurity=False)).hexdigest()


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())

"""Models that other programs keep on this computer: looked for by name in their usual places, never changed."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from sidebyside import paths
from sidebyside.errors import ModelRefused, NoSuchEngine
from sidebyside.speech.catalogue import Catalogue, Kind, Model, language_in
from sidebyside.speech.model_folder import check, digest, english_only, kind_of

SYSTRAN = "models--Systran--"
"""How the cache names the repositories of Whisper models that faster-whisper loads."""
DEEPEST = 5
"""Folders below Moonshine's cache that its models lie in: the server's name and the path there."""


class Found(msgspec.Struct, frozen=True):
    """A model somewhere on this computer."""

    name: str
    kind: Kind
    languages: tuple[str, ...]
    folder: Path
    known: Model | None
    """What the catalogue says of a model of that name."""


def found(catalogue: Catalogue) -> tuple[Found, ...]:
    """The models in other programs' caches, each once; what is not whole is left out."""
    seen: dict[Path, Found] = {}
    for name, folder in (*_vosk(), *_moonshine(), *_whisper()):
        with contextlib.suppress(OSError, ModelRefused):
            place = folder.resolve()
            if place not in seen:
                seen[place] = describe(name, place, catalogue)
    return tuple(sorted(seen.values(), key=lambda one: one.name))


def describe(name: str, folder: Path, catalogue: Catalogue) -> Found:
    """What a folder with a model in it is.

    Raises:
        ModelRefused: it is no whole model.
    """
    kind = check(folder)
    known = catalogue.find(name)
    if known is not None and known.kind is not kind:
        known = None
    if known is not None:
        languages = known.languages
    elif kind is Kind.WHISPER:
        languages = ("en",) if english_only(folder) else tuple(catalogue.languages)
    else:
        language = language_in(name)
        languages = (language,) if language else ()
    return Found(name, kind, languages, folder, known)


def compare(model: Model, folder: Path) -> bool:
    """Whether a folder's files are the published ones; False also where only an archive's checksum is published.

    Raises:
        NoSuchEngine: a file is there under the right name and is not the published one.
    """
    for one in model.files:
        file = folder / one.name
        if not one.sha256 or not file.is_file():
            return False
        if file.stat().st_size != one.size or digest(file) != one.sha256:
            raise NoSuchEngine(
                f"{file} is not the file that {model.title}'s publisher made, so it is not used. Nothing was changed; "
                "install the model here instead."
            )
    return bool(model.files)


def _folders(place: Path) -> list[Path]:
    try:
        return sorted(inner for inner in place.iterdir() if inner.is_dir())
    except OSError:
        return []


def _vosk() -> Iterator[tuple[str, Path]]:
    for root in paths.vosk_models():
        for folder in (root, *_folders(root)):
            if kind_of(folder) is Kind.VOSK:
                yield folder.name, folder


def _moonshine() -> Iterator[tuple[str, Path]]:
    level = [paths.moonshine_models()]
    for _ in range(DEEPEST + 1):
        for folder in level:
            if kind_of(folder) in (Kind.MOONSHINE, Kind.MOONSHINE_STREAMING):
                yield _moonshine_name(folder), folder
        level = [inner for folder in level if not kind_of(folder) for inner in _folders(folder)]


def _moonshine_name(folder: Path) -> str:
    """As in the catalogue: the path is …/model/base-en/quantized/base-en or …/model/small-streaming-en/quantized."""
    for part in reversed(folder.parts):
        if re.fullmatch(r"[a-z]+(-streaming)?-[a-z]{2}", part):
            return f"moonshine-{part}"
    return f"moonshine-{folder.name}"


def _whisper() -> Iterator[tuple[str, Path]]:
    for repository in _folders(paths.hugging_face_models()):
        if repository.name.startswith(SYSTRAN + "faster-whisper-"):
            snapshot = _newest(repository)
            if snapshot is not None:
                yield repository.name.removeprefix(SYSTRAN), snapshot


def _newest(repository: Path) -> Path | None:
    with contextlib.suppress(OSError, UnicodeDecodeError):
        named = repository / "snapshots" / (repository / "refs" / "main").read_text("ascii").strip()
        if (named / "model.bin").is_file():
            return named
    whole = [place for place in _folders(repository / "snapshots") if (place / "model.bin").is_file()]
    return max(whole, key=lambda place: place.stat().st_mtime, default=None)

"""The speech models that are known: what each is for, where it is published, and how to tell the real one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec

from sidebyside import paths
from sidebyside.errors import BadContent, NoSuchModel

VERSION = 1
FILE = "models.toml"

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,79}$")]
FileName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
Code = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}$")]
Words = Annotated[str, msgspec.Meta(max_length=120)]
Bytes = Annotated[int, msgspec.Meta(ge=0, le=20_000_000_000)]


class Pass(StrEnum):
    """Which of the two hearings a model is for."""

    FIRST = "first"
    SECOND = "second"


class Kind(StrEnum):
    """How a model's folder is laid out, and so what loads it."""

    MOONSHINE = "moonshine"
    MOONSHINE_STREAMING = "moonshine-streaming"
    VOSK = "vosk"
    WHISPER = "whisper"

    @property
    def engine(self) -> str:
        """The engine's name: both layouts of Moonshine are one engine to a person."""
        return "moonshine" if self is Kind.MOONSHINE_STREAMING else self.value

    @property
    def which(self) -> Pass:
        """The hearing it is for."""
        return Pass.SECOND if self is Kind.WHISPER else Pass.FIRST


class Remote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One published file."""

    name: FileName
    url: str
    size: Bytes = 0
    """Bytes; 0 where it is not known."""
    sha256: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?$")] = ""
    md5: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{32})?$")] = ""

    @property
    def checkable(self) -> bool:
        """Whether there is anything to tell the real file by."""
        return bool(self.size and (self.sha256 or self.md5))


class Model(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One model of the catalogue."""

    name: Name
    title: Words
    kind: Kind
    languages: Annotated[tuple[Code, ...], msgspec.Meta(min_length=1)]
    licence: Words
    source: str
    note: Words = ""
    bundled: bool = False
    archive: Remote | None = None
    files: tuple[Remote, ...] = ()

    @property
    def published(self) -> tuple[Remote, ...]:
        """All that is downloaded for it."""
        return (self.archive,) if self.archive else self.files

    @property
    def size(self) -> int:
        """Bytes to download; 0 where one of them is not known."""
        sizes = [one.size for one in self.published]
        return sum(sizes) if all(sizes) else 0

    @property
    def checkable(self) -> bool:
        """Whether all of it can be verified; else it is not downloaded."""
        return all(one.checkable for one in self.published)


class Catalogue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All models that are known by name, and what the languages are called."""

    version: int
    languages: dict[Code, Words]
    models: tuple[Model, ...]

    def find(self, name: str) -> Model | None:
        """The model of that name."""
        return next((model for model in self.models if model.name == name), None)

    def get(self, name: str) -> Model:
        """The model of that name.

        Raises:
            NoSuchModel: there is none; the text names what comes near.
        """
        found = self.find(name)
        if found is None:
            raise NoSuchModel(f"There is no model called {name}.{self._near(name)} Nothing was changed.")
        return found

    def _near(self, name: str) -> str:
        asked = {part for part in re.split(r"[^a-z0-9]+", name.lower()) if len(part) > 1}
        scored = [(len(asked & set(re.split(r"[^a-z0-9]+", model.name))), model.name) for model in self.models]
        best = [found for score, found in scored if score and score == max(scored)[0]][:3]
        return f" Did you mean {', or '.join(best)}?" if best else ""

    def language(self, code: str) -> str:
        """What a language is called; its code where nobody said."""
        return self.languages.get(code, code)

    def listed(self, codes: Sequence[str], most: int = 3) -> str:
        """Languages as a person reads them: "English, Arabic, Catalan and 28 more"."""
        names = [self.language(code) for code in codes]
        more = f" and {len(names) - most} more" if len(names) > most else ""
        return ", ".join(names[:most]) + more


def load(folder: Path | None = None) -> Catalogue:
    """The catalogue: the copy in `folder` if there is one, else the one that came with the app.

    Raises:
        BadContent: it is not a catalogue; names the file and what is wrong.
    """
    own = folder / FILE if folder is not None else None
    file = own if own is not None and own.is_file() else paths.resource(FILE)
    try:
        catalogue = msgspec.toml.decode(file.read_bytes(), type=Catalogue)
    except OSError as error:
        raise BadContent(f"{file} cannot be read ({error.strerror}). Nothing was changed.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadContent(f"{file}: {error}. Nothing was changed; mend it, or delete your copy.") from error
    wrong = _wrong(catalogue)
    if wrong:
        raise BadContent(f"{file}: {wrong}. Nothing was changed; mend it, or delete your copy.")
    return catalogue


def _wrong(catalogue: Catalogue) -> str:
    """What is wrong beyond types, or nothing."""
    if catalogue.version != VERSION:
        return f"this app reads version {VERSION} of the catalogue, not {catalogue.version}"
    names = [model.name for model in catalogue.models]
    twice = next((name for name in names if names.count(name) > 1), "")
    if twice:
        return f"{twice} is there twice"
    for model in catalogue.models:
        unknown = next((code for code in model.languages if code not in catalogue.languages), "")
        if unknown:
            return f"{model.name}: the language {unknown} has no name under [languages]"
        if bool(model.archive) == bool(model.files):
            return f"{model.name} needs either an archive or files"
        bad = next((one.url for one in model.published if not allowed(one.url)), "")
        if bad:
            return f"{model.name}: {bad} is not an https address"
    return ""


def allowed(url: str) -> bool:
    """Whether an address may be asked: https, or this very computer."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in ("127.0.0.1", "::1")))


_VOSK_CODES = {"cn": "zh", "ua": "uk", "vn": "vi", "kz": "kk"}
_NAMED = re.compile(
    r"vosk-model-(?:small-)?([a-z]{2})(?:-|$)|moonshine-(?:[a-z]+-)*([a-z]{2})$|\b(?:tiny|base)-([a-z]{2})$"
)


def language_in(name: str) -> str:
    """The language that a model's usual name tells, as in vosk-model-small-de-0.15; empty where it tells none."""
    match: Any = _NAMED.search(name.lower())
    code = next((group for group in match.groups() if group), "") if match else ""
    return _VOSK_CODES.get(code, code)

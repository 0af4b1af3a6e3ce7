"""Installs a speech model: by its name from its publisher, or from an archive or folder that somebody brought."""

from __future__ import annotations

import errno
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

import msgspec

from sidebyside import paths
from sidebyside.errors import ModelCancelled, ModelRefused, NoRoom, NotAllowed, WrongChecksum
from sidebyside.speech import model_store
from sidebyside.speech.catalogue import Catalogue, Model, Remote
from sidebyside.speech.model_archive import check_room, copy_folder, is_archive, megabytes, unpack
from sidebyside.speech.model_folder import check, digest, find_root
from sidebyside.speech.model_found import describe
from sidebyside.speech.model_store import Installed, Kept, Note, arrived

EVERY = 0.1
"""Seconds between two reports of progress."""
UNPACKED = 2
"""About how much larger than its archive a Vosk model is, for the first look at the disk."""


class Step(StrEnum):
    """What an installation is doing."""

    DOWNLOADING = "downloading"
    CHECKING = "checking"
    UNPACKING = "unpacking"
    INSTALLING = "installing"


class Progress(msgspec.Struct, frozen=True):
    """How far a step has come, in bytes; a total of 0 is not known."""

    step: Step
    done: int
    total: int

    @property
    def text(self) -> str:
        """Ready to be shown."""
        name = self.step.value.capitalize()
        if not self.total or self.step is not Step.DOWNLOADING:
            return name
        return f"{name}, {megabytes(self.done)} of {megabytes(self.total)}"


OnProgress = Callable[[Progress], None]


class Course:
    """One installation under way: reports progress now and then, and stops when it is told to.

    Args:
        on_progress: told on the calling thread, ten times a second at most.
        cancel: set it to stop.
    """

    def __init__(self, on_progress: OnProgress | None = None, cancel: threading.Event | None = None) -> None:
        self._on_progress = on_progress or (lambda progress: None)
        self.cancel = cancel or threading.Event()
        self._said = -1.0
        self._step: Step | None = None

    def at(self, step: Step, done: int = 0, total: int = 0) -> None:
        """Say where it is; raises ModelCancelled if that is far enough."""
        if self.cancel.is_set():
            kept = "What arrived is kept: install it again to go on." if step is Step.DOWNLOADING else ""
            raise ModelCancelled(f"Stopped. {kept or 'Nothing was installed.'}")
        now = time.monotonic()
        if step is not self._step or now - self._said >= EVERY or (total and done >= total):
            self._step, self._said = step, now
            self._on_progress(Progress(step, done, total))


@contextmanager
def _wording(what: str) -> Iterator[None]:
    """The system's errors in a person's words."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoRoom(f"The disk is full. {what} was not installed; make room and try again.") from error
        place = f": {error.filename}" if error.filename else ""
        raise ModelRefused(
            f"{what} could not be installed ({error.strerror or error}{place}). Nothing of it was left behind."
        ) from error


# --- by name ------------------------------------------------------------------------------------------------------


def install(model: Model, course: Course) -> Installed:
    """Download a model of the catalogue, verify it, and put it in place.

    Raises:
        NotAllowed: it came with the app, or has no published checksum.
        DownloadFailed, WrongChecksum, ModelRefused, NoRoom, ModelCancelled, ModelsBusy
    """
    if model.bundled:
        raise NotAllowed(f"{model.title} came with the app: there is nothing to install.")
    if not model.checkable:
        raise NotAllowed(
            f"No checksum of {model.title} is published, so it is not downloaded. Fetch {_address(model)} yourself, "
            f"then: sidebyside models install FILE"
        )
    with _wording(model.title), model_store.alone() as folder:
        parts = model_store.downloads(model.name)
        _check_room(model, parts)
        parts.mkdir(parents=True, exist_ok=True, mode=0o700)
        files = _fetch_all(model, parts, course)
        with model_store.staging(folder) as stage:
            if model.archive:
                root = _unpacked(files[0], stage, course)
            else:
                root = stage / "model"
                root.mkdir()
                for file in files:
                    file.rename(root / file.name)
            checksum = digest(files[0]) if model.archive else ""
            done = _finish(stage, root, model, course, checked=True, checksum=checksum)
        model_store.drop_download(model.name)
    return done


def partly(model: Model) -> int:
    """Bytes that have arrived of a model whose download broke off."""
    parts = model_store.downloads(model.name)
    return sum(arrived(one, parts) for one in model.published) if parts.is_dir() else 0


def _address(model: Model) -> str:
    return ", ".join(one.url for one in model.published)


def _check_room(model: Model, parts: Path) -> None:
    missing = sum(max(0, one.size - arrived(one, parts)) for one in model.published)
    check_room(paths.models(), missing + (model.size * UNPACKED if model.archive else 0))


def _fetch_all(model: Model, parts: Path, course: Course) -> list[Path]:
    # Only now: who installs nothing does not load what opens connections.
    from sidebyside.speech.model_download import fetch

    files, before = [], 0
    for one in model.published:

        def on_bytes(done: int, before: int = before) -> None:
            course.at(Step.DOWNLOADING, before + done, model.size)

        files.append(fetch(one, parts, on_bytes, course.cancel))
        before += one.size
    course.at(Step.CHECKING)
    return files


# --- from a file or folder ----------------------------------------------------------------------------------------


def install_from(path: Path, catalogue: Catalogue, course: Course, language: str = "") -> Installed:
    """Install a model from a zip, a tar.gz or a folder, with no network.

    Args:
        path: the archive or folder; it is only read.
        catalogue: to recognise it, and its checksum, by.
        course: told about progress.
        language: code of its language, needed where neither the catalogue nor its name says.

    Raises:
        ModelRefused: it is no model, or not a safe archive; nothing of it is left behind.
        WrongChecksum: it has the name or the sizes of a known model, but is another.
        NotAllowed, NoRoom, ModelCancelled, ModelsBusy
    """
    if language and not re.fullmatch(r"[a-z]{2,3}", language):
        raise ModelRefused(f"{language} is no code of a language; German is de, for example. Nothing was taken.")
    with _wording(path.resolve().name), model_store.alone() as folder, model_store.staging(folder) as stage:
        if path.is_dir():
            root, known, checksum = _copied(path, stage, course), None, ""
        elif path.is_file() and is_archive(path):
            course.at(Step.CHECKING)
            known, checksum = _recognise(path, catalogue)
            root = _unpacked(path, stage, course)
        elif path.exists():
            raise ModelRefused(f"{path.name} is neither a zip, a tar.gz nor a folder. Nothing was taken.")
        else:
            raise ModelRefused(f"There is nothing at {path}. Nothing was changed.")
        checked = bool(known and known.checkable)
        course.at(Step.CHECKING)
        if known is None:
            known = _same_files(root, catalogue)
            checked = known is not None
        name = known.name if known else _name(path, root, stage)
        model = known or _unknown(name, root, catalogue, language)
        if model.bundled:
            raise NotAllowed(f"{model.title} came with the app: there is nothing to install.")
        return _finish(stage, root, model, course, checked=checked, checksum=checksum)


def _recognise(archive: Path, catalogue: Catalogue) -> tuple[Model | None, str]:
    """The model that an archive is by its checksum or name, and its SHA-256."""
    sums = {method: digest(archive, method) for method in ("sha256", "md5")}
    for model in catalogue.models:
        if model.archive and _is(model.archive, sums):
            return model, sums["sha256"]
    named = next((one for one in catalogue.models if one.archive and one.archive.name == archive.name.lower()), None)
    if named and named.checkable:
        raise WrongChecksum(
            f"{archive.name} has the name of {named.title}, but not its checksum: it is damaged or another file. "
            "Nothing was taken. If you trust it, unpack it and install the folder."
        )
    return named, sums["sha256"]


def _is(remote: Remote, sums: dict[str, str]) -> bool:
    pairs = [(remote.sha256, sums["sha256"]), (remote.md5, sums["md5"])]
    return remote.checkable and all(found == known for known, found in pairs if known)


def _same_files(root: Path, catalogue: Catalogue) -> Model | None:
    """The model of single files that a folder is.

    Raises:
        WrongChecksum: its files have the names and sizes of a known model, but are others.
    """
    for model in catalogue.models:
        if not model.files or not all(_sized(root, one) for one in model.files):
            continue
        wrong = next((one.name for one in model.files if digest(root / one.name) != one.sha256), "")
        if not wrong:
            return model
        raise WrongChecksum(
            f"This looks like {model.title}, but {wrong} does not have the published checksum: it is damaged or "
            "another file. Nothing was taken."
        )
    return None


def _sized(root: Path, one: Remote) -> bool:
    file = root / one.name
    return file.is_file() and file.stat().st_size == one.size


def _copied(path: Path, stage: Path, course: Course) -> Path:
    root = find_root(path)
    copy = stage / "copy"
    copy.mkdir()
    copy_folder(root, copy, lambda done, total: course.at(Step.INSTALLING, done, total))
    return copy


def _unpacked(archive: Path, stage: Path, course: Course) -> Path:
    inside = stage / "unpacked"
    inside.mkdir()
    unpack(archive, inside, lambda done, total: course.at(Step.UNPACKING, done, total))
    return find_root(inside)


def _name(path: Path, root: Path, stage: Path) -> str:
    """A name for a model that nobody knows: that of its folder, or of what was brought."""
    if path.is_dir():
        raw = find_root(path).resolve().name
    elif root.parent != stage:
        raw = root.name
    else:
        raw = re.sub(r"\.(zip|tar\.gz|tgz)$", "", path.name, flags=re.IGNORECASE)
    name = re.sub(r"[^a-z0-9._-]+", "-", raw.lower()).strip("-._")[:80]
    return name or "model"


def _unknown(name: str, root: Path, catalogue: Catalogue, language: str) -> Model:
    """What can be said of a model that is not known by its checksum."""
    check(root)
    one = describe(name, root, catalogue)
    languages = (language,) if language else one.languages
    if not languages:
        raise ModelRefused(
            f"Which language {name} is for cannot be told. Nothing was taken; say it, for example with --language de."
        )
    if one.known and (not language or language in one.known.languages):
        return one.known
    if catalogue.find(name):
        name = f"{name}-{language or 'own'}"
    return Model(
        name=name[:80],
        title=f"{one.kind.engine.capitalize()}, {name}"[:120],
        kind=one.kind,
        languages=languages,
        licence="not known",
        source="",
    )


# --- both ---------------------------------------------------------------------------------------------------------


def _finish(stage: Path, root: Path, model: Model, course: Course, *, checked: bool, checksum: str) -> Installed:
    kind = check(root)
    if kind is not model.kind:
        raise ModelRefused(f"{model.title} turned out to be a model for {kind.engine}. Nothing was taken.")
    course.at(Step.CHECKING)
    kept = {
        file.relative_to(root).as_posix(): Kept(file.stat().st_size, digest(file))
        for file in sorted(root.rglob("*"))
        if file.is_file()
    }
    course.at(Step.INSTALLING)
    note = Note(
        name=model.name,
        title=model.title,
        kind=kind,
        languages=model.languages,
        licence=model.licence,
        source=model.source,
        note=model.note,
        checked=checked,
        checksum=checksum,
        files=kept,
    )
    return model_store.put_in_place(stage, root, note)

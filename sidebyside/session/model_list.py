"""Which speech models are on this computer, which could be, and which of them is used for a language."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from pathlib import Path

import msgspec

from sidebyside import paths
from sidebyside.errors import ModelRefused
from sidebyside.session.models import ModelRow, ModelState
from sidebyside.settings import Settings
from sidebyside.speech import catalogue, installing, model_store
from sidebyside.speech.catalogue import Catalogue, Model, Pass
from sidebyside.speech.model_found import Found, describe, found
from sidebyside.speech.model_store import Installed


class Present(msgspec.Struct, frozen=True):
    """A model that is on this computer."""

    row: ModelRow
    known: Model | None

    @property
    def value(self) -> str:
        """How settings name it."""
        return str(self.row.folder) if self.row.state is ModelState.FOUND else self.row.name


# --- what is there ------------------------------------------------------------------------------------------------


def load_catalogue() -> Catalogue:
    """The catalogue, or the user's own copy of it.

    Raises:
        BadContent: it is not a catalogue.
    """
    return catalogue.load(paths.config())


def list_models(options: Settings) -> tuple[ModelRow, ...]:
    """All models: those on this computer first, then those that could be.

    Raises:
        BadContent: the catalogue is damaged.
    """
    known = load_catalogue()
    present = all_present(known, options, look_around=True)
    used = _used(present, known, options)
    here = [_marked(one, used, options) for one in present]
    names = {row.name for row in here}
    return (*here, *(_absent(model, known) for model in known.models if model.name not in names))


def all_present(known: Catalogue, options: Settings, *, look_around: bool) -> list[Present]:
    """The models on this computer; those of other programs only if one looks around, or if they were chosen."""
    order = {model.name: place for place, model in enumerate(known.models)}
    own = sorted(model_store.installed(), key=lambda one: order.get(one.note.name, len(order)))
    present = [_bundled(model, known) for model in known.models if model.bundled]
    present += [_installed(one, known) for one in own]
    names = {one.row.name for one in present}
    others = [_found(one, known) for one in found(known) if one.name not in names] if look_around else []
    for language, value in (*options.first_models.items(), *options.second_models.items()):
        if Path(value).is_absolute():
            others = _with_chosen(others, Path(value), language, known)
    return [one for one in (*present, *others) if loadable(one.row.engine)]


def loadable(engine: str) -> bool:
    """Whether the engine is installed: Vosk is not on every system."""
    return engine != "vosk" or importlib.util.find_spec("vosk") is not None


def _with_chosen(others: list[Present], folder: Path, language: str, known: Catalogue) -> list[Present]:
    """The models of other programs, with one a person chose for a language, which its name may not tell."""
    there = next((one for one in others if one.row.folder == folder), None)
    if there is None:
        try:
            there = _found(describe(folder.name, folder, known), known)
        except (ModelRefused, OSError):
            return others
    codes = tuple(dict.fromkeys((*there.row.languages, language)))
    row = msgspec.structs.replace(there.row, languages=codes, languages_text=known.listed(codes))
    return [*(one for one in others if one is not there), Present(row, there.known)]


def row_in(folder: Path) -> ModelRow:
    """The model in a folder that nobody listed.

    Raises:
        ModelRefused: it is no whole model.
        BadContent: the catalogue is damaged.
    """
    known = load_catalogue()
    place = folder.resolve()
    return _found(describe(place.name, place, known), known).row


def _bundled(model: Model, known: Catalogue) -> Present:
    return Present(msgspec.structs.replace(_row(model, known), state=ModelState.BUNDLED, checked=True), model)


def _installed(one: Installed, known: Catalogue) -> Present:
    note = one.note
    row = ModelRow(
        name=note.name,
        title=note.title,
        engine=note.kind.engine,
        which=note.kind.which,
        languages=note.languages,
        languages_text=known.listed(note.languages),
        state=ModelState.INSTALLED,
        size=one.size,
        licence=note.licence,
        source=note.source,
        note=note.note,
        checked=note.checked,
        checksum=note.checksum,
        folder=one.folder,
    )
    return Present(row, known.find(note.name))


def _found(one: Found, known: Catalogue) -> Present:
    row = ModelRow(
        name=one.name,
        title=one.known.title if one.known else f"{one.kind.engine.capitalize()}, {one.name}",
        engine=one.kind.engine,
        which=one.kind.which,
        languages=one.languages,
        languages_text=known.listed(one.languages) or "not known",
        state=ModelState.FOUND,
        size=sum(file.stat().st_size for file in one.folder.rglob("*") if file.is_file()),
        licence=one.known.licence if one.known else "not known",
        source=one.known.source if one.known else "",
        note=one.known.note if one.known else "",
        folder=one.folder,
    )
    return Present(row, one.known)


def _row(model: Model, known: Catalogue) -> ModelRow:
    return ModelRow(
        name=model.name,
        title=model.title,
        engine=model.kind.engine,
        which=model.kind.which,
        languages=model.languages,
        languages_text=known.listed(model.languages),
        state=ModelState.AVAILABLE if model.checkable else ModelState.FILE_ONLY,
        size=model.size,
        licence=model.licence,
        source=model.source,
        note=model.note,
    )


def _absent(model: Model, known: Catalogue) -> ModelRow:
    return msgspec.structs.replace(_row(model, known), partly=installing.partly(model))


# --- which is used ------------------------------------------------------------------------------------------------


def choices(options: Settings, which: Pass) -> dict[str, str]:
    return options.first_models if which is Pass.FIRST else options.second_models


def pick(present: Iterable[Present], language: str, which: Pass, options: Settings) -> Present | None:
    """The model for one hearing of a language: the chosen one, else the first of ours that knows the language."""
    able = [one for one in present if one.row.which is which and language in one.row.languages]
    chosen = choices(options, which).get(language)
    ours = (one for one in able if one.row.state is not ModelState.FOUND)
    return next((one for one in able if one.value == chosen), None) or next(ours, None)


def _used(present: list[Present], known: Catalogue, options: Settings) -> dict[str, tuple[str, ...]]:
    """For each model that is used, by how settings name it: the languages it is used for."""
    used: dict[str, tuple[str, ...]] = {}
    for language in dict.fromkeys((*known.languages, *(code for one in present for code in one.row.languages))):
        first = pick(present, language, Pass.FIRST, options)
        second = pick(present, language, Pass.SECOND, options) if first and options.second_pass else None
        for one in (first, second):
            if one:
                used[one.value] = (*used.get(one.value, ()), language)
    return used


def _marked(one: Present, used: dict[str, tuple[str, ...]], options: Settings) -> ModelRow:
    chosen = one.value in choices(options, one.row.which).values()
    return msgspec.structs.replace(one.row, used_for=used.get(one.value, ()), chosen=chosen)

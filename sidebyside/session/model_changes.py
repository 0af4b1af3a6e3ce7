"""What a person does with the speech models: install, use, take away."""

from __future__ import annotations

import threading
from pathlib import Path

import msgspec

from sidebyside.errors import NoSuchModel, NotAllowed
from sidebyside.session.model_list import choices, list_models, load_catalogue, row_in
from sidebyside.session.models import ModelRow, ModelState, Pass
from sidebyside.settings import Settings
from sidebyside.speech import installing, model_store
from sidebyside.speech.installing import Course, OnProgress
from sidebyside.speech.model_found import compare


def find_row(name: str, options: Settings) -> ModelRow:
    """The model of that name, or in that folder, wherever it is.

    Raises:
        NoSuchModel: there is none; the text names what comes near.
        ModelRefused: there is a folder, but no whole model in it.
        BadContent: the catalogue is damaged.
    """
    rows = list_models(options)
    place = Path(name).expanduser()
    row = next((row for row in rows if row.name == name), None)
    row = row or next((row for row in rows if row.folder is not None and row.folder == place), None)
    if row is None and place.is_dir():
        return row_in(place)
    if row is None:
        load_catalogue().get(name)
        raise NoSuchModel(f"There is no model called {name}. Nothing was changed.")
    return row


def install(
    name: str, options: Settings, on_progress: OnProgress | None = None, cancel: threading.Event | None = None
) -> ModelRow:
    """Download a model of the catalogue, verify it and put it in place; blocks until then.

    Raises:
        NoSuchModel, NotAllowed, DownloadFailed, WrongChecksum, ModelRefused, NoRoom, ModelCancelled, ModelsBusy,
        BadContent
    """
    one = installing.install(load_catalogue().get(name), Course(on_progress, cancel))
    return find_row(one.note.name, options)


def install_from(
    path: Path,
    options: Settings,
    language: str = "",
    on_progress: OnProgress | None = None,
    cancel: threading.Event | None = None,
) -> ModelRow:
    """Install a model from an archive or folder, with no network; blocks until it is in place.

    Raises:
        ModelRefused, WrongChecksum, NotAllowed, NoRoom, ModelCancelled, ModelsBusy, BadContent
    """
    one = installing.install_from(path, load_catalogue(), Course(on_progress, cancel), language)
    return find_row(one.note.name, options)


def use(name: str, options: Settings, language: str = "") -> Settings:
    """The options with a model chosen, for its language or the one that is named.

    Raises:
        NoSuchModel: there is none of that name.
        NotAllowed: it is not on this computer, or not for that language.
        NoSuchEngine: it is not the file its publisher made.
    """
    row = find_row(name, options)
    if not row.can_use:
        raise NotAllowed(f"{row.title} is not on this laptop. Install it first: sidebyside models install {row.name}")
    if row.languages and language and language not in row.languages:
        raise NotAllowed(f"{row.title} is for {row.languages_text}. Nothing was changed.")
    if not row.languages and not language:
        raise NotAllowed(f"Which language {row.name} is for cannot be told. Say it, for example with --language de.")
    known = load_catalogue().find(row.name)
    if row.state is ModelState.FOUND and known and row.folder:
        compare(known, row.folder)
    value = str(row.folder) if row.state is ModelState.FOUND else row.name
    codes = (language,) if language else _meant(row, options)
    return _with(options, row.which, {**choices(options, row.which), **dict.fromkeys(codes, value)})


def _meant(row: ModelRow, options: Settings) -> tuple[str, ...]:
    """The languages to use a model for: where it knows many, those that can be heard."""
    if len(row.languages) == 1:
        return row.languages
    heard = {code for one in list_models(options) if one.which is Pass.FIRST for code in one.used_for}
    return tuple(code for code in row.languages if code in heard) or (options.language,)


def _with(options: Settings, which: Pass, choices: dict[str, str]) -> Settings:
    if which is Pass.FIRST:
        return msgspec.structs.replace(options, first_models=choices)
    return msgspec.structs.replace(options, second_models=choices)


def take_back(options: Settings, language: str, which: Pass) -> Settings:
    """The options without a choice: the default is used again."""
    kept = {code: value for code, value in choices(options, which).items() if code != language}
    return _with(options, which, kept)


def remove(name: str, options: Settings, *, anyway: bool = False) -> Settings:
    """Delete an installed model, or what has arrived of one.

    Args:
        name: of the model.
        options: the options as they are.
        anyway: also if it was chosen; the choice is taken back.

    Returns:
        The options, without the choice if there was one.

    Raises:
        NotAllowed: it came with the app, belongs to another program, or was chosen; nothing was changed.
        NoSuchModel: it is not installed.
        ModelsBusy: an installation is under way.
    """
    row = find_row(name, options)
    if row.state is ModelState.BUNDLED:
        raise NotAllowed(f"{row.title} came with the app and stays. Nothing was changed.")
    if row.state is ModelState.FOUND:
        raise NotAllowed(f"{row.title} belongs to another program ({row.folder}). Nothing was changed.")
    if row.chosen and not anyway:
        raise NotAllowed(
            f"{row.title} is the model you chose for {load_catalogue().listed(row.used_for) or row.languages_text}. "
            f"Nothing was changed. Use another first, or remove it anyway: sidebyside models remove {row.name} --anyway"
        )
    model_store.remove(row.name)
    kept = {code: value for code, value in choices(options, row.which).items() if value != row.name}
    return _with(options, row.which, kept)

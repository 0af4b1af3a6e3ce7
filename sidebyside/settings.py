"""The user's options: declared once with name, default, title and help; kept as TOML."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from sidebyside import paths
from sidebyside.errors import BadContent
from sidebyside.model import Kit, Layout

TextSize = Annotated[int, msgspec.Meta(ge=12, le=28)]
Days = Annotated[int, msgspec.Meta(ge=1, le=3650)]
Code = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}$")]
"""Of a language, as in `de`."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All options; a field missing from the file has its default."""

    queue: str = ""
    language: str = "en"
    kit: Kit = Kit.CORD
    device: str = ""
    layout: Layout = Layout.MONO
    first_models: dict[Code, str] = {}
    second_models: dict[Code, str] = {}
    second_pass: bool = True
    notice: str = ""
    text_size: TextSize = 15
    theme: Literal["system", "light", "dark"] = "system"
    export_folder: str = ""
    transcripts_days: Days = 30
    notes_days: Days = 365
    quiet_days: Days = 30


class Option(msgspec.Struct, frozen=True):
    """How one option is called and explained to a person."""

    name: str
    title: str
    help: str


OPTIONS: tuple[Option, ...] = (
    Option("queue", "Usual queue", "Filled in when you sit down; you can change it there."),
    Option("language", "Language of the calls", "Only languages whose model is on this laptop can be heard."),
    Option("kit", "How you hear the call", "Remembered from the last time you sat down."),
    Option("device", "Sound input", "Empty means the system's default input."),
    Option("layout", "Channels", "One channel for both people, or rep on the left and customer on the right."),
    Option("first_models", "Models for live text", "Per language: a model's name, or the folder of one used in place."),
    Option(
        "second_models", "Models that hear again", "Per language: a model's name, or the folder of one used in place."
    ),
    Option("second_pass", "Hear again at pauses", "A slower, better pass corrects the live text a few seconds later."),
    Option("notice", "What callers are told", "The words of the notice that plays, quoted to the rep when they agree."),
    Option("text_size", "Text size", "12 to 28 points; Ctrl+plus and Ctrl+minus change it anywhere."),
    Option("theme", "Appearance", "Light, dark, or as the system has it."),
    Option("export_folder", "Export to", "Where exports go unless you choose another folder."),
    Option("transcripts_days", "Keep transcripts (days)", "Older text of calls is deleted for good."),
    Option("notes_days", "Keep notes and debriefs (days)", "Older notes, flags and answers are deleted for good."),
    Option("quiet_days", "Keep quiet words (days)", "Older private words about the organisation are deleted for good."),
)


def settings_file() -> Path:
    """Where the options are kept."""
    return paths.config() / "settings.toml"


def load(file: Path | None = None) -> Settings:
    """The options from their file, or the defaults where there is none.

    Raises:
        BadContent: the file is not TOML or an option has a value it cannot have; the file is left as it is.
    """
    file = file or settings_file()
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise BadContent(f"The settings in {file} cannot be read ({error.strerror}). Nothing was changed.") from error
    try:
        return msgspec.convert(_up_to_date(msgspec.toml.decode(raw, type=dict[str, Any])), type=Settings)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadContent(
            f"{file}: {error}. The file was left as it is: mend that line, or move the file away for the defaults."
        ) from error


def _up_to_date(stored: dict[str, Any]) -> dict[str, Any]:
    """Options as they are called now: a Vosk folder was once the model of every language."""
    engine, folder = stored.pop("engine", ""), stored.pop("vosk_model", "")
    if engine == "vosk" and isinstance(folder, str) and folder:
        chosen = {stored.get("language", "en"): str(Path(folder).expanduser().absolute())}
        stored.setdefault("first_models", chosen)
    return stored


def save(settings: Settings, file: Path | None = None) -> None:
    """Write the options to a temporary name, then put them in place."""
    file = file or settings_file()
    replace_bytes(file, encode_toml(settings))


def encode_toml(settings: Settings) -> bytes:
    """The options as TOML, each under a comment with its help."""
    lines = []
    values: dict[str, Any] = msgspec.to_builtins(settings)
    for option in OPTIONS:
        value = values[option.name]
        lines += [f"# {option.title}. {option.help}", f"{option.name} = {_toml(value)}", ""]
    return "\n".join(lines).encode()


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return (
            "{ " + ", ".join(f"{name} = {_toml(one)}" for name, one in sorted(value.items())) + " }" if value else "{}"
        )
    if isinstance(value, str):
        # A JSON string is a TOML basic string but for DEL, which TOML wants escaped.
        return msgspec.json.encode(value).decode().replace("\x7f", "\\u007F")
    return str(value)


def replace_bytes(file: Path, content: bytes) -> None:
    """Put `content` in place of `file` in one step, readable by its owner only; on error the old file stays."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise

"""The only place that knows folders: where data, settings, logs and resources lie."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import platformdirs

APP = "sidebyside"


def home() -> Path | None:
    """The folder named by `SIDEBYSIDE_HOME`, which then holds data, settings and logs; else None."""
    named = os.environ.get("SIDEBYSIDE_HOME")
    return Path(named).expanduser().absolute() if named else None


def _private(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if os.name == "posix":
        folder.chmod(0o700)
    return folder


def data() -> Path:
    """The library's folder, made on demand, readable by its owner only."""
    base = home()
    return _private(base / "data" if base else platformdirs.user_data_path(APP, appauthor=False))


def models() -> Path:
    """The folder of the speech models that were installed, made on demand."""
    return _private(data() / "models")


def vosk_models() -> tuple[Path, ...]:
    """Where Vosk's own tools look for and keep models; not made here, and perhaps not there."""
    named = os.environ.get("VOSK_MODEL_PATH")
    usual = (Path("/usr/share/vosk"), Path.home() / ".cache" / "vosk", Path.home() / "AppData" / "Local" / "vosk")
    return (Path(named).expanduser(), *usual) if named else usual


def moonshine_models() -> Path:
    """Where Moonshine's own library keeps models; not made here."""
    named = os.environ.get("MOONSHINE_VOICE_CACHE")
    return Path(named).expanduser() if named else Path(platformdirs.user_cache_dir("moonshine_voice"))


def hugging_face_models() -> Path:
    """Where Hugging Face's tools keep models, which faster-whisper uses; not made here."""
    for name, below in (("HF_HUB_CACHE", ""), ("HF_HOME", "hub"), ("XDG_CACHE_HOME", "huggingface/hub")):
        if os.environ.get(name):
            return Path(os.environ[name]).expanduser() / below
    return Path.home() / ".cache" / "huggingface" / "hub"


def config() -> Path:
    """The settings' folder, made on demand."""
    base = home()
    return _private(base / "config" if base else platformdirs.user_config_path(APP, appauthor=False))


def logs() -> Path:
    """The logs' folder, made on demand."""
    base = home()
    return _private(base / "logs" if base else platformdirs.user_log_path(APP, appauthor=False))


def documents() -> Path:
    """Where exports go unless the user says otherwise; not made here."""
    base = home()
    return (base if base else platformdirs.user_documents_path()) / "Side by Side"


@cache
def resources() -> Path:
    """The resources, installed or in a checkout.

    Raises:
        FileNotFoundError: neither place has them, so the installation is broken.
    """
    package = Path(__file__).parent
    for folder in (package / "_resources", package.parent / "resources"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError("Side by Side's resources are missing; install it again.")


def resource(*parts: str) -> Path:
    """One resource by its path below `resources/`."""
    return resources().joinpath(*parts)

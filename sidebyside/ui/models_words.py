"""The words for models: where one stands, what is known of it, and what is asked before it comes or goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidebyside.session.models import ModelState
from sidebyside.ui.sitdown_language import short_title

if TYPE_CHECKING:
    from sidebyside.session.models import Hearing, ModelRow

ONLY_CONNECTION = "Downloading a model is the only connection this app ever opens, and only when you press it."
STOPPED = "Stopped. What had come is kept; going on starts there."
STOPPED_FILE = "Stopped. Nothing was installed."
_STATES = {
    ModelState.BUNDLED: "Comes with the app",
    ModelState.INSTALLED: "Installed",
    ModelState.FOUND: "Found on this computer",
    ModelState.AVAILABLE: "Can be downloaded",
    ModelState.FILE_ONLY: "Must be brought as a file",
}


def here(row: ModelRow) -> bool:
    """Whether the model is on this computer."""
    return row.state in (ModelState.BUNDLED, ModelState.INSTALLED, ModelState.FOUND)


def key(row: ModelRow) -> str:
    """What tells a model from all others, also from one of the same name that another program keeps here."""
    return str(row.folder) if row.state is ModelState.FOUND else row.name


def share(row: ModelRow) -> int:
    """How much of a half download is here, in percent; at least 1 where there is any."""
    return max(1, min(99, round(100 * row.partly / row.size))) if row.partly and row.size else 0


def facts(row: ModelRow) -> str:
    """One line: where it stands, how large it is, and its licence."""
    state = _STATES[row.state]
    if row.partly:
        state = f"{share(row)} % of the download is here" if row.size else "Part of the download is here"
    # What someone brought is not checked against anything: that is said, not left out.
    unchecked = "not checked against a published sum" if row.state is ModelState.INSTALLED and not row.checked else ""
    licence = "" if not row.licence else "licence not known" if row.licence == "not known" else row.licence
    size = row.size_text if row.size_text and row.state is not ModelState.BUNDLED else ""
    return " · ".join(part for part in (state, size, licence, unchecked) if part)


def more(row: ModelRow) -> str:
    """What else is worth knowing: its note, other languages, where it lies if not with us, what to compare it by."""
    others = f"Knows {row.languages_text}." if len(row.languages) > 1 else ""
    place = f"In {row.folder}" if row.state is ModelState.FOUND and row.folder is not None else ""
    # In groups, so that it can be compared by eye and its line can break.
    groups = " ".join(row.checksum[first : first + 8] for first in range(0, len(row.checksum), 8))
    checksum = f"SHA-256 of the file it came in: {groups}" if row.checksum and not row.checked else ""
    lines = (" ".join(part for part in (row.note, others) if part), place, checksum)
    return "\n".join(line for line in lines if line)


def before_download(row: ModelRow, host: str) -> str:
    """What a person reads before a connection is opened: to where, for how much, and that there is no other."""
    left = f" {share(row)} % of it is here already." if row.partly and row.size else ""
    size = f"{row.size_text} come" if row.size_text else "It comes"
    return (
        f"{size} from {host or row.source}.{left} This is the only connection the app ever opens; it fetches the "
        "model and sends nothing of yours. Sitting down stops it, and it can go on afterwards."
    )


def before_removal(row: ModelRow, language: str) -> str:
    """What a person reads before a model's files are deleted."""
    if not here(row):
        return "What has come of it is deleted. You can begin the download anew later."
    heard = f" {language} calls are heard with it now." if row.used_for else ""
    size = f" ({row.size_text})" if row.size_text else ""
    return f"Its files{size} are deleted.{heard} To use it again you would install it again."


def heard_by(hearing: Hearing, language: str, *, second_pass: bool) -> str:
    """Which models hear calls in a language, in one or two sentences."""
    if not hearing.ready:
        return hearing.message
    first, second = (short_title(title, language) for title in (hearing.first_title, hearing.second_title))
    again = f", corrected by {second}" if second else ""
    missing = hearing.message if second_pass else "Hearing again at pauses is switched off above."
    said = (f"{language} calls: live text by {first}{again}.", missing if not second else "", hearing.caution)
    return " ".join(part for part in said if part)

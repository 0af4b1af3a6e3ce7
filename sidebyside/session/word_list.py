"""A list of names and jargon as a person gives it: checked, read from CSV, and written as CSV."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

from sidebyside.errors import BadWordList, ExportFailed
from sidebyside.privacy.redaction import redact
from sidebyside.settings import replace_bytes

LONGEST = 60
"""Characters of an entry at most."""
MOST = 1000
"""Entries of one list at most."""
LARGEST = 1_000_000
"""Bytes of a file at most."""

KEPT = "The list is as it was."
HEADERS = ("word", "words", "name", "names", "term", "terms", "entry", "entries", "phrase", "product", "jargon")
"""What the column with the entries may be called; without such a name it is the first."""
_DELIMITERS = ",;\t|"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""With these a cell would be a formula in a spreadsheet."""


def checked(lines: Iterable[str], *, what: str = "Line") -> tuple[str, ...]:
    """The entries of a list, one a line: without empty lines, spare spaces and repetitions.

    Args:
        lines: as typed, pasted or read.
        what: how a line is called in an error.

    Raises:
        BadWordList: one is too long, holds a number that must never be kept, or cannot be said; or there are too many.
    """
    entries: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        entry = " ".join(unicodedata.normalize("NFC", line.lstrip("\ufeff")).split())
        if not entry:
            continue
        _check(entry, f"{what} {number}")
        entries.setdefault(entry.casefold(), entry)
        if len(entries) > MOST:
            raise BadWordList(f"There are more than {MOST} entries, and a list holds {MOST}. {KEPT} Take some out.")
    return tuple(entries.values())


def _check(entry: str, where: str) -> None:
    if len(entry) > LONGEST:
        raise BadWordList(
            f"{where} has {len(entry)} characters, and an entry has {LONGEST} at most. {KEPT} "
            "Put one name or term on each line."
        )
    if not all(letter.isprintable() for letter in entry):
        raise BadWordList(f"{where} has characters that are no text. {KEPT} Type that entry anew.")
    if redact(entry).text != entry:
        # The entry itself is not repeated: this text may reach a log.
        raise BadWordList(f"{where} holds a number of the kind that is never kept. {KEPT} Take the number out.")
    if not any(letter.isalpha() for letter in entry):
        raise BadWordList(f"{where} has no letters, and figures alone are not listened for. {KEPT} Take it out.")


def read_csv(file: Path) -> tuple[str, ...]:
    """The entries of a CSV or plain text file: of the column that is called so, or of the first.

    Comma, semicolon, tab and bar are understood as separators, in a file called .txt none; UTF-8, UTF-16 and Windows'
    Western encoding.

    Raises:
        BadWordList: it cannot be read, is no text, or an entry cannot be taken; nothing of it was taken.
    """
    text = _decoded(file)
    if file.suffix.lower() == ".txt":
        rows = [(line, [cell]) for line, cell in enumerate(text.splitlines(), 1) if cell.strip()]
    else:
        rows = _rows(text, file)
    head = [cell.strip().casefold() for cell in rows[0][1]] if rows else []
    column = next((place for place, title in enumerate(head) if title in HEADERS), None)
    taken = rows if column is None else rows[1:]
    # Blank lines keep the numbers of the rows that follow.
    lines = [""] * max((line for line, _ in taken), default=0)
    for line, row in taken:
        cell = row[column or 0].strip() if len(row) > (column or 0) else ""
        lines[line - 1] = cell[1:] if cell.startswith("'") and cell[1:2] in _FORMULA else cell
    entries = checked(lines, what=f"{file.name}: line")
    if not entries:
        raise BadWordList(f"{file.name} has no entries. {KEPT} Put one name or term in each row of the first column.")
    return entries


def _decoded(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            raw = stream.read(LARGEST + 1)
    except OSError as error:
        raise BadWordList(f"{file} cannot be read ({error.strerror}). {KEPT}") from error
    if len(raw) > LARGEST:
        raise BadWordList(f"{file.name} is larger than a list of words can be ({LARGEST // 1_000_000} MB). {KEPT}")
    if raw.startswith(b"PK\x03\x04"):
        raise BadWordList(f"{file.name} is a workbook or archive. {KEPT} Save the sheet as CSV and import that.")
    try:
        text = raw.decode("utf-16") if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else _eight_bit(raw)
    except UnicodeDecodeError as error:
        raise BadWordList(f"{file.name} is in an encoding not known here. {KEPT} Save it as CSV UTF-8.") from error
    if "\0" in text:
        raise BadWordList(f"{file.name} is not a text file. {KEPT} Save the list as CSV and import that.")
    return text


def _eight_bit(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What a spreadsheet on Windows calls CSV without more.
        return raw.decode("cp1252")


def _rows(text: str, file: Path) -> list[tuple[int, list[str]]]:
    """The rows that hold anything, each with the number of the line it ends on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise BadWordList(
            f"{file.name}: line {reader.line_num} is not CSV ({error}). {KEPT} Mind the quotation marks there."
        ) from error


def _delimiter(text: str) -> str:
    """The separator that most of the first lines have outside quotation marks; else one that none of them has."""
    bare, quoted = [], False
    for letter in text[:20_000]:
        if letter == '"':
            quoted = not quoted
        elif not quoted:
            bare.append(letter)
    lines = [line for line in "".join(bare).splitlines() if line.strip()]
    counts = {one: sum(one in line for line in lines) for one in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda one: counts[one])
    if 2 * counts[best] > len(lines):
        return best
    return min(_DELIMITERS, key=lambda one: counts[one])


def csv_bytes(entries: Sequence[str]) -> bytes:
    """A list as CSV that every spreadsheet opens as text: a header, one entry a row, no cell a formula."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow([HEADERS[0]])
    writer.writerows([f"'{entry}" if entry.startswith(_FORMULA) else entry] for entry in entries)
    return stream.getvalue().encode("utf-8-sig")


def write_csv(file: Path, entries: Sequence[str]) -> None:
    """Write a list as CSV, in one step.

    Raises:
        ExportFailed: with nothing half-written left behind.
    """
    try:
        replace_bytes(file, csv_bytes(entries))
    except OSError as error:
        raise ExportFailed(f"{file} could not be written ({error.strerror}); nothing half-written is left.") from error

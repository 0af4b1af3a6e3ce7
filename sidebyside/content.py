"""What the resources declare (flags, reasons, questions, card of conduct): read, checked, and looked up again."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import msgspec

from sidebyside import paths
from sidebyside.errors import BadContent
from sidebyside.model import Flag, FlagKind, Question, QuestionBank, Reason, SessionRecord, Utterance

VERSION = 1
PRESSES = "1234567890-="
PRICE = ("always-happens", "how-many", "better-way", "customer-input")
"""Keys of Bill Price's four questions, which open every debrief."""
REASONS = (10, 60)
"""Fewer hide what happens, more cannot be chosen from during a call."""
WINDOW = 20.0
"""Seconds of text before and after a flag that count as its evidence."""

_LARGEST = 1_000_000
_LONGEST = {"name": 60, "group": 40, "short": 60, "meaning": 300, "text": 300, "follow_up": 300}
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_HEADER = re.compile(r"\s*\[+\s*([^\]]+?)\s*\]+\s*(#.*)?$")

T = TypeVar("T", bound=msgspec.Struct)


class Conduct(msgspec.Struct, frozen=True, kw_only=True):
    """The card of conduct and the caller notice that is quoted to the rep."""

    lines: tuple[str, ...]
    notice: str


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """All of it, as the rooms above take it."""

    flags: tuple[FlagKind, ...]
    reasons: tuple[Reason, ...]
    questions: QuestionBank
    conduct: Conduct


def load(folder: Path | None = None) -> Content:
    """Everything, with the user's own copies in `folder` in the place of the defaults.

    Raises:
        BadContent: a file does not hold what it must; the text names file, line and field.
    """
    return Content(
        flags=load_flags(folder),
        reasons=load_reasons(folder),
        questions=load_questions(folder),
        conduct=load_conduct(folder),
    )


def load_flags(folder: Path | None = None) -> tuple[FlagKind, ...]:
    """The kinds of flag in the file's order, which is also their rank.

    Raises:
        BadContent: as `load`; also where two kinds share a key, a name or a key on the keyboard.
    """
    file = _File.open("flags.toml", folder)
    file.only("flag")
    kinds = file.rows(file.data.get("flag"), "flag", FlagKind)
    if not kinds:
        file.fail("flag", "there is no [[flag]] in it")
    for index, kind in enumerate(kinds):
        if len(kind.press) != 1 or kind.press not in PRESSES:
            file.fail("flag", f"must be one of {' '.join(PRESSES)}", index, "press")
    file.distinct("flag", "press", [kind.press for kind in kinds])
    file.distinct("flag", "key", [kind.key for kind in kinds])
    file.distinct("flag", "name", [kind.name.casefold() for kind in kinds])
    return kinds


def load_reasons(folder: Path | None = None) -> tuple[Reason, ...]:
    """The reasons in the file's order.

    Raises:
        BadContent: as `load`; also where two share a key or a name, or there are not 10 to 60 of them.
    """
    file = _File.open("reasons.toml", folder)
    file.only("reason")
    reasons = file.rows(file.data.get("reason"), "reason", Reason)
    fewest, most = REASONS
    if not fewest <= len(reasons) <= most:
        file.fail("reason", f"there must be {fewest} to {most} reasons, and there are {len(reasons)}")
    file.distinct("reason", "key", [reason.key for reason in reasons])
    file.distinct("reason", "name", [reason.name.casefold() for reason in reasons])
    return reasons


def load_questions(folder: Path | None = None) -> QuestionBank:
    """The question bank, checked against the flags of the same `folder`.

    Every flag must have a question, save those that ask for a break; such a flag must have none. A question for a flag
    that does not exist is an error in the user's own file, and passed over in the default one, since the user may have
    dropped that flag.

    Raises:
        BadContent: as `load`; also where Price's four do not come first or a key is used twice.
    """
    kinds = load_flags(folder)
    file = _File.open("questions.toml", folder)
    file.only("core", "per_reason", "by_flag", "at_end")
    per_reason = file.rows(file.data.get("per_reason"), "per_reason", Question)
    at_end = file.rows(file.data.get("at_end"), "at_end", Question)
    tables = file.data.get("by_flag", {})
    if not isinstance(tables, dict):
        file.fail("by_flag", "must hold one list of questions a flag, as in [[by_flag.code-red]]")
    by_flag = {key: file.rows(rows, f"by_flag.{key}", Question) for key, rows in tables.items()}
    _check_core(file, per_reason)
    _check_flags(file, by_flag, kinds)
    sections = [("per_reason", per_reason), *((f"by_flag.{k}", q) for k, q in by_flag.items()), ("at_end", at_end)]
    seen: dict[str, str] = {}
    for table, questions in sections:
        for index, question in enumerate(questions):
            if question.answer not in ("text", "number"):
                file.fail(table, 'must be "text" or "number"', index, "answer")
            if question.key in seen:
                file.fail(table, f'"{question.key}" is already a question of {seen[question.key]}', index, "key")
            seen[question.key] = table
    known = {kind.key for kind in kinds}
    return QuestionBank(
        per_reason=per_reason,
        core=len(PRICE),
        by_flag={key: questions for key, questions in by_flag.items() if key in known},
        at_end=at_end,
    )


def load_conduct(folder: Path | None = None) -> Conduct:
    """The card of conduct, and the wording of the caller notice.

    The line about the leader's own calls is there only once it has a date.

    Raises:
        BadContent: as `load`.
    """
    file = _File.open("conduct.toml", folder)
    file.only("lines", "notice", "own_calls", "own_calls_on")
    lines = file.data.get("lines")
    if not isinstance(lines, list) or not lines or not all(isinstance(line, str) and line.strip() for line in lines):
        file.fail("lines", "must be a list of one sentence or more")
    texts = {name: file.data.get(name, "") for name in ("notice", "own_calls", "own_calls_on")}
    for name, text in texts.items():
        if not isinstance(text, str):
            file.fail(name, "must be text in quotes")
    if texts["own_calls_on"]:
        try:
            day = datetime.date.fromisoformat(texts["own_calls_on"])
        except ValueError:
            file.fail("own_calls_on", "must be a day such as 2026-11-03, or empty")
        if texts["own_calls"].strip():
            lines = [*lines, texts["own_calls"].replace("{day}", day.isoformat())]
    return Conduct(lines=tuple(lines), notice=texts["notice"].strip())


def kind_of(key: str, kinds: Iterable[FlagKind]) -> FlagKind:
    """The kind with that key; where it has since been dropped, one that carries the key for a name."""
    found = next((kind for kind in kinds if kind.key == key), None)
    return found or FlagKind(key=key, press="", name=key.replace("-", " ").capitalize(), meaning="")


def reason_of(key: str, reasons: Iterable[Reason]) -> Reason:
    """The reason with that key; where it has since been dropped, one that carries the key for a name."""
    found = next((reason for reason in reasons if reason.key == key), None)
    return found or Reason(key=key, name=key.replace("-", " ").capitalize(), group="")


def ranked(flags: Iterable[Flag], kinds: Sequence[FlagKind]) -> tuple[Flag, ...]:
    """Flags in the order to talk about them: those to ask about, then by the kinds' order, then by time."""
    places = {kind.key: (not kind.ask, kind.care, place) for place, kind in enumerate(kinds)}
    last = (True, True, len(kinds))
    return tuple(sorted(flags, key=lambda flag: (places.get(flag.kind, last), flag.at, flag.id)))


def window(record: SessionRecord, flag: Flag, seconds: float = WINDOW) -> tuple[Utterance, ...]:
    """What was said within `seconds` of the flag in the flag's own contact, in order of time.

    A flag struck between contacts has none, nor has one in a contact that was struck out.
    """
    struck = {contact.id for contact in record.contacts if contact.struck}
    if flag.contact_id is None or flag.contact_id in struck:
        return ()
    earliest, latest = flag.at - seconds, flag.at + seconds
    heard = (u for u in record.utterances if u.contact_id == flag.contact_id)
    return tuple(sorted((u for u in heard if u.end >= earliest and u.start <= latest), key=lambda u: (u.start, u.end)))


def _check_core(file: _File, per_reason: tuple[Question, ...]) -> None:
    core = file.data.get("core")
    if core != len(PRICE) or isinstance(core, bool):
        file.fail("core", f"must be {len(PRICE)}")
    for index, key in enumerate(PRICE):
        if index >= len(per_reason):
            file.fail("per_reason", f'Price\'s question "{key}" is missing')
        if per_reason[index].key != key:
            file.fail("per_reason", f'Price\'s four come first, and here "{key}" must stand', index, "key")


def _check_flags(file: _File, by_flag: Mapping[str, Sequence[Question]], kinds: Sequence[FlagKind]) -> None:
    for kind in kinds:
        if kind.care and by_flag.get(kind.key):
            file.fail(f"by_flag.{kind.key}", f"{kind.name} calls for a break and takes no question")
        if not kind.care and not by_flag.get(kind.key):
            file.fail(f"by_flag.{kind.key}", f"the flag {kind.name} has no question")
    strangers = by_flag.keys() - {kind.key for kind in kinds}
    if strangers and file.own:
        stranger = min(strangers)
        file.fail(f"by_flag.{stranger}", f'there is no flag with the key "{stranger}"')


class _File:
    """One TOML file being checked: its data, and its lines for naming the one at fault."""

    def __init__(self, path: Path, own: bool, source: str) -> None:
        self.path = path
        self.own = own
        self.source = source.splitlines()
        self.data: dict[str, Any] = {}

    @classmethod
    def open(cls, name: str, folder: Path | None) -> _File:
        """The user's own copy if there is one, else the default."""
        own = folder is not None and (folder / name).exists()
        path = folder / name if own and folder is not None else paths.resource(name)
        file = cls(path, own, "")
        try:
            if path.stat().st_size > _LARGEST:
                raise BadContent(f"{path} is too large to be a list of this kind. {file._advice()}")
            source = path.read_text(encoding="utf-8-sig")
        except OSError as error:
            raise BadContent(f"{path} cannot be read ({error.strerror}). {file._advice()}") from error
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            raise BadContent(f"{path}, line {line}: this is not UTF-8 text. {file._advice()}") from error
        file.source = source.splitlines()
        try:
            file.data = tomllib.loads(source)
        except RecursionError as error:
            raise BadContent(f"{path} nests brackets too deeply. {file._advice()}") from error
        except tomllib.TOMLDecodeError as error:
            raise BadContent(f"{path}, {_syntax(error, len(file.source))}. {file._advice()}") from error
        if type(file.data.get("version")) is not int:
            file.fail("version", f"must be {VERSION}")
        if file.data["version"] != VERSION:
            file.fail("version", f"this app reads version {VERSION}; a newer app may have written the file")
        return file

    def fail(self, table: str, what: str, index: int | None = None, field: str = "") -> NoReturn:
        """Raise BadContent with file, line and field."""
        place = f"{self.path}, line {self._line(table, index, field)}"
        named = f"{table}[{index + 1}].{field}" if index is not None and field else table
        raise BadContent(f"{place}, {named}: {what}. {self._advice()}")

    def only(self, *names: str) -> None:
        """Refuse fields at the top that mean nothing here."""
        for name in self.data.keys() - {"version", *names}:
            self.fail(name, f"there is no such field; known are version, {', '.join(names)}")

    def distinct(self, table: str, field: str, values: Sequence[str]) -> None:
        """Refuse a value used twice."""
        for index, value in enumerate(values):
            if value in values[:index]:
                self.fail(table, f'"{value}" is already taken by number {values.index(value) + 1}', index, field)

    def rows(self, raw: object, table: str, kind: type[T]) -> tuple[T, ...]:
        """The tables of one list as records; a list that is not there is empty."""
        if raw is None:
            return ()
        if not isinstance(raw, list) or not all(isinstance(row, dict) for row in raw):
            self.fail(table, f"must be a list of tables, each opened by [[{table}]]")
        return tuple(self._row(row, table, index, kind) for index, row in enumerate(raw))

    def _row(self, row: dict[str, Any], table: str, index: int, kind: type[T]) -> T:
        known = [field.name for field in msgspec.structs.fields(kind)]
        for name in row:
            if name not in known:
                self.fail(table, f"there is no such field; known are {', '.join(known)}", index, name)
        try:
            record = msgspec.convert(row, kind)
        except msgspec.ValidationError as error:
            what, _, where = str(error).partition(" - at ")
            missing = re.search(r"missing required field `(\w+)`", what)
            field = missing.group(1) if missing else where.strip("`").removeprefix("$.")
            self.fail(table, "is missing" if missing else _plain(what), index, field)
        self._check_texts(record, table, index)
        return record

    def _check_texts(self, record: msgspec.Struct, table: str, index: int) -> None:
        for field, text in msgspec.structs.asdict(record).items():
            if not isinstance(text, str):
                continue
            if not text.strip() and field not in ("follow_up", "short"):
                self.fail(table, "is empty", index, field)
            if field == "key" and not _KEY.fullmatch(text):
                self.fail(table, "must be small letters, digits and single hyphens, such as code-red", index, field)
            if len(text) > _LONGEST.get(field, 60):
                self.fail(table, f"is longer than {_LONGEST.get(field, 60)} characters", index, field)
            if any(ord(character) < 32 or ord(character) == 127 for character in text):
                self.fail(table, "holds a control character or a line break", index, field)

    def _line(self, table: str, index: int | None, field: str) -> int:
        """The line of a field in the n-th table of that name; as near as can be told."""
        headers = [
            (number, match.group(1).replace('"', "").replace("'", "").replace(" ", ""))
            for number, line in enumerate(self.source, start=1)
            if (match := _HEADER.match(line))
        ]
        starts = [number for number, name in headers if name == table]
        if not starts:
            return self._find(table.rpartition(".")[2], 1, len(self.source)) or 1
        start = starts[min(index or 0, len(starts) - 1)]
        stop = next((number for number, _ in headers if number > start), len(self.source) + 1)
        return (self._find(field, start + 1, stop - 1) if field else None) or start

    def _find(self, field: str, first: int, last: int) -> int | None:
        pattern = re.compile(rf"""\s*["']?{re.escape(field)}["']?\s*=""")
        return next((n for n in range(first, last + 1) if pattern.match(self.source[n - 1])), None)

    def _advice(self) -> str:
        if self.own:
            return "Nothing was changed. Mend it there, or delete the file to go back to the default."
        return "Nothing was changed. The default is damaged: install the app again."


_SYNTAX: Callable[[str], re.Match[str] | None] = re.compile(
    r"(.*) \(at (?:line (\d+), column \d+|end of document)\)"
).match


def _syntax(error: tomllib.TOMLDecodeError, last: int) -> str:
    match = _SYNTAX(str(error))
    if match is None:
        return f"line {max(last, 1)}: {error}"
    what, line = match.groups()
    return f"line {line or max(last, 1)}: this is not TOML: {what[:1].lower()}{what[1:]}"


def _plain(what: str) -> str:
    """msgspec's words for a wrong type, in a user's words."""
    match = re.match(r"Expected `(\w+)`", what)
    names = {"str": "text in quotes", "bool": "true or false", "int": "a whole number"}
    return f"must be {names[match.group(1)]}" if match and match.group(1) in names else what

"""The rows of a session in order of time: calls, words, flags, notes, and what was not listened to."""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from enum import IntEnum, StrEnum
from typing import Any

import msgspec
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from sidebyside import model as m
from sidebyside.ui.words import GAPS, MASK, WHO, clock, length, long_clock

Index = QModelIndex | QPersistentModelIndex


class RowKind(StrEnum):
    """What a row is."""

    CALL = "call"
    WORDS = "words"
    FLAG = "flag"
    NOTE = "note"
    GAP = "gap"
    LEFT_OUT = "left out"


# At one and the same moment: the call's heading, the words, then the marks that are about them.
_RANK = {RowKind.CALL: 0, RowKind.WORDS: 1, RowKind.FLAG: 2, RowKind.NOTE: 3, RowKind.GAP: 4, RowKind.LEFT_OUT: 5}


class Role(IntEnum):
    """Item roles beside Qt's own: display is the text, accessible text the whole row for the ear."""

    ROW = Qt.ItemDataRole.UserRole + 1
    KIND = Qt.ItemDataRole.UserRole + 2
    ID = Qt.ItemDataRole.UserRole + 3
    AT = Qt.ItemDataRole.UserRole + 4
    SIDE = Qt.ItemDataRole.UserRole + 5
    STAGE = Qt.ItemDataRole.UserRole + 6


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row as it is shown; `at` is session time, `time` what stands on screen (time in the call, if in one)."""

    id: str
    kind: RowKind
    at: float
    time: str
    text: str
    who: str = ""
    side: m.Side | None = None
    stage: m.Stage | None = None
    name: str = ""
    """Of the flag."""
    private: bool = False

    @property
    def key(self) -> tuple[float, int, str]:
        """Where the row stands."""
        return (self.at, _RANK[self.kind], self.id)

    @property
    def spoken(self) -> str:
        """The row for the ear, without brackets."""
        text = MASK.sub(r"\1", self.text)
        if self.kind is RowKind.WORDS:
            hearing = "being heard: " if self.stage is m.Stage.PARTIAL else ""
            return f"{self.time}, {self.who}: {hearing}{text}"
        if self.kind is RowKind.FLAG:
            return f"Flag at {self.time}: {self.name}" + (f", {text}" if text else "")
        if self.kind is RowKind.NOTE:
            return f"{'Private note' if self.private else 'Note'} at {self.time}: {text}"
        return f"{self.time}, {text}" if self.kind is RowKind.LEFT_OUT else text


def _ended_by(contact: m.Contact, at: float) -> bool:
    return contact.end is not None and contact.end <= at


class TranscriptModel(QAbstractListModel):
    """One session's rows: loaded from a record, then kept up to date by events, each changed in its place.

    Notes typed right after a flag stand in the flag's row. Rows keep their identity: settled text is changed through
    `dataChanged` and moves only if its time did.
    """

    def __init__(self, flags: Iterable[m.FlagKind] = (), reasons: Iterable[m.Reason] = (), parent: Any = None) -> None:
        super().__init__(parent)
        self._flag_names = {kind.key: kind.name for kind in flags}
        self._reason_names = {reason.key: reason.name for reason in reasons}
        self._rows: list[Row] = []
        self._keys: list[tuple[float, int, str]] = []
        self._key_of: dict[str, tuple[float, int, str]] = {}
        self._contacts: dict[str, m.Contact] = {}
        self._flags: dict[str, m.Flag] = {}
        self._notes: dict[str, m.Note] = {}

    # --- Qt's side ---

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.text
            case Role.ROW:
                return row
            case Qt.ItemDataRole.AccessibleTextRole:
                return row.spoken
            case Role.KIND:
                return row.kind
            case Role.ID:
                return row.id
            case Role.AT:
                return row.at
            case Role.SIDE:
                return row.side
            case Role.STAGE:
                return row.stage
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        known = super().flags(index)
        if index.isValid() and self._rows[index.row()].kind is RowKind.LEFT_OUT:
            # To be looked at: not to be chosen as something that was said in this call.
            return known & ~Qt.ItemFlag.ItemIsSelectable
        return known

    # --- what it is told ---

    def load(self, record: m.SessionRecord) -> None:
        """Show a stored session from its beginning, in place of what was shown."""
        self.beginResetModel()
        self._contacts = {contact.id: contact for contact in record.contacts}
        self._flags = {flag.id: flag for flag in record.flags}
        self._notes = {note.id: note for note in record.notes}
        rows = [self._call_row(contact) for contact in record.contacts]
        rows += [self._words_row(utterance) for utterance in record.utterances]
        rows += [self._flag_row(flag) for flag in record.flags]
        rows += [self._note_row(note) for note in record.notes if note.flag_id not in self._flags]
        rows += [self._gap_row(gap) for gap in record.gaps]
        self._rows = sorted(rows, key=lambda row: row.key)
        self._keys = [row.key for row in self._rows]
        self._key_of = {row.id: row.key for row in self._rows}
        self.endResetModel()

    def apply(self, event: m.Event) -> None:
        """Take one event in; those that are not about rows change nothing."""
        match event:
            case m.PartialHeard(utterance=utterance) if not utterance.text:
                self._remove(utterance.id)
            case m.PartialHeard(utterance=utterance) | m.UtteranceSaved(utterance=utterance):
                self._put(self._words_row(utterance))
            case m.LeftOutHeard():
                self._put(self._left_out_row(event))
            case m.UtterancesRemoved(ids=ids) | m.LeftOutGone(ids=ids):
                for gone in ids:
                    self._remove(gone)
            case m.ContactStarted(contact=contact) | m.ContactChanged(contact=contact):
                self._contacts[contact.id] = contact
                self._put(self._call_row(contact))
                if contact.struck:
                    self._remove_gaps(contact)
            case m.FlagSaved(flag=flag):
                self._flag(flag)
            case m.NoteSaved(note=note):
                self._note(note)
            case m.TakenBack(id=gone):
                self._take_back(gone)
            case m.GapSaved(gap=gap):
                self._put(self._gap_row(gap))

    def row(self, place: int) -> Row:
        """The row at a place."""
        return self._rows[place]

    def row_of(self, item_id: str) -> int | None:
        """Where an utterance, flag, note, call or gap stands; a note that belongs to a flag, at its flag."""
        note = self._notes.get(item_id)
        if item_id not in self._key_of and note is not None and note.flag_id:
            item_id = note.flag_id
        key = self._key_of.get(item_id)
        return None if key is None else bisect.bisect_left(self._keys, key)

    def row_at(self, at: float) -> int | None:
        """The last row that began at or before session time `at`, if any."""
        place = bisect.bisect_right(self._keys, (at, len(_RANK), ""))
        return place - 1 if place else None

    def flag_counts(self, contact_id: str | None = None) -> dict[str, int]:
        """How often each kind of flag stands, in the session or in one call."""
        counts: dict[str, int] = {}
        for flag in self._flags.values():
            if contact_id is None or flag.contact_id == contact_id:
                counts[flag.kind] = counts.get(flag.kind, 0) + 1
        return counts

    def flag(self, flag_id: str) -> m.Flag | None:
        """A flag that stands."""
        return self._flags.get(flag_id)

    # --- marks ---

    def _flag(self, flag: m.Flag) -> None:
        self._flags[flag.id] = flag
        for note in self._notes.values():
            if note.flag_id == flag.id:
                self._remove(note.id)
        self._put(self._flag_row(flag))

    def _note(self, note: m.Note) -> None:
        self._notes[note.id] = note
        flag = self._flags.get(note.flag_id or "")
        self._put(self._flag_row(flag) if flag else self._note_row(note))

    def _take_back(self, gone: str) -> None:
        flag, note = self._flags.pop(gone, None), self._notes.pop(gone, None)
        self._remove(gone)
        if flag is not None:
            # Its words stay: they were typed, and were not taken back.
            for kept in self._notes.values():
                if kept.flag_id == gone:
                    self._put(self._note_row(kept))
        elif note is not None and note.flag_id in self._flags:
            self._put(self._flag_row(self._flags[note.flag_id]))

    # --- rows ---

    def _time(self, at: float, contact_id: str | None) -> str:
        contact = self._contacts.get(contact_id or "")
        return clock(at - contact.start) if contact else long_clock(at)

    def _call_row(self, contact: m.Contact) -> Row:
        parts = [f"Call {contact.number}"]
        if contact.end is not None:
            parts.append(clock(contact.end - contact.start))
        if contact.reason:
            parts.append(self._reason_names.get(contact.reason, contact.reason))
        if contact.struck:
            parts.append("struck out at the rep's word")
        return Row(
            id=contact.id,
            kind=RowKind.CALL,
            at=contact.start,
            time=long_clock(contact.start),
            text=" · ".join(parts),
        )

    def _words_row(self, utterance: m.Utterance) -> Row:
        return Row(
            id=utterance.id,
            kind=RowKind.WORDS,
            at=utterance.start,
            time=self._time(utterance.start, utterance.contact_id),
            text=utterance.text,
            who=WHO[utterance.side],
            side=utterance.side,
            stage=utterance.stage,
        )

    def _flag_row(self, flag: m.Flag) -> Row:
        notes = sorted((n for n in self._notes.values() if n.flag_id == flag.id), key=lambda n: (n.at, n.id))
        texts = [f"{note.text} (private)" if note.private else note.text for note in notes]
        return Row(
            id=flag.id,
            kind=RowKind.FLAG,
            at=flag.at,
            time=self._time(flag.at, flag.contact_id),
            text=" · ".join(texts),
            name=self._flag_names.get(flag.kind, flag.kind),
            private=bool(notes) and all(note.private for note in notes),
        )

    def _note_row(self, note: m.Note) -> Row:
        return Row(
            id=note.id,
            kind=RowKind.NOTE,
            at=note.at,
            time=self._time(note.at, note.contact_id),
            text=note.text,
            private=note.private,
        )

    def _gap_row(self, gap: m.Gap) -> Row:
        inside = next(
            (c for c in self._contacts.values() if c.start <= gap.start and not _ended_by(c, gap.start)), None
        )
        lasted = f" · {length(gap.end - gap.start)}" if gap.end is not None else ""
        return Row(
            id=gap.id,
            kind=RowKind.GAP,
            at=gap.start,
            time=self._time(gap.start, inside.id if inside else None),
            text=f"not listened to{lasted} · {GAPS[gap.reason]}",
        )

    def _left_out_row(self, heard: m.LeftOutHeard) -> Row:
        return Row(
            id=heard.id,
            kind=RowKind.LEFT_OUT,
            at=heard.start,
            time=self._time(heard.start, heard.contact_id),
            text=f"left out · {heard.text}",
        )

    def _remove_gaps(self, contact: m.Contact) -> None:
        for row in list(self._rows):
            if row.kind is RowKind.GAP and contact.start <= row.at and not _ended_by(contact, row.at):
                self._remove(row.id)

    # --- places ---

    def _put(self, row: Row) -> None:
        old = self._key_of.get(row.id)
        if old is not None:
            place = bisect.bisect_left(self._keys, old)
            before = self._keys[place - 1] < row.key if place else True
            after = row.key < self._keys[place + 1] if place + 1 < len(self._keys) else True
            if before and after:
                self._replace(place, row)
                return
            self._remove(row.id)
        place = bisect.bisect_left(self._keys, row.key)
        self.beginInsertRows(QModelIndex(), place, place)
        self._rows.insert(place, row)
        self._keys.insert(place, row.key)
        self._key_of[row.id] = row.key
        self.endInsertRows()

    def _replace(self, place: int, row: Row) -> None:
        if self._rows[place] == row:
            return
        self._rows[place], self._keys[place] = row, row.key
        self._key_of[row.id] = row.key
        index = self.index(place)
        self.dataChanged.emit(index, index)

    def _remove(self, item_id: str) -> None:
        key = self._key_of.pop(item_id, None)
        if key is None:
            return
        place = bisect.bisect_left(self._keys, key)
        self.beginRemoveRows(QModelIndex(), place, place)
        del self._rows[place]
        del self._keys[place]
        self.endRemoveRows()

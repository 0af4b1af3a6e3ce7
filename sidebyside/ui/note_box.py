"""The note box: the one field that always has the focus, where words become notes and single keys become flags."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from sidebyside.errors import SideBySideError
from sidebyside.model import FlagKind
from sidebyside.ui.keys import press_of

_PLAIN = Qt.KeyboardModifier.NoModifier
_ALT = Qt.KeyboardModifier.AltModifier


class Desk(Protocol):
    """What the box writes to: a conductor. Every call returns at once."""

    def now(self) -> float: ...
    def note(self, text: str, *, private: bool = ..., at: float | None = ..., flag_id: str | None = ...) -> str: ...
    def flag(self, kind: str, *, at: float | None = ...) -> str: ...
    def nudge(self, flag_id: str, steps: int) -> None: ...
    def take_back(self, item_id: str | None = ...) -> None: ...
    def put_back(self) -> None: ...


class Struck(msgspec.Struct, frozen=True):
    """The flag that what is typed now belongs to."""

    id: str
    kind: FlagKind
    character: str
    """What the key would have typed."""
    at: float


class NoteBox(QLineEdit):
    """Turns keys into notes and flags.

    A flag key in an empty box strikes its flag; Space or Backspace right after makes it the character again. With
    Alt it is always a flag. What is typed after a flag belongs to it until Enter, Escape or the next flag.
    """

    struck = Signal(object)
    """The `Struck` that words now belong to, or None."""
    began = Signal(object)
    """Session time at which the words in the box began, or None when it is empty."""
    refused = Signal(str)
    """Why a note or flag was not taken, in a person's words."""
    paged = Signal(int)
    """-1 to look further up in the text, 1 further down."""
    jumped = Signal()

    def __init__(self, desk: Desk, kinds: Iterable[FlagKind], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._kinds = {kind.press: kind for kind in kinds}
        self._struck: Struck | None = None
        self._before: Struck | None = None
        self._fresh = False
        self._began: float | None = None
        self.private = False
        self.setProperty("role", "note")
        self.setAccessibleName("Note")
        self.setAccessibleDescription("Type a note and press Enter. A digit in the empty box strikes a flag.")
        self.setPlaceholderText("Type a note, or press a flag's key")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.textChanged.connect(self._text_changed)

    @property
    def flag(self) -> Struck | None:
        """The flag that words typed now belong to."""
        return self._struck

    @property
    def began_at(self) -> float | None:
        """Session time at which the words in the box began, or None when it is empty."""
        return self._began

    # --- what the keys do, also for the mouse ---

    def strike(self, kind: FlagKind, character: str = "") -> None:
        """Strike a flag now; words typed under the flag before are saved with that one."""
        if self.text() and self._struck is not None:
            self.save()
        moment = self._desk.now()
        made = self._ask(lambda: self._desk.flag(kind.key))
        if made is not None:
            self._before = self._struck
            self._set_struck(Struck(made, kind, character, moment), fresh=bool(character))

    def save(self) -> None:
        """Save the words as a note at the time they were begun; with none, let go of the flag."""
        text, flag = self.text().strip(), self._struck
        if text:
            saved = self._ask(
                lambda: self._desk.note(
                    text, private=self.private, at=self._began, flag_id=flag.id if flag is not None else None
                )
            )
            if saved is None:
                return
        # Not clear(): that would leave the saved words in the box's own undo history.
        self.setText("")
        self._set_struck(None)

    def release(self) -> None:
        """Let go of the flag; words typed from now on are a note of their own."""
        self._set_struck(None)

    def forget(self, flag_id: str) -> None:
        """A flag was taken back: nothing belongs to it any more."""
        if self._before is not None and self._before.id == flag_id:
            self._before = None
        if self._struck is not None and self._struck.id == flag_id:
            self._set_struck(None)

    def take_back(self) -> None:
        """Undo within the words being typed, else take the last note or flag back."""
        if self.text() and self.isUndoAvailable():
            self.undo()
        else:
            self._ask(lambda: self._desk.take_back())

    def put_back(self) -> None:
        """Redo within the words being typed, else put back what was taken back."""
        if self.text() and self.isRedoAvailable():
            self.redo()
        else:
            self._ask(lambda: self._desk.put_back())

    # --- keys ---

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Flags first, then the keys of a fresh flag, then what every line of text does."""
        if not (self._flag_key(event) or self._after_flag_key(event) or self._other_key(event)):
            super().keyPressEvent(event)

    def _flag_key(self, event: QKeyEvent) -> bool:
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.isAutoRepeat() or not (held == _ALT or (held == _PLAIN and not self.text())):
            return False
        kind = self._kinds.get(press_of(event))
        if kind is None:
            return False
        self.strike(kind, event.text() or kind.press if held == _PLAIN else "")
        return True

    def _after_flag_key(self, event: QKeyEvent) -> bool:
        key, flag = event.key(), self._struck
        if flag is None:
            return False
        if self.text() or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        if self._fresh and key in (Qt.Key.Key_Space, Qt.Key.Key_Backspace):
            self._make_text(flag, " " if key == Qt.Key.Key_Space else "")
            return True
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._fresh = False
            self._ask(lambda: self._desk.nudge(flag.id, -1 if key == Qt.Key.Key_Left else 1))
            return True
        return False

    def _other_key(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.save()
        elif event.matches(QKeySequence.StandardKey.Undo):
            self.take_back()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self.put_back()
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.paged.emit(-1 if key == Qt.Key.Key_PageUp else 1)
        elif key == Qt.Key.Key_End and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.jumped.emit()
        else:
            return False
        return True

    def _make_text(self, flag: Struck, more: str) -> None:
        before = self._before
        self._ask(lambda: self._desk.take_back(flag.id))
        self._set_struck(before)
        self._began = flag.at
        self.insert(flag.character + more)
        self.began.emit(self._began)

    # --- state ---

    def _set_struck(self, flag: Struck | None, *, fresh: bool = False) -> None:
        self._fresh = fresh
        if flag is None:
            self._before = None
        if flag is not self._struck:
            self._struck = flag
            self.struck.emit(flag)

    def _text_changed(self, text: str) -> None:
        if text:
            self._fresh = False
        if bool(text) == (self._began is not None):
            return
        self._began = self._desk.now() if text else None
        self.began.emit(self._began)

    def _ask(self, command: Callable[[], str | None]) -> str | None:
        """Give a command; a refusal is told, and is None like a command without an answer."""
        try:
            return command()
        except SideBySideError as error:
            self.refused.emit(str(error))
            return None

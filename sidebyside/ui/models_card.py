"""The models in Settings: a language, what hears its calls, the models there are for it, and how they come and go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sidebyside.session.models import Pass
from sidebyside.ui import models_words as words
from sidebyside.ui import widgets
from sidebyside.ui.bridge import Bridge
from sidebyside.ui.fields import Combo
from sidebyside.ui.models_bring import BringPanel
from sidebyside.ui.models_line import ModelLine
from sidebyside.ui.models_work import Installation, hosts
from sidebyside.ui.page import wrapped
from sidebyside.ui.sitdown_language import language_title

if TYPE_CHECKING:
    from sidebyside.session.models import Hearing, LanguageChoice, ModelRow
    from sidebyside.session.workspace import Workspace

_PASSES = ((Pass.FIRST, "Live text"), (Pass.SECOND, "Hearing again at pauses"))
_NONE = {
    Pass.FIRST: "There is no model for the live text in this language. One that you have can come from a file.",
    Pass.SECOND: "There is no model that hears this language again. The live text stays as it is.",
}
_INTRO = "Models turn speech into text, on this laptop alone. What you choose counts from the next sitting."


class ModelsCard(widgets.Card):
    """Lists the models of one language. All of its work is done in the background, also while other pages are shown."""

    changed = Signal()
    """What hears the calls of some language may be another model now."""
    shown = Signal()
    """The list is there, or newer."""
    opened = Signal(QWidget)
    """This part of it is to be seen."""
    help_wanted = Signal()

    def __init__(self, workspace: Workspace, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__("Models", parent)
        self._workspace, self._bridge = workspace, bridge
        self._rows: tuple[ModelRow, ...] = ()
        self.languages: tuple[LanguageChoice, ...] = ()
        """All there are, with and without a model."""
        self._hosts: dict[str, str] = {}
        self._asked = 0
        self._failure = ("", "")
        self._focus_on = ""
        self.lines: dict[str, ModelLine] = {}
        self.work = Installation(workspace, bridge, self)
        self.language = Combo()
        self.hears = wrapped("Looking for models…")
        self.bring = BringPanel()
        self.open_bring = widgets.button("Install from a file…", does=lambda: self._open_bring(""))
        self.help = widgets.button("Help on models", "link", does=self.help_wanted.emit)
        self._groups = {which: QVBoxLayout() for which, _title in _PASSES}
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.body.setSpacing(12)
        self.body.addWidget(wrapped(_INTRO, "dim"))
        self.body.addWidget(widgets.caption("Models &for calls in", self.language))
        self.body.addWidget(self.language)
        self.body.addWidget(self.hears)
        for which, title in _PASSES:
            self.body.addSpacing(4)
            self.body.addWidget(wrapped(title, "heading"))
            self._groups[which].setSpacing(16)
            self.body.addLayout(self._groups[which])
        self.body.addWidget(widgets.rule())
        self.body.addLayout(widgets.row(self.open_bring, 1))
        self.body.addWidget(self.bring)
        self.body.addWidget(wrapped(words.ONLY_CONNECTION, "dim"))
        self.body.addLayout(widgets.row(self.help, 1))

    def _connect(self) -> None:
        self.language.activated.connect(lambda _place: self._other_language())
        self.bring.wanted.connect(self._bring)
        self.bring.put_away.connect(self._close_bring)
        self.bring.stop_wanted.connect(self.work.stop)
        self.work.moved.connect(self._moved)
        self.work.done.connect(self._installed)
        self.work.failed.connect(self._not_installed)

    # --- what is there ---

    @property
    def code(self) -> str:
        """The language whose models are listed."""
        return self.language.currentData() or self._workspace.settings.language

    @property
    def name(self) -> str:
        """The same by its name."""
        return next((choice.name for choice in self.languages if choice.code == self.code), self.code)

    def show_language(self, code: str) -> None:
        """List the models of this language."""
        if self.language.findData(code) < 0:
            self.language.addItem(code, code)
        if code != self.code:
            self.language.setCurrentIndex(self.language.findData(code))
            self._other_language()
        else:
            self.refresh()

    def _other_language(self) -> None:
        # What was said of a model was said of the other language.
        self._lay_rows([])
        self.refresh()

    def refresh(self) -> None:
        """Look anew at what is on this computer."""
        self._asked += 1
        asked, code, workspace = self._asked, self.code, self._workspace
        self._bridge.in_background(
            lambda: (workspace.models(), workspace.languages(), workspace.can_hear(code), hosts()),
            lambda found: self._found(asked, *found),
            lambda error: self.hears.setText(str(error)),
            self,
        )

    def _found(
        self,
        asked: int,
        rows: tuple[ModelRow, ...],
        languages: tuple[LanguageChoice, ...],
        hearing: Hearing,
        hosts: dict[str, str],
    ) -> None:
        if asked != self._asked:
            return
        chosen = self.code
        self._rows, self.languages, self._hosts = rows, languages, hosts
        with QSignalBlocker(self.language):
            self.language.clear()
            for choice in languages:
                self.language.addItem(language_title(choice), choice.code)
            if self.language.findData(chosen) < 0:
                self.language.addItem(chosen, chosen)
            self.language.setCurrentIndex(self.language.findData(chosen))
        self.bring.offer_languages(languages)
        self.hears.setText(words.heard_by(hearing, self.name, second_pass=self._workspace.settings.second_pass))
        self._show_rows()
        self.shown.emit()

    def _show_rows(self) -> None:
        code = self.code
        # What a person brought may know no language by name; it stands everywhere rather than nowhere.
        rows = [row for row in self._rows if code in row.languages or not row.languages]
        if [words.key(row) for row in rows] != list(self.lines):
            self._lay_rows(rows)
        for row in rows:
            mine = self.work.name == words.key(row)
            self.lines[words.key(row)].show_row(row, code, self.name, mine=mine, busy=self.work.running)
        self.bring.show_running(self.work.name == "", self.work.running)
        if self._focus_on in self.lines:
            self._focus(self.lines[self._focus_on])
        self._focus_on = ""

    def _lay_rows(self, rows: list[ModelRow]) -> None:
        """Put the lines in the rows' order; a line that stays keeps its focus and what it says."""
        kept = {words.key(row): self.lines.get(words.key(row)) or self._line(row) for row in rows}
        for group in self._groups.values():
            while (item := group.takeAt(0)) is not None:
                part = item.widget()
                if part is not None and part not in kept.values():
                    part.hide()
                    part.deleteLater()
        self.lines = kept
        for which, group in self._groups.items():
            for row in rows:
                if row.which is which:
                    group.addWidget(kept[words.key(row)])
            if rows and not group.count():
                group.addWidget(wrapped(_NONE[which], "dim"))
        self._order_keys(rows)

    def _order_keys(self, rows: list[ModelRow]) -> None:
        """Tab goes through the lines as they stand."""
        before: QWidget = self.language
        for which, _title in _PASSES:
            for row in rows:
                if row.which is which:
                    for stop in self.lines[words.key(row)].all_stops:
                        QWidget.setTabOrder(before, stop)
                        before = stop
        QWidget.setTabOrder(before, self.open_bring)

    def _line(self, row: ModelRow) -> ModelLine:
        line = ModelLine(row, self._hosts.get(row.name, ""))
        line.use_wanted.connect(self._use)
        line.download_wanted.connect(self._download)
        line.bring_wanted.connect(self._open_bring)
        line.remove_wanted.connect(self._remove)
        line.stop_wanted.connect(self.work.stop)
        line.opened.connect(self.opened)
        if self._failure[0] == words.key(row):
            line.say(self._failure[1], wrong=True)
        return line

    def focus_getting(self) -> None:
        """Put the focus where a model for the language can be got."""
        for line in self.lines.values():
            for made in (line.use, line.get, line.bring):
                if line.row.which is Pass.FIRST and not made.isHidden():
                    made.setFocus(Qt.FocusReason.OtherFocusReason)
                    return
        self.language.setFocus(Qt.FocusReason.OtherFocusReason)

    def _focus(self, line: ModelLine) -> None:
        stops = [made for made in line.stops if made.isEnabled()]
        (stops[0] if stops else self.language).setFocus(Qt.FocusReason.OtherFocusReason)

    # --- choosing and removing ---

    def _use(self, name: str) -> None:
        code = self.code
        self._change(name, lambda: self._workspace.use_model(name, code), "In use from the next sitting.")

    def _remove(self, name: str) -> None:
        self._change(name, lambda: self._workspace.remove_model(name, anyway=True), "Removed.")

    def _change(self, name: str, work: Callable[[], object], said: str) -> None:
        def done(_result: object) -> None:
            self._say(name, said)
            self.refresh()
            self.changed.emit()

        self._bridge.in_background(work, done, lambda error: self._say(name, str(error), wrong=True), self)

    def _say(self, name: str, text: str, *, wrong: bool = False) -> None:
        line = self.lines.get(name)
        if line is not None:
            line.say(text, wrong=wrong)

    # --- installing ---

    def _download(self, name: str) -> None:
        self._failure = ("", "")
        self.work.download(name)
        self._show_rows()

    def _bring(self, place: Path, language: str) -> None:
        self.work.bring(place, language)
        self._show_rows()

    def _open_bring(self, name: str) -> None:
        row = next((row for row in self._rows if row.name == name), None)
        self.bring.begin(row.title if row is not None else "")
        self.opened.emit(self.bring)

    def _close_bring(self) -> None:
        self.bring.hide()
        self.open_bring.setFocus(Qt.FocusReason.OtherFocusReason)

    def _moved(self) -> None:
        progress, name = self.work.progress, self.work.name
        if progress is None or name is None:
            return
        if name in self.lines:
            self.lines[name].progress.show_progress(progress)
        elif not name:
            self.bring.show_progress(progress)

    def _installed(self, name: str, row: ModelRow) -> None:
        self._keep_focus(name)
        if name:
            self._say(name, "Installed.")
        else:
            self.bring.say(f"Installed: {row.title}.", wrong=False)
        if row.languages and self.code not in row.languages:
            self.show_language(row.languages[0])
        else:
            self.refresh()
        self.changed.emit()

    def _not_installed(self, name: str, why: str, stopped: bool) -> None:
        self._keep_focus(name)
        self._failure = ("", "") if stopped else (name, why)
        if name:
            self._say(name, why, wrong=not stopped)
        else:
            self.bring.say(why, wrong=not stopped)
        self._show_rows()
        self.refresh()

    def _keep_focus(self, name: str) -> None:
        """The button that stops is about to go: the focus stays with its model."""
        focused, line = self.window().focusWidget(), self.lines.get(name)
        if line is not None and focused is not None and line.isAncestorOf(focused):
            self._focus_on = name

    def stop(self) -> None:
        """Stop what is being installed, because a session begins or the app is closed; it can go on later."""
        self.work.stop()

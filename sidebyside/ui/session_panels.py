"""Panels over the text: exporting a session; deleting it, or striking out a call, for good and in two steps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QLineEdit, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from sidebyside.model import Contact, SessionRecord
from sidebyside.ui import widgets
from sidebyside.ui.dates import count
from sidebyside.ui.fields import Tick
from sidebyside.ui.flow import flowing
from sidebyside.ui.page import wrapped

FORMATS = (("md", "&Markdown"), ("html", "&Web page"), ("json", "Da&ta"))


class _Panel(widgets.Card):
    """A card that Esc puts away."""

    put_away = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc puts it away; Enter presses the button that has the focus."""
        if event.key() == Qt.Key.Key_Escape:
            self.put_away.emit()
            return
        super().keyPressEvent(event)


class ExportPanel(_Panel):
    """Where to, in which formats; then what was written. `wanted` carries the folder and the formats."""

    wanted = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Export", parent)
        self.folder = QLineEdit()
        self.choose = widgets.button("&Choose…", does=self._ask, name="Choose a folder")
        self.formats = {key: Tick(title) for key, title in FORMATS}
        self.go = widgets.button("E&xport now", "primary", does=self._go)
        self.shut = widgets.button("Close", does=self.put_away.emit, tip="Esc")
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Exporting")
        self.result = wrapped("", "good")
        self.open_folder = widgets.button("&Open folder", does=self._open)
        self._written = Path()
        self.body.addWidget(
            wrapped(
                "A copy of the session: the text, notes, flags, answers and the rep's name are in it, private notes "
                "are not. It is not encrypted, and a copy that has left this laptop cannot be called back.",
                "dim",
            )
        )
        self.body.addWidget(widgets.caption("&Folder", self.folder))
        line = widgets.row(gap=8)
        line.addWidget(self.folder, 1)
        line.addWidget(self.choose)
        self.body.addLayout(line)
        ticks = QWidget()
        ticks.setLayout(flowing(*self.formats.values(), gap=16))
        for tick in self.formats.values():
            tick.setChecked(True)
            tick.toggled.connect(lambda _on: self._allow())
        self.body.addWidget(ticks)
        self.body.addLayout(widgets.row(self.go, self.shut, 1, gap=12))
        self.body.addWidget(self.bar)
        self.body.addWidget(self.result)
        self.body.addLayout(widgets.row(self.open_folder, 1))
        self.folder.textChanged.connect(lambda _text: self._allow())
        self.folder.returnPressed.connect(self._go)
        self.begin(Path())

    def begin(self, folder: Path) -> None:
        """Offer this folder, with nothing exported yet."""
        self.folder.setText(str(folder))
        self.bar.hide()
        self.result.hide()
        self.open_folder.hide()
        self._allow()

    def done(self, files: Sequence[Path]) -> None:
        """Say what was written and where."""
        self.bar.hide()
        self._allow()
        self._written = files[0].parent if files else Path()
        names = ", ".join(file.name for file in files)
        self.result.setText(f"Exported to {self._written}: {names}")
        self.result.show()
        self.open_folder.show()
        self.open_folder.setFocus(Qt.FocusReason.OtherFocusReason)

    def failed(self) -> None:
        """Let a person try again."""
        self.bar.hide()
        self._allow()

    def _chosen(self) -> tuple[str, ...]:
        return tuple(key for key, tick in self.formats.items() if tick.isChecked())

    def _allow(self) -> None:
        self.go.setEnabled(bool(self._chosen()) and bool(self.folder.text().strip()) and self.bar.isHidden())

    def _go(self) -> None:
        if self.go.isEnabled():
            self.result.hide()
            self.open_folder.hide()
            self.bar.show()
            self.go.setEnabled(False)
            self.wanted.emit(Path(self.folder.text().strip()).expanduser(), self._chosen())

    def _ask(self) -> None:
        if folder := QFileDialog.getExistingDirectory(self, "Export to", self.folder.text()):
            self.folder.setText(folder)

    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._written)))


class DeletePanel(_Panel):
    """The second step before a session is deleted: says what goes."""

    confirmed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setProperty("role", "warning")
        self.what = wrapped("")
        self.go = widgets.button("Delete for &good", "danger", does=self.confirmed.emit)
        self.keep = widgets.button("&Keep it", does=self.put_away.emit, tip="Esc")
        self.body.addWidget(widgets.label("Delete this session?", "heading"))
        self.body.addWidget(self.what)
        self.body.addLayout(widgets.row(self.keep, self.go, 1, gap=12))

    def begin(self, record: SessionRecord) -> None:
        """Name what would be deleted."""
        self.what.setText(what_goes(record))
        self.go.setEnabled(True)


def what_goes(record: SessionRecord) -> str:
    """What deleting this session takes away, in words."""
    parts = [
        f"the text of {count(len(record.contacts), 'call')}",
        count(len(record.notes), "note"),
        count(len(record.flags), "flag"),
        count(sum(not answer.skipped for answer in record.answers), "answer"),
        count(len(record.follow_ups), "promise"),
    ]
    gone = ", ".join(parts[:-1])
    return (
        f"For good, with no bin to take it from: {gone} and {parts[-1]}. Copies that were exported stay where they are."
    )


class StrikePanel(_Panel):
    """The second step before a call is struck out: says what goes. `confirmed` carries the call's id."""

    confirmed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setProperty("role", "warning")
        self.question, self.what = widgets.label("", "heading"), wrapped("")
        self.go = widgets.button("Strike out for &good", "danger", does=lambda: self.confirmed.emit(self._contact_id))
        self.keep = widgets.button("&Keep it", does=self.put_away.emit, tip="Esc")
        self.body.addWidget(self.question)
        self.body.addWidget(self.what)
        self.body.addLayout(widgets.row(self.keep, self.go, 1, gap=12))
        self._contact_id = ""

    def begin(self, contact: Contact, what: str) -> None:
        """Ask about this call; `what` says what would go."""
        self._contact_id = contact.id
        self.question.setText(f"Strike out call {contact.number}?")
        self.what.setText(what)
        self.go.setEnabled(True)
        widgets.announce(self, f"{self.question.text()} {what}")


def what_is_struck(record: SessionRecord, contact: Contact) -> str:
    """What striking this stored call out takes away and what stays, in words."""
    flags = {flag.id for flag in record.flags if flag.contact_id == contact.id}
    notes = sum(note.contact_id == contact.id or note.flag_id in flags for note in record.notes)
    others = {other.reason for other in record.contacts if other.id != contact.id and not other.struck}
    reason = contact.reason if contact.reason not in others else None
    answers = sum(
        not answer.skipped and (answer.flag_id in flags or (reason is not None and answer.reason == reason))
        for answer in record.answers
    )
    gone = f"its text, {count(notes, 'note')}, {count(len(flags), 'flag')} and {count(answers, 'answer')}"
    return (
        f"At the rep's word, and for good: {gone}. What stays is that there was a call, and that it was struck out. "
        "Promises stay, and so do copies that were exported."
    )


class PanelHolder(QScrollArea):
    """Holds the panels over the text; as high as they are, but never more than most of the page: then it scrolls."""

    def __init__(self, *panels: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.most = 400
        """Pixels."""
        self._inner = QWidget()
        column = QVBoxLayout(self._inner)
        column.setContentsMargins(20, 16, 20, 4)
        for panel in panels:
            column.addWidget(panel)
        self.setWidget(self._inner)
        self._inner.installEventFilter(self)

    def fit(self) -> None:
        """Be as high as what is shown needs, up to `most`."""
        needed = self._inner.heightForWidth(self.viewport().width())
        self.setFixedHeight(min(self.most, max(needed, 60)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Fit anew when something in a panel comes or goes."""
        if event.type() is QEvent.Type.LayoutRequest:
            self.fit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrower panel is a higher one."""
        super().resizeEvent(event)
        self.fit()

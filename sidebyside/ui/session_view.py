"""One session, read afterwards: what was said with its marks in place, calls, answers, promises; what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sidebyside import paths
from sidebyside.model import Agreement, Kit, Session, SessionRecord, SessionState
from sidebyside.session.workspace import Workspace
from sidebyside.ui import dates, widgets
from sidebyside.ui.bridge import Bridge
from sidebyside.ui.page import Page, pixel_font, top_bar, wrapped
from sidebyside.ui.session_panels import DeletePanel, ExportPanel, PanelHolder, StrikePanel, what_is_struck
from sidebyside.ui.session_side import SessionSide
from sidebyside.ui.transcript import TranscriptModel, TranscriptView


class SessionPage(Page):
    """Shows a session after `open`."""

    debrief_wanted = Signal(str)
    back_wanted = Signal()
    deleted = Signal(str)

    def __init__(self, workspace: Workspace, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace, self._bridge = workspace, bridge
        self._session_id = ""
        self._record: SessionRecord | None = None
        self.model = TranscriptModel(workspace.content.flags, workspace.content.reasons, self)
        self._lay_out()
        self.side.call_chosen.connect(self.view.show_item)
        self.side.strike_wanted.connect(self._ask_strike)
        self.striking.put_away.connect(self._put_away)
        self.striking.confirmed.connect(self._strike)
        self.exporting.wanted.connect(self._export)
        self.exporting.put_away.connect(self._put_away)
        self.deleting.put_away.connect(self._put_away)
        self.deleting.confirmed.connect(self._delete)
        self.setFocusProxy(self.debrief)

    @property
    def session_id(self) -> str:
        """The session that is shown."""
        return self._session_id

    def open(self, session_id: str, item_id: str = "") -> None:
        """Read a session and show it, with this utterance or note in sight."""
        self._session_id, self._record = session_id, None
        self.banners.clear()
        self._put_away()
        self._bridge.in_background(
            lambda: self._workspace.library.record(session_id),
            lambda record: self._show(record, item_id) if record.session.id == self._session_id else None,
            lambda error: self.banners.say(f"This session cannot be shown: {error}", warning=True),
            self,
        )

    def _show(self, record: SessionRecord, item_id: str) -> None:
        self._record = record
        session = record.session
        self.title.setText(" · ".join(part for part in (session.rep, session.queue) if part))
        self.about.setText(about(session))
        self.model.load(record)
        self.side.show_record(record)
        self.silence.setText(without_text(record))
        self.silence.setVisible(bool(self.silence.text()))
        if session.state is SessionState.RECOVERED:
            self.banners.say("The app had stopped during this session. Everything that was saved by then is here.")
        if item_id:
            self.view.show_item(item_id)
        else:
            self.view.scrollToTop()

    # --- export and delete ---

    def _ask_export(self) -> None:
        named = self._workspace.settings.export_folder
        self.exporting.begin(Path(named) if named else paths.documents())
        self._only(self.exporting)
        self.exporting.go.setFocus(Qt.FocusReason.OtherFocusReason)

    def _ask_delete(self) -> None:
        if self._record is not None:
            self.deleting.begin(self._record)
            self._only(self.deleting)
            self.deleting.keep.setFocus(Qt.FocusReason.OtherFocusReason)

    def _only(self, panel: QWidget) -> None:
        for other in (self.exporting, self.deleting, self.striking):
            other.setVisible(other is panel)
        self.panels.show()

    def _put_away(self) -> None:
        for panel in (self.exporting, self.deleting, self.striking):
            panel.hide()
        self.panels.hide()
        self.debrief.setFocus(Qt.FocusReason.OtherFocusReason)

    def _export(self, folder: Path, formats: Sequence[str]) -> None:
        session_id = self._session_id

        def failed(error: Exception) -> None:
            if session_id == self._session_id:
                self.exporting.failed()
            self.banners.say(f"Not exported: {error}", warning=True)

        self._bridge.in_background(
            lambda: self._workspace.export(session_id, folder, formats),
            lambda files: self.exporting.done(files) if session_id == self._session_id else None,
            failed,
            self,
        )

    def _ask_strike(self, contact_id: str) -> None:
        contacts = self._record.contacts if self._record else ()
        contact = next((contact for contact in contacts if contact.id == contact_id), None)
        if self._record is not None and contact is not None:
            self.striking.begin(contact, what_is_struck(self._record, contact))
            self._only(self.striking)
            self.striking.keep.setFocus(Qt.FocusReason.OtherFocusReason)

    def _strike(self, contact_id: str) -> None:
        session_id = self._session_id
        self.striking.go.setEnabled(False)

        def failed(error: Exception) -> None:
            self.striking.go.setEnabled(True)
            self.banners.say(f"Not struck out: {error}", warning=True)

        self._bridge.when_done(
            self._workspace.strike_call(contact_id),
            lambda _struck: self.open(session_id, contact_id) if session_id == self._session_id else None,
            failed,
            self,
        )

    def _delete(self) -> None:
        session_id = self._session_id
        self.deleting.go.setEnabled(False)

        def failed(error: Exception) -> None:
            self.deleting.go.setEnabled(True)
            self.banners.say(f"Not deleted: {error}", warning=True)

        self._bridge.when_done(
            self._workspace.delete_session(session_id), lambda _nothing: self._gone(session_id), failed, self
        )

    def _gone(self, session_id: str) -> None:
        if session_id == self._session_id:
            self._session_id, self._record = "", None
            self.model.load(SessionRecord(session=_NO_SESSION))
            self._put_away()
        self.deleted.emit(session_id)

    # --- the page ---

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes back."""
        if event.key() == Qt.Key.Key_Escape:
            self.back_wanted.emit()
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the side its share."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the text size."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "side"):
            self._fit()

    def _fit(self) -> None:
        self.panels.most = round(self.height() * 0.66)
        self.panels.fit()
        self.side.setFixedWidth(min(round(340 * pixel_font(self).pixelSize() / 15), round(self.width() * 0.38)))

    def _lay_out(self) -> None:
        self.back = widgets.button(
            "‹ Library", "nav", does=self.back_wanted.emit, name="Back to the library", tip="Esc"
        )
        self.title = widgets.label("", "heading")
        self.about = widgets.label("", "dim")
        self.debrief = widgets.button("&Debrief", "primary", does=lambda: self.debrief_wanted.emit(self._session_id))
        self.export = widgets.button("&Export…", does=self._ask_export)
        self.delete = widgets.button("De&lete…", does=self._ask_delete)
        bar = top_bar(self.back, self.title, self.about, self.export, self.delete, self.debrief, push=3, left=12)
        self.banners = widgets.Banners()
        self.exporting, self.deleting, self.striking = ExportPanel(), DeletePanel(), StrikePanel()
        self.panels = PanelHolder(self.exporting, self.deleting, self.striking)
        self.silence = wrapped("", "dim")
        self.silence.setContentsMargins(28, 16, 28, 0)
        self.view = TranscriptView(self.model)
        self.side = SessionSide(self._workspace.content)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self.panels)
        left.addWidget(self.silence)
        left.addWidget(self.view, 1)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addLayout(left, 1)
        body.addWidget(self.side)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(bar)
        page.addWidget(self.banners)
        page.addLayout(body, 1)


_NO_SESSION = Session(id="", started="1970-01-01T00:00:00+00:00", zone="UTC", offset=0, rep="")


def about(session: Session) -> str:
    """When it was, how long, and what the rep had agreed to."""
    started = dates.local(session)
    agreed = "notes only"
    if session.kit is not Kit.NOTES:
        agreed = "text agreed" if session.agreed is Agreement.TEXT else "listening agreed, no text kept"
        if session.agreed_at:
            agreed += f" at {dates.time(dates.local(session, session.agreed_at))}"
    when = f"{dates.day(started)}, {dates.time(started)}"
    return f"{when} · {dates.minutes(session.duration)} · {agreed}"


def without_text(record: SessionRecord) -> str:
    """Why there is no text of the calls, where there is none."""
    if record.utterances:
        return ""
    if record.session.kit is Kit.NOTES:
        return "This session was notes only: your notes and flags stand at their moments."
    if record.session.agreed is Agreement.LISTEN:
        return "The rep agreed to listening without text, so no words were kept."
    return "There is no text of this session: nothing was heard, or its time was up and it was deleted."

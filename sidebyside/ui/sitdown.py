"""The Sit-down page: who and how, what was promised, and the rep's own answer before anything is listened to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from sidebyside.model import Agreement, FollowUp, Kit
from sidebyside.session.plan import masked
from sidebyside.ui import theme
from sidebyside.ui.bridge import Bridge
from sidebyside.ui.flow import flowing
from sidebyside.ui.metering import Metering
from sidebyside.ui.promises import Promise, PromisesCard
from sidebyside.ui.sitdown_form import SitDownForm
from sidebyside.ui.widgets import Banners, Card, announce, button, label, rule, scrolled
from sidebyside.ui.words import first_name

if TYPE_CHECKING:
    from sidebyside.session.models import LanguageChoice
    from sidebyside.session.plan import SitDown
    from sidebyside.session.workspace import Workspace

MASKED = "Numbers are masked; pause for payments."
REFUSED = "That is fine. Nothing about it was written down. Another day, perhaps."


class SitDownPage(QWidget):
    """Asks who, how, and whether it is fine. Only level meters run until the rep has agreed."""

    agreed = Signal(object)
    """The `SitDown` that the rep agreed to; the sound input is free again by then."""
    models_wanted = Signal(str)
    """A model for the language of this code is to be got."""

    def __init__(self, workspace: Workspace, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self._workspace, self._bridge = workspace, bridge
        self._plan: SitDown | None = None
        self._asked_for = ""
        self.banners = Banners()
        self.kind_line = label(REFUSED, "medium", wrap=True)
        self.kind_line.hide()
        self.form = SitDownForm(workspace.settings)
        self.promises = PromisesCard()
        self.turn = label("", "heading", wrap=True)
        self.notice = label("", wrap=True)
        self.text_fine = button("&Text is fine", "primary", does=lambda: self._agree(Agreement.TEXT))
        self.listen_only = button("L&isten, keep no text", does=lambda: self._agree(Agreement.LISTEN))
        self.not_today = button("&Not today", does=self.refuse)
        self.metering = Metering(workspace, self)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(200)
        self._soon.timeout.connect(self._after_typing)
        self._lay_out()
        self._connect()
        self._named()

    def _lay_out(self) -> None:
        left = Card()
        left.body.setContentsMargins(22, 18, 22, 22)
        left.body.addWidget(label("Who are you sitting beside?", "title"))
        left.body.addWidget(self.kind_line)
        left.body.addWidget(self.form)
        left.body.addSpacing(theme.STEP)
        left.body.addWidget(rule())
        left.body.addWidget(self.turn)
        left.body.addWidget(self.notice)
        for made in (self.text_fine, self.listen_only, self.not_today):
            # The rep's word is given with Space or the mouse: an Enter too many must not give it.
            made.setAutoDefault(False)
        left.body.addLayout(flowing(self.text_fine, self.listen_only, self.not_today, gap=12))
        left.body.addStretch(1)
        rules = Card("House rules")
        rules.body.setSpacing(theme.STEP)
        for line in self._workspace.content.conduct.lines:
            rules.body.addWidget(label(line, "dim-ink", wrap=True))
        right = QVBoxLayout()
        right.setSpacing(4 * theme.STEP)
        right.addWidget(self.promises)
        right.addWidget(rules)
        right.addStretch(1)
        inner = QWidget()
        inner.setProperty("role", "page")
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight, inner)
        self._columns.setContentsMargins(28, 24, 28, 28)
        self._columns.setSpacing(6 * theme.STEP)
        self._columns.addWidget(left, 13)
        self._columns.addLayout(right, 6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banners)
        column.addWidget(scrolled(inner))

    def _connect(self) -> None:
        self.form.named.connect(lambda _name: self._named())
        self.form.changed.connect(self._meter)
        self.form.refresh_wanted.connect(self._look_for_devices)
        self.form.language_picked.connect(self._look_up)
        self.form.can_begin_changed.connect(self._show_notice)
        self.form.models_wanted.connect(self.models_wanted)
        self.promises.closed.connect(self._keep_promise)
        self.metering.found.connect(self.form.show_devices)
        self.metering.none_found.connect(self.form.show_no_device)
        self.metering.levels.connect(self.form.show_levels)
        self.metering.trouble.connect(self.form.show_trouble)
        self.metering.stopped.connect(self._free)

    # --- the rep's answer ---

    def _agree(self, agreed: Agreement) -> None:
        notice = self._workspace.settings.notice or self._workspace.content.conduct.notice
        self._plan = masked(self.form.plan(agreed, notice))
        self._remember(self._plan)
        for made in (self.text_fine, self.listen_only, self.not_today):
            made.setEnabled(False)
        self.metering.stop()

    def _free(self) -> None:
        plan, self._plan = self._plan, None
        if plan is not None:
            self.agreed.emit(plan)

    def refuse(self) -> None:
        """The rep said no: the page is empty again, and nothing was kept of it."""
        self.clear()
        self.kind_line.show()
        announce(self.kind_line, REFUSED)
        self.form.rep.setFocus()

    def clear(self) -> None:
        """An empty page for the next sitting."""
        self.kind_line.hide()
        self.form.rep.setCurrentIndex(-1)
        self.form.rep.setEditText("")
        self._named()

    def _remember(self, plan: SitDown) -> None:
        settings = msgspec.structs.replace(
            self._workspace.settings,
            queue=plan.queue,
            language=plan.language,
            kit=self.form.kit_wanted,
            device=plan.device or "",
            layout=plan.layout,
        )
        self._bridge.in_background(lambda: self._workspace.save_settings(settings), owner=self)

    # --- what is shown ---

    def _named(self) -> None:
        name = first_name(self.form.rep_named)
        self.turn.setText(f"Now turn the laptop to {name}" if name else "Then turn the laptop to them")
        self._show_notice()
        if name:
            self.kind_line.hide()
        self._soon.start()

    def _show_notice(self) -> None:
        named = bool(self.form.rep_named)
        for made in (self.text_fine, self.listen_only):
            made.setEnabled(named and self.form.can_begin and self._plan is None)
        self.not_today.setEnabled(named and self._plan is None)
        quoted = self._workspace.settings.notice or self._workspace.content.conduct.notice
        heard = f"Callers hear: “{quoted}” " if quoted else ""
        if self.form.kit_chosen is Kit.NOTES:
            says = "Nothing is listened to by this laptop. Only typed notes and flags are kept."
        else:
            says = f"{heard}No sound is kept. {self.form.caution or MASKED}"
        self.notice.setText(f"{says} You can end this at any time, and the debrief is yours to read.")
        self.listen_only.setVisible(self.form.kit_chosen is not Kit.NOTES)
        self.text_fine.setText("Notes are &fine" if self.form.kit_chosen is Kit.NOTES else "&Text is fine")

    def _after_typing(self) -> None:
        rep = self.form.rep_named
        if rep == self._asked_for:
            return
        self._asked_for = rep
        if not rep:
            self.promises.show_for("", ())
            return
        self._bridge.in_background(
            lambda: tuple(self._workspace.library.open_follow_ups(rep)),
            lambda found: self._show_promises(rep, found),
            owner=self,
        )

    def _show_promises(self, rep: str, found: tuple[FollowUp, ...]) -> None:
        if rep == self.form.rep_named:
            self.promises.show_for(rep, found)

    def _keep_promise(self, answer: tuple[Promise, FollowUp]) -> None:
        shown, kept = answer
        self._bridge.when_done(
            self._workspace.save_follow_up(kept),
            lambda _saved: shown.show_closed(),
            lambda error: self.banners.say(str(error), warning=True),
            shown,
        )

    # --- sound ---

    def _meter(self) -> None:
        self._show_notice()
        if not self.isVisible():
            return
        if self.form.kit_chosen is Kit.NOTES or not self.form.device.count():
            self.metering.stop()
        else:
            self.metering.listen(self.form.plan())

    def _look_for_devices(self) -> None:
        self.metering.find_devices()

    def refresh(self) -> None:
        """Read anew whom the library knows, what can write, and what can be heard."""
        library = self._workspace.library
        self._bridge.in_background(
            lambda: (tuple(library.reps()), tuple(library.queues())),
            lambda known: self.form.show_known(*known),
            owner=self,
        )
        self._bridge.in_background(self._workspace.languages, self._offer_languages, self._say_wrong, self)
        self._asked_for = ""
        self._named()
        self._look_for_devices()

    def _offer_languages(self, choices: tuple[LanguageChoice, ...]) -> None:
        self.form.show_languages(choices)
        self.form.ask_hearing()

    def _look_up(self, language: str) -> None:
        self._bridge.in_background(
            lambda: self._workspace.can_hear(language), self.form.show_hearing, self._say_wrong, self
        )

    def _say_wrong(self, error: Exception) -> None:
        self.banners.say(str(error), warning=True)

    def showEvent(self, event: QShowEvent) -> None:
        """Fresh names and devices each time the page comes up."""
        super().showEvent(event)
        if not event.spontaneous():
            self.refresh()
            self.form.rep.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        """No meter runs behind another page."""
        super().hideEvent(event)
        if not event.spontaneous():
            self.metering.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """One column where two would be narrow."""
        super().resizeEvent(event)
        narrow = self.width() < 92 * self.fontMetrics().averageCharWidth()
        way = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        self._columns.setDirection(way)

    def close_down(self) -> None:
        """Let go of the sound input and the thread that held it."""
        self.metering.close()

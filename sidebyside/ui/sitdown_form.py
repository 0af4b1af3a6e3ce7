"""The fields of the Sit-down page: who, which queue and language, and how the call is heard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent, QStandardItemModel
from PySide6.QtWidgets import QBoxLayout, QComboBox, QVBoxLayout, QWidget

from sidebyside.audio.devices import InputDevice, choose
from sidebyside.model import Agreement, Kit, Layout
from sidebyside.session.plan import SitDown
from sidebyside.settings import Settings
from sidebyside.ui import theme
from sidebyside.ui.sitdown_language import HeardBy, NoModel, language_title
from sidebyside.ui.widgets import Choice, LevelMeter, button, caption, clear, label, row
from sidebyside.ui.words import KITS, WHO

if TYPE_CHECKING:
    from sidebyside.session.models import Hearing, LanguageChoice

KITS_OFFERED = (Kit.CORD, Kit.MICROPHONE, Kit.NOTES)
"""This computer's own sound is not offered: nothing here can listen to it yet."""

LAYOUTS = {
    Layout.MONO: "One channel for both",
    Layout.STEREO: "Rep left, customer right",
    Layout.SWAPPED: "Customer left, rep right",
}


_SHARES = (5, 4, 7)
"""How rep, queue and language share their line."""
_ARROW = 70
"""Pixels that a box needs beside its words."""


def editable(items: Iterable[str], name: str) -> QComboBox:
    """A field with what was used before, and room for something new."""
    made = QComboBox()
    made.setEditable(True)
    made.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    made.addItems(list(items))
    made.setAccessibleName(name)
    made.setMinimumContentsLength(6)
    return made


def _fill(box: QComboBox, items: Iterable[tuple[str, object]], chosen: object) -> None:
    with QSignalBlocker(box):
        box.clear()
        for text, value in items:
            box.addItem(text, value)
        box.setCurrentIndex(max(0, box.findData(chosen)))


class SitDownForm(QWidget):
    """Lays the fields out and turns them into a `SitDown`; `changed` when the sound's source may have."""

    changed = Signal()
    named = Signal(str)
    """The rep's name, when it was typed or chosen."""
    refresh_wanted = Signal()
    language_picked = Signal(str)
    """Which models would hear this language is to be looked up, and then shown by `show_hearing`."""
    can_begin_changed = Signal()
    models_wanted = Signal(str)
    """A model for this language is to be got."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.rep, self.queue = editable((), "Rep"), editable((), "Queue")
        self.language, self.device, self.layout_box = (QComboBox() for _ in range(3))
        for box in (self.language, self.device, self.layout_box):
            box.setMinimumContentsLength(8)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.device.setPlaceholderText("Looking for sound inputs…")
        # Its name comes with the languages that there are models for.
        _fill(self.language, (("", settings.language),), settings.language)
        _fill(self.layout_box, ((name, key) for key, name in LAYOUTS.items()), settings.layout)
        self.kit = Choice([(kit.value, KITS[kit]) for kit in KITS_OFFERED], "How do you hear the call?")
        self.kit.choose(settings.kit.value if settings.kit in KITS_OFFERED else Kit.CORD.value)
        self.refresh, self.again = (
            button("Look &again", does=self.refresh_wanted.emit, name="Look for sound inputs again") for _ in range(2)
        )
        self.no_model, self.heard_by = NoModel(), HeardBy()
        self._hearing: Hearing | None = None
        self._names: dict[str, str] = {}
        self._no_device = self._no_words = ""
        self._kit_before: Kit | None = None
        self.says = label("", wrap=True)
        self.sound = QWidget()
        self.meters: list[LevelMeter] = []
        self._channels: dict[str, int] = {}
        self._meter_column = QVBoxLayout()
        self._lines: list[QBoxLayout] = []
        self._lay_out()
        self._connect()
        self._kit_changed()

    def _lay_out(self) -> None:
        self.rep.setCurrentText("")
        self.queue.setCurrentText(self._settings.queue)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * theme.STEP)
        column.addLayout(
            self._line(
                _field("&Rep", self.rep),
                _field("&Queue", self.queue),
                _field("&Language", self.language),
                shares=_SHARES,
            )
        )
        column.addWidget(self.no_model)
        column.addSpacing(3 * theme.STEP)
        column.addWidget(caption("How do you hear the call?"))
        column.addWidget(self.kit)
        column.addWidget(self.says)
        column.addLayout(row(self.again, 1))
        self.again.hide()
        inner = QVBoxLayout(self.sound)
        inner.setContentsMargins(0, theme.STEP, 0, 0)
        inner.setSpacing(3 * theme.STEP)
        device = QWidget()
        device.setLayout(row(self.device, self.refresh))
        device.layout().setStretch(0, 1)  # type: ignore[union-attr]
        inner.addWidget(_field("&Sound input", self.device, device))
        inner.addLayout(self._line(_field("&Channels", self.layout_box), _field("Text by", self.heard_by)))
        self._meter_column.setSpacing(2 * theme.STEP)
        inner.addLayout(self._meter_column)
        column.addWidget(self.sound)

    def _line(self, *fields: QWidget, shares: Sequence[int] = (1, 1)) -> QBoxLayout:
        made = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        made.setSpacing(3 * theme.STEP)
        for field, share in zip(fields, shares, strict=True):
            made.addWidget(field, share)
        self._lines.append(made)
        return made

    def _connect(self) -> None:
        self.kit.chosen.connect(lambda _key: self._kit_picked())
        self.device.currentIndexChanged.connect(lambda _place: self._device_changed())
        self.layout_box.currentIndexChanged.connect(lambda _place: self._source_changed())
        self.rep.editTextChanged.connect(self.named.emit)
        self.language.currentIndexChanged.connect(lambda _place: self.ask_hearing())
        self.no_model.wanted.connect(lambda: self.models_wanted.emit(self.language_chosen))

    # --- what it says ---

    @property
    def kit_chosen(self) -> Kit:
        """How the call is heard."""
        return Kit(self.kit.value)

    @property
    def kit_wanted(self) -> Kit:
        """How the person wants to hear calls, also while nothing but notes is possible."""
        return self._kit_before or self.kit_chosen

    @property
    def language_chosen(self) -> str:
        """The code of the call's language."""
        return self.language.currentData() or self._settings.language

    @property
    def can_begin(self) -> bool:
        """Whether what is chosen can be heard, or needs no hearing."""
        return self.kit_chosen is Kit.NOTES or (self._hearing is not None and self._hearing.ready)

    @property
    def caution(self) -> str:
        """What the rep must know of the language, where calls in it are heard otherwise than in English."""
        return self._hearing.caution if self._hearing is not None else ""

    @property
    def rep_named(self) -> str:
        """The rep, without stray spaces."""
        return " ".join(self.rep.currentText().split())

    def plan(self, agreed: Agreement = Agreement.TEXT, notice: str = "") -> SitDown:
        """What the fields say."""
        return SitDown(
            rep=self.rep_named,
            queue=" ".join(self.queue.currentText().split()),
            language=self.language_chosen,
            kit=self.kit_chosen,
            device=self.device.currentData(),
            layout=Layout(self.layout_box.currentData() or Layout.MONO),
            agreed=agreed,
            notice=notice,
        )

    # --- what it shows ---

    def show_known(self, reps: Sequence[str], queues: Sequence[str]) -> None:
        """Offer the reps and queues of earlier sessions; what is typed already stays."""
        for box, items in ((self.rep, reps), (self.queue, queues)):
            with QSignalBlocker(box):
                text = box.currentText()
                box.clear()
                box.addItems(list(items))
                box.setEditText(text)

    def show_languages(self, choices: Sequence[LanguageChoice]) -> None:
        """Offer the languages, those without a model as well; the chosen one stays."""
        chosen = self.language_chosen
        self._names = {choice.code: choice.name for choice in choices}
        items = [(language_title(choice), choice.code) for choice in choices]
        if chosen not in (choice.code for choice in choices):
            items.append((chosen, chosen))
        _fill(self.language, items, chosen)

    def ask_hearing(self) -> None:
        """Have looked up which models would hear the chosen language; until then nobody can agree to be heard."""
        self._hearing = None
        self._fit()
        self.heard_by.show_hearing(None)
        self.can_begin_changed.emit()
        self.language_picked.emit(self.language_chosen)

    def show_hearing(self, hearing: Hearing) -> None:
        """Say which models will hear the call; where there is none for its language, only notes are offered."""
        if hearing.language != self.language_chosen:
            return
        self._hearing = hearing
        self.heard_by.show_hearing(hearing, self._names.get(hearing.language, ""))
        self._no_words = "" if hearing.ready else hearing.message
        self.no_model.say(self._no_words)
        self._offer_sound()
        self.can_begin_changed.emit()

    def show_devices(self, devices: Sequence[InputDevice]) -> None:
        """Offer the inputs, the remembered one or the system's own first."""
        chosen = self.device.currentData() or self._settings.device
        names = [device.name for device in devices]
        if chosen not in names:
            chosen = choose(tuple(devices)).name
        items = [
            (f"{device.name} · the system's choice" if device.is_default else device.name, device.name)
            for device in devices
        ]
        _fill(self.device, items, chosen)
        self._channels = {device.name: device.channels for device in devices}
        self._no_device = ""
        self.says.hide()
        self.again.hide()
        self._device_changed()
        self._offer_sound()

    def show_no_device(self, why: str) -> None:
        """Say why nothing can be heard; notes only is chosen, and looking again stays possible."""
        self.device.clear()
        self.says.setText(f"{why} Notes only works without sound: flags, notes and the debrief are the same.")
        self._no_device = why
        self._offer_sound()
        self.says.show()
        self.again.show()

    def show_trouble(self, why: str) -> None:
        """Say that the chosen input does not work."""
        self.says.setText(why)
        self.says.show()

    def show_levels(self, levels: Sequence[float]) -> None:
        """Move the meters, one a side, dBFS."""
        for meter, level in zip(self.meters, levels, strict=False):
            meter.set_level(level)

    # --- inside ---

    def _offer_sound(self) -> None:
        """Offer the ways of hearing, or with the reason notes only; what a person chose comes back with them."""
        why = self._no_device or self._no_words
        for key in (Kit.CORD, Kit.MICROPHONE):
            self.kit.set_enabled(key.value, not why, why)
        before = self.kit_chosen
        if why and before is not Kit.NOTES:
            self._kit_before = before
            self.kit.choose(Kit.NOTES.value)
        elif not why and self._kit_before is not None:
            self.kit.choose(self._kit_before.value)
            self._kit_before = None
        if self.kit_chosen is not before:
            self._kit_changed()

    def _kit_picked(self) -> None:
        self._kit_before = None
        self._kit_changed()

    def _kit_changed(self) -> None:
        notes = self.kit_chosen is Kit.NOTES
        self.sound.setVisible(not notes)
        if notes and self.device.count():
            self.says.setText("No sound is used: the clock, your flags and your notes.")
        self.says.setVisible(notes)
        self._source_changed()

    def _device_changed(self) -> None:
        channels = self._channels.get(self.device.currentData(), 2)
        items = self.layout_box.model()
        if isinstance(items, QStandardItemModel):
            for place in (1, 2):
                items.item(place).setEnabled(channels >= 2)
        if channels < 2 and self.layout_box.currentIndex() > 0:
            with QSignalBlocker(self.layout_box):
                self.layout_box.setCurrentIndex(0)
        self._source_changed()

    def _source_changed(self) -> None:
        clear(self._meter_column)
        self.meters = []
        for side in Layout(self.layout_box.currentData() or Layout.MONO).sides:
            title = "Both sides" if len(WHO[side]) == 4 else WHO[side]
            meter = LevelMeter(title)
            self.meters.append(meter)
            self._meter_column.addWidget(meter)
        self.changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fields go under one another where the letters are large or the window is small."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        letters = self.fontMetrics()
        # The longest words stand in the language's box: they must not be cut.
        language = letters.horizontalAdvance(self.language.currentText()) + _ARROW
        wanted = language * sum(_SHARES) / _SHARES[-1] + 6 * theme.STEP
        for line, needed in zip(self._lines, (wanted, 0), strict=True):
            narrow = self.width() < max(46 * letters.averageCharWidth(), needed)
            line.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)


def _field(title: str, box: QWidget, shown: QWidget | None = None) -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    column.addWidget(caption(title, box))
    column.addWidget(shown or box)
    column.setAlignment(Qt.AlignmentFlag.AlignTop)
    return made

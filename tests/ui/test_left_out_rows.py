"""What was left out, on the Live page: asked for with a key, dim, in its place, and out of the reader's way."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sidebyside import model as m
from sidebyside.session.conductor import Conductor
from sidebyside.session.plan import SitDown, begin_session
from sidebyside.session.workspace import Workspace
from sidebyside.speech.messages import Aside, Plan
from sidebyside.ui import theme
from sidebyside.ui.bridge import Bridge
from sidebyside.ui.live import LivePage
from sidebyside.ui.panel_foot import FULL
from sidebyside.ui.transcript import RowKind

KEY = Qt.Key.Key_F7


class Seat(NamedTuple):
    """A page on a real session that hears, into which a test says what the speech process would say."""

    qtbot: QtBot
    page: LivePage
    conductor: Conductor

    def overhear(self, text: str, at: float, side: m.Side = m.Side.CUSTOMER) -> None:
        hearing = self.conductor._hearing
        assert hearing is not None
        hearing._message(Aside(epoch=hearing.speech.epoch, side=side, start=at, end=at + 1.0, text=text))

    def press(self) -> None:
        self.qtbot.keyClick(QApplication.focusWidget(), KEY)

    def left_out(self) -> list[str]:
        rows = [self.page.model.row(place) for place in range(self.page.model.rowCount())]
        return [row.text for row in rows if row.kind is RowKind.LEFT_OUT]

    def until(self, *texts: str) -> None:
        self.qtbot.waitUntil(lambda: self.left_out() == [f"left out · {text}" for text in texts])

    def say(self, count: int) -> None:
        contact = self.conductor.contact
        assert contact is not None
        for number in range(count):
            utterance = m.Utterance(
                id=f"{number:032x}",
                session_id=self.conductor.session.id,
                contact_id=contact.id,
                side=(m.Side.REP, m.Side.CUSTOMER)[number % 2],
                start=10.0 * number + 1.0,
                end=10.0 * number + 9.0,
                text=f"Sentence number {number} of this call, which is long enough to be read.",
                stage=m.Stage.FINAL,
            )
            self.page.take((m.UtteranceSaved(utterance=utterance),))

    def top_of(self, number: int) -> int:
        """Where a sentence stands, in pixels from the top of the text."""
        view = self.page.transcript
        view.executeDelayedItemsLayout()
        place = self.page.model.row_of(f"{number:032x}")
        assert place is not None
        return view.visualRect(self.page.model.index(place, 0)).top()


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIDEBYSIDE_HOME", str(tmp_path_factory.mktemp("home")))
        with Workspace.throw_away() as made:
            yield made


@pytest.fixture
def seat(qtbot: QtBot, qapp: QApplication, workspace: Workspace) -> Iterator[Seat]:
    theme.apply(qapp, "light", 15)
    bridge = Bridge()
    session = begin_session(SitDown(rep="Maria L.", queue="Billing", layout=m.Layout.STEREO))
    plan = Plan(sides=m.Layout.STEREO.sides, engine="moonshine")
    conductor = Conductor(session, workspace.library, plan, None)
    page = LivePage(conductor, workspace.content, bridge)
    qtbot.addWidget(page)
    page.resize(1024, 640)
    bridge.follow(conductor)
    page.show()
    conductor.start()
    # There is no device here; what the session takes in comes from the test.
    conductor.listening = m.Listening.LISTENING
    qtbot.waitUntil(lambda: page.model.rowCount() == 1 and page.box.hasFocus())
    yield Seat(qtbot, page, conductor)
    conductor.end().result(20)
    bridge.close()
    theme.apply(qapp, "light", 15)


def test_a_key_shows_it_and_takes_it_away_and_the_box_keeps_the_focus(seat: Seat) -> None:
    button = seat.page.panel.foot.left_out
    assert not button.isChecked(), "it is on as a session begins"
    seat.overhear("nobody asked", 2.0)
    seat.press()
    assert button.isChecked() and button.text().startswith("✓") and seat.page.box.hasFocus()
    seat.overhear("we hear this every day", 4.0)
    seat.until("we hear this every day")
    seat.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    seat.until()
    assert not button.isChecked() and seat.page.box.hasFocus()
    seat.overhear("and this", 6.0)
    seat.press()
    seat.overhear("but now", 8.0)
    seat.until("but now")


def test_its_button_says_what_it_is(seat: Seat) -> None:
    button = seat.page.panel.foot.left_out
    assert button.accessibleName() == FULL
    for words in (button.toolTip(), button.accessibleDescription()):
        assert "too quiet" in words and "never kept" in words
    assert "F7" in button.toolTip()


def test_it_stands_in_its_place_under_nobodys_name_and_cannot_be_chosen(seat: Seat) -> None:
    seat.press()
    seat.say(3)
    seat.overhear("we hear this every day", 15.0)
    seat.until("we hear this every day")
    row = seat.page.model.row(3)
    assert row.kind is RowKind.LEFT_OUT and row.who == "" and row.side is None
    assert "left out" in row.spoken and "Customer" not in row.spoken
    index = seat.page.model.index(3, 0)
    assert not index.flags() & Qt.ItemFlag.ItemIsSelectable
    seat.qtbot.mouseClick(
        seat.page.transcript.viewport(),
        Qt.MouseButton.LeftButton,
        pos=seat.page.transcript.visualRect(index).center(),
    )
    assert seat.page.transcript.selectedIndexes() == []


def test_a_flag_does_not_go_to_it(seat: Seat) -> None:
    seat.press()
    assert seat.conductor.contact is not None
    seat.overhear("we hear this every day", seat.conductor.contact.start)
    now = seat.conductor.now()
    seat.until("we hear this every day")
    seat.page.box.strike(seat.page.panel.flags["code-red"].kind)
    seat.qtbot.waitUntil(lambda: bool(seat.page.model.flag_counts()))
    (flag,) = (row for row in map(seat.page.model.row, range(seat.page.model.rowCount())) if row.kind is RowKind.FLAG)
    assert flag.at >= now


def test_a_pause_takes_it_away(seat: Seat) -> None:
    seat.press()
    seat.overhear("we hear this every day", 4.0)
    seat.until("we hear this every day")
    seat.conductor.pause()
    seat.until()
    assert seat.page.panel.foot.left_out.isChecked(), "a pause is no reason to ask again"


def test_what_is_read_stays_where_it_is(seat: Seat) -> None:
    seat.press()
    seat.say(40)
    view = seat.page.transcript
    view.executeDelayedItemsLayout()
    for at in (95.0, 155.0, 205.0):
        seat.overhear("we hear this every day", at)
    seat.qtbot.waitUntil(lambda: len(seat.left_out()) == 3)
    assert view.following and view.verticalScrollBar().value() == view.verticalScrollBar().maximum()
    # The reader goes up until one that was left out is the first in sight.
    view.executeDelayedItemsLayout()
    place = next(
        place for place in range(seat.page.model.rowCount()) if seat.page.model.row(place).kind is RowKind.LEFT_OUT
    )
    view.scrollTo(seat.page.model.index(place, 0), view.ScrollHint.PositionAtTop)
    assert view.indexAt(view.viewport().rect().topLeft()).row() == place
    stood = seat.top_of(12)
    seat.overhear("a new one above", 25.0, m.Side.REP)
    seat.qtbot.waitUntil(lambda: len(seat.left_out()) == 4)
    assert seat.top_of(12) == stood
    shift = seat.top_of(10)
    seat.press()
    seat.until()
    assert seat.top_of(10) == shift and not view.following


def test_the_button_fits_at_every_size(seat: Seat, qapp: QApplication) -> None:
    foot = seat.page.panel.foot
    for size, width in itertools.product((12, 15, 20, 28), (1024, 1280)):
        theme.apply(qapp, "light", size)
        seat.page.resize(width, 700)
        for _on_and_off in range(2):
            seat.press()
            for _round in range(3):
                qapp.processEvents()
            for part in (foot.strike, foot.left_out):
                assert part.isVisible() and part.width() >= part.sizeHint().width(), (size, width, part.text())
                assert foot.rect().contains(part.geometry()), (size, width, part.text())
            assert "eft out" in foot.left_out.text()


def test_without_sound_there_is_nothing_to_ask_for(seat: Seat) -> None:
    seat.press()
    seat.page.take((m.ListeningChanged(listening=m.Listening.NOTES_ONLY),))
    button = seat.page.panel.foot.left_out
    assert not button.isVisible() and not button.isChecked()
    seat.press()
    assert not button.isChecked()


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_dim_is_still_readable(colours: theme.Tokens) -> None:
    light, dark = sorted((_luminance(colours.color(one)) for one in ("dim", "background")), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def _luminance(color: QColor) -> float:
    parts = (color.redF(), color.greenF(), color.blueF())
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

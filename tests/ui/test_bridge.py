"""The bridge: events of worker threads reach the Qt thread in order, and background work comes back there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QObject, QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sidebyside import model as m
from sidebyside.session.announcing import Announcer
from sidebyside.ui.bridge import Bridge, newest


@pytest.fixture
def bridge(qtbot: QtBot) -> Iterator[Bridge]:
    made = Bridge()
    yield made
    made.close()


def on_qt() -> bool:
    return QThread.currentThread() is QApplication.instance().thread()  # type: ignore[union-attr]


def in_thread(work: Callable[[], None]) -> None:
    thread = threading.Thread(target=work, name="test-worker")
    thread.start()
    thread.join()


def heard(number: int, text: str) -> m.PartialHeard:
    utterance = m.Utterance(
        id=str(number),
        session_id="s",
        contact_id="c",
        side=m.Side.REP,
        start=0,
        end=1,
        text=text,
        stage=m.Stage.PARTIAL,
    )
    return m.PartialHeard(utterance=utterance)


def test_events_of_a_worker_arrive_in_order_on_the_qt_thread(qtbot: QtBot, bridge: Bridge) -> None:
    source, got = Announcer(), []
    bridge.happened.connect(lambda events: got.extend((event.at, on_qt()) for event in events))
    bridge.follow(source)
    in_thread(lambda: [source.say(m.Trouble(at=float(n), message=str(n))) for n in range(500)] and None)
    qtbot.waitUntil(lambda: len(got) == 500)
    assert got == [(float(n), True) for n in range(500)]


def test_words_overtaken_in_the_same_batch_are_left_out() -> None:
    batch = [
        heard(1, "it"),
        heard(2, "yes"),
        heard(1, "it was"),
        m.Health(at=1),
        m.Trouble(message="x"),
        m.Health(at=2),
    ]
    assert newest(batch) == (heard(2, "yes"), heard(1, "it was"), m.Trouble(message="x"), m.Health(at=2))


def test_a_source_left_behind_is_not_heard_any_more(qtbot: QtBot, bridge: Bridge) -> None:
    before, after, got = Announcer(), Announcer(), []
    bridge.happened.connect(lambda events: got.extend(event.message for event in events))
    bridge.follow(before)
    before.say(m.Trouble(message="first"))
    bridge.follow(after)
    before.say(m.Trouble(message="too late"))
    after.say(m.Trouble(message="second"))
    qtbot.waitUntil(lambda: "second" in got)
    assert got == ["first", "second"]


def test_results_and_errors_come_back_on_the_qt_thread(qtbot: QtBot, bridge: Bridge) -> None:
    got: list[object] = []
    bridge.in_background(on_qt, lambda there: got.append((there, on_qt())))

    def fails() -> None:
        raise OSError("no such folder")

    bridge.in_background(fails, None, lambda error: got.append((type(error), on_qt())))
    qtbot.waitUntil(lambda: len(got) == 2)
    assert sorted(got, key=str) == sorted([(False, True), (OSError, True)], key=str)


def test_nothing_is_handed_to_a_page_that_is_gone(qtbot: QtBot, bridge: Bridge) -> None:
    import shiboken6

    owner, go, got = QObject(), threading.Event(), []
    bridge.in_background(go.wait, lambda _done: got.append("gone"), owner=owner)
    shiboken6.delete(owner)
    go.set()
    bridge.in_background(lambda: None, lambda _done: got.append("here"))
    qtbot.waitUntil(lambda: "here" in got)
    # The first was delivered before or after; either way nothing of it may show.
    bridge.drain()
    assert got == ["here"]

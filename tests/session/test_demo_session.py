"""The demo call from its first word to its export: what was announced, what is kept, and what is nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from sidebyside import log, paths
from sidebyside.model import (
    Agreement,
    Event,
    Health,
    PartialHeard,
    SessionRecord,
    SessionState,
    Side,
    Stage,
    UtteranceSaved,
)
from sidebyside.session.autopilot import Autopilot
from sidebyside.session.demo import load_demo
from sidebyside.session.workspace import Workspace
from sidebyside.speech.joining import plain_words
from sidebyside.store.keys import open_key

PASSPHRASE = "a long walk beside the river"
ONES = r"(?:1|one|won)"
FRAGMENTS = (
    # Three of the card's digits in a row, as figures or words, with anything but letters and figures between.
    re.compile(rf"{ONES}\W*{ONES}\W*{ONES}\b", re.IGNORECASE),
    re.compile(rf"(?:4|four|for|fore)\W*{ONES}\W*{ONES}\b", re.IGNORECASE),
    re.compile(r"(?:7|seven)\W*(?:3|three)\W*(?:9|nine)\b", re.IGNORECASE),
    re.compile(r"(?:7|seven)\W*(?:39|thirty\W*nine)\b", re.IGNORECASE),
    re.compile(r"eleven\W*eleven|forty\W*one\W*eleven", re.IGNORECASE),
)


class Demo(msgspec.Struct, frozen=True):
    """A whole demo session, from outside."""

    live: bool
    """Whether words under way were shown."""
    home: Path
    events: tuple[Event, ...]
    saved_first: tuple[bool, ...]
    """For each `UtteranceSaved`: whether the library held just that when it was announced."""
    record: SessionRecord
    exports: tuple[Path, ...]
    pages: bytes
    """All that the library's files held once it was closed, decrypted."""
    pages_open: bytes
    """The same, with the session over and the library still open."""


@pytest.fixture(scope="module", params=[0.0, pytest.param(6.0, marks=pytest.mark.slow)])
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """As fast as it goes, which gives no partials; and, slow, at six times the pace of a call, which does."""
    from pages import decrypted_bytes

    home = tmp_path_factory.mktemp("demo-home")
    events: list[Event] = []
    saved_first: list[bool] = []
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SIDEBYSIDE_HOME", str(home))
        log.to_file()
        with Workspace.open(PASSPHRASE) as workspace:
            key = open_key(paths.data(), PASSPHRASE).key
            conductor = workspace.demo(request.param)

            def take(event: Event) -> None:
                events.append(event)
                if isinstance(event, UtteranceSaved):
                    saved_first.append(event.utterance in workspace.record(conductor.session.id).utterances)

            conductor.subscribe(take)
            pilot = Autopilot(workspace, conductor)
            pilot.start()
            session = pilot.result()
            record = workspace.record(session.id)
            exports = workspace.export(session.id, tmp_path_factory.mktemp("exports"), ("md", "html", "json"))
            pages_open = decrypted_bytes(paths.data(), key)
        yield Demo(
            live=request.param > 0,
            home=home,
            events=tuple(events),
            saved_first=tuple(saved_first),
            record=record,
            exports=exports,
            pages=decrypted_bytes(paths.data(), key),
            pages_open=pages_open,
        )


def assert_no_digits_of_card(text: str, where: str) -> None:
    for fragment in FRAGMENTS:
        found = fragment.search(text)
        assert found is None, f"{where}: …{text[max(0, found.start() - 60) : found.end() + 20]}…" if found else ""


def test_the_fragments_are_found_where_they_are() -> None:
    for text in ("four one one one, one", "4111 11", "1 1 1", "number for one one", "seven three nine.", "739"):
        with pytest.raises(AssertionError):
            assert_no_digits_of_card(text, "here")


def test_what_is_announced_as_saved_is_saved(demo: Demo) -> None:
    assert len(demo.saved_first) > 20
    assert all(demo.saved_first)


def test_whole_call_is_kept_refined(demo: Demo) -> None:
    record = demo.record
    assert record.session.state is SessionState.ENDED
    assert record.session.agreed is Agreement.TEXT
    assert record.session.engine == "moonshine + whisper"
    assert {one.stage for one in record.utterances} == {Stage.REFINED}
    said = [word for one in load_demo().utterances for word in plain_words(one.text)]
    heard = [word for one in record.utterances for word in plain_words(one.text)]
    assert len(heard) > 0.8 * len(said)
    assert [contact.reason for contact in record.contacts] == [load_demo().reason]
    assert {one.contact_id for one in record.utterances} == {record.contacts[0].id}
    last = max(record.utterances, key=lambda one: one.end)
    assert "bye" in last.text.lower() and last.side is Side.CUSTOMER


def test_autopilot_did_all_of_its_script(demo: Demo) -> None:
    script = load_demo()
    assert [flag.kind for flag in demo.record.flags] == [one.flag for one in script.actions if one.flag]
    assert len(demo.record.notes) == sum(bool(one.note) for one in script.actions)
    assert len(demo.record.answers) == len(script.answers)
    assert [one.text for one in demo.record.follow_ups] == [one.text for one in script.follow_ups]


def test_partials_and_proof_of_life_were_announced(demo: Demo) -> None:
    partial_ids = {one.utterance.id for one in demo.events if isinstance(one, PartialHeard)}
    saved_ids = {one.utterance.id for one in demo.events if isinstance(one, UtteranceSaved)}
    assert bool(partial_ids & saved_ids) == demo.live
    health = [one for one in demo.events if isinstance(one, Health)]
    assert any(one.audio and one.words and len(one.levels) == 2 for one in health)


def test_card_and_code_are_in_no_event(demo: Demo) -> None:
    for event in demo.events:
        if isinstance(event, PartialHeard | UtteranceSaved):
            assert_no_digits_of_card(event.utterance.text, type(event).__name__)
        plain = msgspec.structs.asdict(event)
        plain.pop("at")
        text = re.sub(r"[0-9a-f]{32}", "id", msgspec.json.encode(plain).decode())
        # Times are numbers too, but no digits of a card.
        assert_no_digits_of_card(re.sub(r":-?\d+(?:\.\d+)?", "", text), type(event).__name__)


def test_card_and_code_are_on_no_page_of_the_library(demo: Demo) -> None:
    for pages in (demo.pages, demo.pages_open):
        text = pages.decode("latin-1")
        assert "browser" in text, "nothing was decrypted"
        # Between utterances lie ids, times and lengths; words of one utterance lie together.
        for words in re.findall(r"[ -~]{8,}", text):
            if not re.fullmatch(r"[^ ]+", words):
                assert_no_digits_of_card(re.sub(r"[0-9a-f]{32}", "id", words), "library")


def test_card_and_code_are_in_no_export_and_no_log(demo: Demo) -> None:
    assert {file.suffix for file in demo.exports} == {".md", ".html", ".json"}
    for file in demo.exports:
        text = file.read_text(encoding="utf-8")
        assert "browser" in text
        text = re.sub(
            r"[0-9a-f]{8,32}|\d+\.\d+|(?:\d+:)?\d\d?:\d\d|\d{4}-\d\d-\d\d|#\w{3,6}\b|<style>.*?</style>",
            "",
            text,
            flags=re.DOTALL,
        )
        assert_no_digits_of_card(text, file.name)
    logs = [file for file in demo.home.rglob("*") if file.is_file() and file.suffix == ".log"]
    assert logs, "there is no log at all"
    for file in logs:
        assert_no_digits_of_card(file.read_text(errors="replace"), file.name)


def test_only_known_files_were_written(demo: Demo) -> None:
    names = {file.name for file in demo.home.rglob("*") if file.is_file()}
    known = {"library.db", "library.db-wal", "library.db-shm", "library.lock", "keys.json", "keys.lock"}
    assert names <= known | {"sidebyside.log", "speech-native.log", "settings.toml"}
    for file in demo.home.rglob("*"):
        assert b"browser" not in (file.read_bytes() if file.is_file() else b""), f"{file.name} holds plain text"


def test_amount_and_date_are_left_to_read(demo: Demo) -> None:
    text = " ".join(one.text for one in demo.record.utterances)
    assert re.search(r"84\.50|fifty cents", text), text
    assert re.search(r"(twelfth|12th) of March", text), text
    assert "[number]" not in text, "a harmless number was never revealed"

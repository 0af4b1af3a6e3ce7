"""Each format holds the session, and nothing that was said or typed gets out of its place in it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import msgspec
import pytest
from example_record import CALL_3, example_record, long_record
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from msgspec.structs import replace

from sidebyside import content
from sidebyside.errors import ExportFailed
from sidebyside.export import json, markdown, wording
from sidebyside.export.formats import FORMATS, render
from sidebyside.export.leaving import leaving
from sidebyside.model import Agreement, Flag, SessionRecord, SessionState, Stage

CONTENT = content.load()
VOID = {"meta", "br", "hr", "img", "link", "input"}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></span></div></body></html>",
    "<!-- never closed",
    "{{ 7 * 7 }} {% raw %} {# no #}",
    "# not a heading",
    "- not a list",
    "1. not a list",
    "> not a quote",
    "=====",
    "| not | a | table |",
    "`not code` **not bold** _not_ ~~gone~~ [not](http://a.example/link) ![x](y)",
    "&lt;b&gt; &amp; AT&T \\ \\*",
    "    four blanks",
    "<https://a.example> https://a.example www.a.example",
    "12:00 --> 13:00",
    "مرحبا بالعالم",
    "אבג \u202eright to left\u202c end",
    "👩🏽‍💻 emoji 🇨🇭 und ß ﬁ",
    "x" * 10_000,
    "word " * 2_000,
    "bell \x07 escape \x1b[31m nul \x00 delete \x7f end",
    "half \ud83d a pair",
    "two\nlines\r\nthree\u2028four",
    "",
    "   \n  ",
]


def text_of(record: SessionRecord, form: str) -> str:
    return render(record, form, CONTENT).decode("utf-8")


def everywhere(text: str) -> SessionRecord:
    """The example with the text in every place that a person or a customer fills."""
    record = example_record()
    return replace(
        record,
        session=replace(record.session, rep=text, queue=text, zone=text, language=text, notice=text, engine=text),
        contacts=tuple(replace(contact, reason=text or None) for contact in record.contacts),
        utterances=tuple(replace(utterance, text=text) for utterance in record.utterances),
        notes=tuple(replace(note, text=text) for note in record.notes),
        flags=tuple(replace(flag, kind=text) for flag in record.flags),
        answers=tuple(replace(answer, asked=text, text=text, unit=text) for answer in record.answers),
        follow_ups=tuple(
            replace(f, text=text, owner=text, due=text, done=text, outcome=text) for f in record.follow_ups
        ),
    )


class Page(HTMLParser):
    """An HTML page, checked while it is read: each tag closed in turn, and nothing fetched or run."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.styles = ""
        self.said: list[str] = []
        self.marks: list[str] = []
        self.ids: list[str] = []
        self._classes: list[str] = []
        self.feed(source)
        self.close()
        self.faults += [f"<{tag}> is not closed" for tag in self.open]

    @property
    def text(self) -> str:
        return " ".join("".join(self.said).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"script", "img", "iframe", "object", "embed", "link", "base", "form", "a", "svg", "video", "audio"}:
            self.faults.append(f"<{tag}>")
        for name in given:
            if name.startswith("on") or name in {"src", "href", "style", "srcset", "action", "background", "poster"}:
                self.faults.append(f"{tag} has {name}")
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self.open.append(tag)
            self._classes.append(given.get("class") or "")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1:]}")
        elif self.open:
            self.open.pop()
            self._classes.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "style":
            self.styles += data
            return
        self.said.append(data)
        if self._classes and self._classes[-1] == "mask":
            self.marks.append(data)

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"comment {data[:20]}")


def test_the_page_is_sound_and_needs_nothing_beside_it() -> None:
    source = text_of(example_record(), "html")
    page = Page(source)
    assert page.faults == []
    assert not re.search(r"url\(|@import|expression|https?:", page.styles)
    assert "default-src 'none'" in source
    assert len(page.ids) == len(set(page.ids))


@pytest.mark.parametrize("form", ["md", "html"])
def test_all_that_may_leave_is_shown(form: str) -> None:
    record = leaving(example_record())
    source = text_of(record, form)
    shown = Page(source).text if form == "html" else plain(source)
    # In both, a mask is shown without its brackets or as a code mark: compare words alone.
    shown = re.sub(r"[`\[\]]", "", shown)
    texts = [u.text for u in record.utterances] + [n.text for n in record.notes] + [a.asked for a in record.answers]
    texts += (
        [a.text for a in record.answers] + [f.text for f in record.follow_ups] + [f.outcome for f in record.follow_ups]
    )
    for text in texts:
        wanted = " ".join(re.sub(r"[`\[\]]", "", text).split())
        assert re.sub(r"\s", "", wanted) in re.sub(r"\s", "", shown)
    for fact in (
        "Code red",
        "Not listened to: paused (18 s)",
        "10 a day",
        "12 November 2026",
        "Struck out",
    ):
        assert fact in shown


def test_moments_come_first_then_answers_then_promises_then_the_calls() -> None:
    for form in ("html", "md"):
        source = text_of(example_record(), form)
        places = [source.rindex(heading) for heading in ("Flagged moments", "Debrief", "Promised", "What was heard")]
        assert places == sorted(places)


def test_what_was_masked_is_a_mark_on_the_page() -> None:
    page = Page(text_of(example_record(), "html"))
    # Once under the flag of that moment, once in the call.
    assert page.marks == ["card number", "security code"] * 2
    assert "`[card number]`" in text_of(example_record(), "md")


def plain(source: str) -> str:
    """What a Markdown reader shows."""
    tokens = [child for token in MarkdownIt("commonmark").parse(source) for child in (token.children or [])]
    return " ".join(token.content for token in tokens if token.type in ("text", "code_inline"))


def shape(source: str) -> list[tuple[str, str]]:
    """The markup of a Markdown text without its words."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    return [
        (token.type, token.tag)
        for block in parser.parse(source)
        for token in ([block] if block.children is None else block.children)
        if token.type not in ("text", "hardbreak", "softbreak")
    ]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_hostile_text_stays_text_on_the_page(text: str) -> None:
    page = Page(text_of(everywhere(text), "html"))
    assert page.faults == []
    wanted = " ".join(wording.clean(text).split())
    assert wanted in page.text
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", page.text)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_hostile_text_stays_text_in_markdown(text: str) -> None:
    if text.strip():
        ordinary = shape(text_of(everywhere("word\nword" if "\n" in text else "word"), "md"))
        assert shape(text_of(everywhere(text), "md")) == ordinary
        shown = plain(text_of(everywhere(text), "md"))
        assert re.sub(r"\s", "", wording.clean(text)) in re.sub(r"\s", "", shown)


@given(st.text(alphabet=st.characters() | st.sampled_from("#*_`[]<>()!|~-+=:.\\&\n 1"), max_size=40))
def test_any_text_is_shown_as_it_is_in_markdown(text: str) -> None:
    escaped = markdown.escape(text)
    assert "\n" not in escaped
    if wording.MASK.search(text):
        return
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(f"before {escaped}\n\n{escaped}\n")
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}
    words = [child for token in tokens for child in (token.children or [])]
    assert {child.type for child in words} <= {"text", "text_special"}
    shown = "".join(child.content for child in tokens[1].children or [])
    assert shown == f"before {wording.one_line(text)}".rstrip()


def test_json_names_its_format_and_comes_back_whole() -> None:
    record = leaving(example_record())
    raw = render(record, "json", CONTENT)
    top = msgspec.json.decode(raw)
    lists = ["contacts", "utterances", "notes", "flags", "gaps", "answers", "follow_ups"]
    assert list(top) == ["format", "version", "session", *lists]
    assert (top["format"], top["version"]) == ("sidebyside-session", 1)
    assert top["utterances"][0]["start"] == 6.0
    assert msgspec.json.decode(raw, type=json.Document).record() == record


def test_json_is_the_same_whatever_the_order_it_was_given() -> None:
    record = example_record()
    turned = replace(record, utterances=record.utterances[::-1], flags=record.flags[::-1], notes=record.notes[::-1])
    assert render(turned, "json", CONTENT) == render(record, "json", CONTENT)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_hostile_text_comes_back_from_json(text: str) -> None:
    record = everywhere(text)
    back = msgspec.json.decode(render(record, "json", CONTENT), type=json.Document).record()
    if "\ud83d" in text:
        assert back.notes[0].text == "half � a pair"
    else:
        assert back == leaving(record)


def test_srt_is_read_by_another_reader_past_an_hour() -> None:
    srt = pytest.importorskip("srt")
    record = long_record(1_000)
    cues = list(srt.parse(text_of(record, "srt"), ignore_errors=False))
    assert [cue.index for cue in cues] == list(range(1, 1_001))
    assert cues[-1].start.total_seconds() == record.utterances[-1].start > 3_600
    assert cues[-1].end.total_seconds() == record.utterances[-1].end
    assert cues[1].content == "Customer: Sentence 1 of a long talk about the bill."
    assert "01:06:46,000 --> 01:06:49,500" in text_of(record, "srt")


VTT_CUE = re.compile(
    r"(\d{2,}):([0-5]\d):([0-5]\d)\.(\d{3}) --> (\d{2,}):([0-5]\d):([0-5]\d)\.(\d{3})\n<v (\w+)>([^<>\n]+)"
)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_subtitles_stay_whole_with_hostile_text(text: str) -> None:
    srt = pytest.importorskip("srt")
    record = everywhere(text)
    count = len(record.utterances) if text.strip() else 0
    assert len(list(srt.parse(text_of(record, "srt"), ignore_errors=False))) == count
    assert text_of(record, "srt").count("-->") == count, "an arrow stands in time lines only"
    header, *cues = text_of(record, "vtt").rstrip("\n").split("\n\n")
    assert header == "WEBVTT"
    assert len(cues) == count
    assert all(VTT_CUE.fullmatch(cue) for cue in cues)


def test_vtt_goes_past_an_hour_and_every_cue_lasts() -> None:
    record = long_record(1_000)
    record = replace(record, utterances=tuple(replace(u, end=u.start) for u in record.utterances))
    cues = text_of(record, "vtt").rstrip("\n").split("\n\n")[1:]
    assert cues[-1].startswith("01:06:46.000 --> 01:06:46.500\n<v Customer>")


@pytest.mark.parametrize("seconds", [0.9996, 59.9999, 3_599.9999])
def test_stamps_carry_over_when_rounded(seconds: float) -> None:
    record = example_record()
    one = replace(record.utterances[0], start=seconds, end=seconds + 1)
    cue = text_of(replace(record, utterances=(one,)), "vtt").split("\n\n")[1]
    assert VTT_CUE.fullmatch(cue.rstrip("\n"))


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_plain_text_is_one_utterance_a_line(text: str) -> None:
    record = everywhere(text)
    lines = text_of(record, "txt").splitlines()
    assert len(lines) == (len(record.utterances) if text.strip() else 0)
    assert text_of(example_record(), "txt").splitlines()[3] == "It's [card number], and on the back [security code]."


@pytest.mark.parametrize("form", FORMATS)
def test_struck_and_partial_words_never_leave(form: str) -> None:
    record = example_record()
    struck = replace(record.utterances[0], id="c" * 32, contact_id=CALL_3, start=215.0, text="SECRET")
    partial = replace(record.utterances[0], id="d" * 32, stage=Stage.PARTIAL, start=7.0, text="SECRET")
    record = replace(record, utterances=(*record.utterances, struck, partial))
    assert "SECRET" not in text_of(record, form)


@pytest.mark.parametrize("form", FORMATS)
def test_of_a_struck_call_only_that_it_was_struck_leaves(form: str) -> None:
    record = example_record()
    flag = Flag(id="e" * 32, session_id=record.session.id, contact_id=CALL_3, kind="quote", at=215.0, struck_at=216.0)
    typed = replace(record.notes[0], id="f" * 32, contact_id=CALL_3, flag_id=None)
    held = replace(
        record,
        contacts=tuple(replace(call, reason="pay-how") if call.struck else call for call in record.contacts),
        flags=(*record.flags, flag),
        notes=(*record.notes, typed, replace(typed, id="a" * 32, contact_id=None, flag_id=flag.id)),
        answers=(*record.answers, replace(record.answers[0], id="b" * 32, reason=None, flag_id=flag.id)),
        gaps=(*record.gaps, replace(record.gaps[0], id="c" * 32, start=212.0, end=220.0)),
    )
    assert render(held, form, CONTENT) == render(record, form, CONTENT)
    assert form not in ("md", "html") or "Struck out" in text_of(held, form)


@pytest.mark.parametrize("form", FORMATS)
def test_private_notes_leave_no_trace(form: str) -> None:
    record = example_record()
    free = replace(record.notes[0], id="a" * 32, contact_id=None, at=120.0, flag_id=None, text="SECRET", private=True)
    to_flag = replace(record.notes[0], id="b" * 32, at=59.0, flag_id=record.flags[1].id, text="SECRET", private=True)
    open_ones = replace(record, notes=tuple(note for note in record.notes if not note.private))
    held = replace(record, notes=(*record.notes, free, to_flag))
    assert render(held, form, CONTENT) == render(open_ones, form, CONTENT)


def test_the_owner_reads_private_notes_on_the_screen() -> None:
    shown = render(example_record(), "md", CONTENT, private=True).decode()
    assert "Private note: Maria sounds tired of saying this." in shown


@pytest.mark.parametrize("form", FORMATS)
def test_no_words_leave_where_the_rep_agreed_to_listening_only(form: str) -> None:
    record = example_record()
    record = replace(record, session=replace(record.session, agreed=Agreement.LISTEN))
    assert "settle my bill" not in text_of(record, form)
    assert form in ("srt", "vtt", "txt") or "five windows open" in text_of(record, form)


@pytest.mark.parametrize("form", FORMATS)
def test_an_empty_session_can_be_written(form: str) -> None:
    empty = SessionRecord(session=replace(example_record().session, engine="", state=SessionState.RECOVERED))
    shown = text_of(empty, form)
    if form in ("md", "html"):
        assert "Nothing was heard or noted." in shown
        assert "notes only, no speech" in shown
        assert "The app stopped before this session was ended" in shown


def test_flags_at_one_moment_stand_under_the_words_they_are_about() -> None:
    source = text_of(example_record(), "md")
    call = source[source.index("### Call 1") :]
    assert call.index("turns my card down") < call.index("Flag: Code red") < call.index("Own store card refused")
    assert call.index("Own store card refused") < call.index("Oh, I'm sorry")


def test_a_format_that_is_not_there_is_named() -> None:
    with pytest.raises(ExportFailed, match=r"“docx”.*choose from md, html"):
        render(example_record(), "docx", CONTENT)


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "00:00"), (59.99, "00:59"), (78, "01:18"), (3_600, "1:00:00"), (36_061, "10:01:01")]
)
def test_times_as_shown(seconds: float, shown: str) -> None:
    assert wording.clock(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0 s"), (59.4, "59 s"), (59.6, "1 min"), (3_590, "1 h 00 min"), (7_500, "2 h 05 min")]
)
def test_lengths_as_shown(seconds: float, shown: str) -> None:
    assert wording.length(seconds) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(10.0, "10"), (2.5, "2.5"), (0.0, "0"), (1 / 3, "0.33"), (100.0, "100"), (1_200_000.0, "1 200 000")],
)
def test_numbers_as_shown(value: float, shown: str) -> None:
    assert wording.number(value) == shown

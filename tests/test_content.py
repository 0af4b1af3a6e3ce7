"""Flags, reasons, questions and the card of conduct: the defaults, and what is said about a user's copy gone wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from example_record import CALL_1, CALL_3, example_record
from msgspec.structs import replace

from sidebyside import content, paths
from sidebyside.errors import BadContent

FILES = ("flags.toml", "reasons.toml", "questions.toml", "conduct.toml")


def copy(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    """The default file in the user's folder, with some text replaced, each of which must be there."""
    text = paths.resource(name).read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / name).write_text(text, "utf-8")
    return folder


def line_of(folder: Path, name: str, text: str) -> int:
    lines = (folder / name).read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


def complaint(folder: Path) -> str:
    with pytest.raises(BadContent) as caught:
        content.load(folder)
    return str(caught.value)


def test_the_defaults_are_whole() -> None:
    loaded = content.load()
    assert "".join(kind.press for kind in loaded.flags) == content.PRESSES
    assert [kind.key for kind in loaded.flags if kind.care] == ["rough-call"]
    assert [kind.key for kind in loaded.flags if kind.ask] == ["ask"]
    assert [kind.key for kind in loaded.flags if kind.promise] == ["follow-up"]
    assert 10 <= len(loaded.reasons) <= 60
    assert {"pay-how", "cant-pay", "other-complaint"} <= {reason.key for reason in loaded.reasons}
    assert loaded.conduct.lines and loaded.conduct.notice


def test_prices_four_come_first_and_word_for_word() -> None:
    bank = content.load_questions()
    assert [question.text for question in bank.per_reason[: bank.core]] == [
        "Does that always happen?",
        "How many calls (or emails) a day are like this?",
        "Isn't there a better way for customers to do this?",
        "What would you normally do with this customer input?",
    ]
    assert [question.answer for question in bank.per_reason[: bank.core]] == ["text", "number", "text", "text"]


def test_every_flag_but_the_rough_call_has_a_question() -> None:
    loaded = content.load()
    assert loaded.questions.by_flag.keys() == {kind.key for kind in loaded.flags} - {"rough-call"}


def test_the_users_copy_takes_the_place_of_the_default_file(tmp_path: Path) -> None:
    copy(tmp_path, "flags.toml", ('name = "Code red"', 'name = "Alarm"'))
    loaded = content.load(tmp_path)
    assert loaded.flags[0].name == "Alarm"
    assert loaded.reasons == content.load_reasons()


@pytest.mark.parametrize("name", FILES)
def test_an_untouched_copy_reads_like_the_default(tmp_path: Path, name: str) -> None:
    assert content.load(copy(tmp_path, name)) == content.load()


def test_a_dropped_flag_leaves_the_default_questions_readable(tmp_path: Path) -> None:
    text = paths.resource("flags.toml").read_text("utf-8")
    start, end = text.index('[[flag]]\nkey = "delight"'), text.index('[[flag]]\nkey = "quote"')
    (tmp_path / "flags.toml").write_text(text[:start] + text[end:], "utf-8")
    assert "delight" not in content.load(tmp_path).questions.by_flag


@pytest.mark.parametrize(
    ("name", "old", "new", "field", "says"),
    [
        ("flags.toml", 'press = "2"', 'press = "1"', "flag[2].press", "already taken by number 1"),
        ("flags.toml", 'press = "3"', 'press = "q"', "flag[3].press", "must be one of"),
        ("flags.toml", 'press = "3"', "press = 3", "flag[3].press", "text in quotes"),
        ("flags.toml", "promise = true", 'promise = "yes"', "flag[10].promise", "true or false"),
        ("flags.toml", 'key = "repeat"', 'key = "code-red"', "flag[2].key", "already taken"),
        ("flags.toml", 'key = "repeat"', 'key = "Repeat!"', "flag[2].key", "small letters"),
        ("flags.toml", "care = true", "cares = true", "flag[11].cares", "no such field"),
        ("flags.toml", 'name = "Tools"', 'name = " "', "flag[6].name", "is empty"),
        ("flags.toml", 'name = "Tools"', f'name = "{"x" * 61}"', "flag[6].name", "longer than 60"),
        ("flags.toml", 'name = "Tools"', 'name = "To\\nols"', "flag[6].name", "line break"),
        ("reasons.toml", 'key = "refund"', 'key = "return"', "reason[8].key", "already taken"),
        ("reasons.toml", "Where's my refund?", "Where is it?", "reason[8].name", "already taken"),
        ("questions.toml", 'answer = "number"', 'answer = "figure"', "per_reason[2].answer", '"text" or "number"'),
        ("questions.toml", "core = 4", "core = 3", "core", "must be 4"),
        ("questions.toml", 'key = "how-many"', 'key = "many"', "per_reason[2].key", "Price's four"),
        ("questions.toml", 'key = "missed"', 'key = "tools"', "at_end[5].key", "already a question"),
        ("questions.toml", "[[by_flag.tools]]", "[[by_flag.tolls]]", "by_flag.tools", "Tools has no question"),
        ("questions.toml", "[[by_flag.tools]]", "[[by_flag.rough-call]]", "by_flag.tools", "has no question"),
        ("conduct.toml", 'notice = "', 'notice = 5 # "', "notice", "text in quotes"),
        ("conduct.toml", 'own_calls_on = ""', 'own_calls_on = "Friday"', "own_calls_on", "must be a day"),
    ],
)
def test_a_fault_is_named_with_file_line_and_field(
    tmp_path: Path, name: str, old: str, new: str, field: str, says: str
) -> None:
    said = complaint(copy(tmp_path, name, (old, new)))
    assert f"{tmp_path / name}, line " in said
    assert f", {field}: " in said
    assert says in said
    assert "Nothing was changed" in said
    if "[[" not in new:
        changed = paths.resource(name).read_text("utf-8").partition(old)[0].count("\n") + 1
        assert f"line {changed}," in said


def test_a_missing_field_points_at_its_table(tmp_path: Path) -> None:
    said = complaint(copy(tmp_path, "flags.toml", ('press = "4"\n', "")))
    assert "flag[4].press: is missing" in said
    assert f"line {line_of(tmp_path, 'flags.toml', 'effort') - 1}," in said


def test_a_rough_call_takes_no_question(tmp_path: Path) -> None:
    copy(
        tmp_path, "questions.toml", ("[[at_end]]", '[[by_flag.rough-call]]\nkey = "rough"\ntext = "Why?"\n\n[[at_end]]')
    )
    assert "takes no question" in complaint(tmp_path)


def test_a_question_of_ones_own_for_no_flag_is_refused(tmp_path: Path) -> None:
    copy(tmp_path, "questions.toml", ("[[at_end]]", '[[by_flag.gone]]\nkey = "gone"\ntext = "Why?"\n\n[[at_end]]'))
    said = complaint(tmp_path)
    assert 'no flag with the key "gone"' in said
    assert f"line {line_of(tmp_path, 'questions.toml', 'by_flag.gone')}," in said


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "version: must be 1"),
        ("version = true\n", "version: must be 1"),
        ("version = 2\n", "this app reads version 1"),
        ("version = 1\n\nhello = 3\n", "line 3, hello: there is no such field"),
        ("version = 1\nx = \n", "line 2: this is not TOML"),
        ("version = 1\nversion = 1\n", "this is not TOML"),
        ("version = 1\nx = '", "line 2: this is not TOML"),
        ("version = 1\nx = " + "[" * 5_000, "nests brackets too deeply"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, name: str, text: str, says: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    said = complaint(tmp_path)
    assert str(tmp_path / name) in said
    assert says in said


@pytest.mark.parametrize("name", FILES)
def test_bytes_that_are_no_text_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"version = 1\nx = '\xff\xfe'\n")
    assert "line 2: this is not UTF-8" in complaint(tmp_path)


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "flags.toml").write_bytes(b"#" * 1_000_001)
    assert "too large" in complaint(tmp_path)


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "flags.toml").mkdir()
    assert "cannot be read" in complaint(tmp_path)


@pytest.mark.parametrize(("count", "fine"), [(9, False), (10, True), (60, True), (61, False)])
def test_there_are_ten_to_sixty_reasons(tmp_path: Path, count: int, fine: bool) -> None:
    rows = (f'[[reason]]\nkey = "r{n}"\nname = "Reason {n}"\ngroup = "All"\n' for n in range(count))
    (tmp_path / "reasons.toml").write_text("version = 1\n" + "\n".join(rows), "utf-8")
    if fine:
        assert len(content.load_reasons(tmp_path)) == count
    else:
        assert f"there are {count}" in complaint(tmp_path)


@pytest.mark.parametrize("raw", ["flag = 3", "flag = [3]", 'flag = "x"', "[flag]\nkey = 'x'"])
def test_flags_must_be_a_list_of_tables(tmp_path: Path, raw: str) -> None:
    (tmp_path / "flags.toml").write_text(f"version = 1\n{raw}\n", "utf-8")
    assert re.search(r"line 2, flag: must be a list of tables", complaint(tmp_path))


def test_own_calls_are_promised_only_with_a_date(tmp_path: Path) -> None:
    copy(tmp_path, "conduct.toml", ('own_calls_on = ""', 'own_calls_on = "2026-11-03"'))
    assert content.load_conduct(tmp_path).lines[-1].endswith("the last time on 2026-11-03.")
    assert not any("own calls" in line for line in content.load_conduct().lines)


def test_kinds_and_reasons_since_dropped_keep_a_name() -> None:
    loaded = content.load()
    assert content.kind_of("code-red", loaded.flags).name == "Code red"
    assert content.kind_of("old-kind", loaded.flags).name == "Old kind"
    assert content.reason_of("pay-how", loaded.reasons).group == "Money"
    assert content.reason_of("lost-reason", ()).name == "Lost reason"


def test_flags_rank_ask_first_then_by_kind_then_by_time() -> None:
    kinds = content.load_flags()
    some = example_record().flags[0]
    made = [("delight", 1.0), ("gone", 0.0), ("rough-call", 0.5), ("code-red", 9.0), ("ask", 50.0), ("code-red", 2.0)]
    flags = [replace(some, id=str(number), kind=kind, at=at) for number, (kind, at) in enumerate(made)]
    assert [(flag.kind, flag.at) for flag in content.ranked(flags, kinds)] == [
        ("ask", 50.0),
        ("code-red", 2.0),
        ("code-red", 9.0),
        ("delight", 1.0),
        ("rough-call", 0.5),
        ("gone", 0.0),
    ]


def test_the_window_is_twenty_seconds_of_the_same_call() -> None:
    record = example_record()
    flag = replace(record.flags[0], contact_id=CALL_1, at=43.5)
    heard = content.window(record, flag)
    # From 23.5 to 63.5: what ends at 23.0 is out, what begins at 24.0 or 58.0 is in, what begins at 65.0 is out.
    assert [utterance.start for utterance in heard] == [24.0, 52.0, 58.0]
    assert {utterance.contact_id for utterance in content.window(record, replace(flag, at=130.0))} <= {CALL_1}


def test_there_is_no_window_between_calls_or_in_a_struck_call() -> None:
    record = example_record()
    words = (*record.utterances, replace(record.utterances[0], contact_id=CALL_3, start=215.0, end=220.0))
    record = replace(record, utterances=words)
    assert content.window(record, replace(record.flags[0], contact_id=None)) == ()
    assert content.window(record, replace(record.flags[0], contact_id=CALL_3, at=216.0)) == ()

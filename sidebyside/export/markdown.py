"""A session as Markdown (CommonMark), in which nothing that was said or typed acts as markup."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sidebyside.content import Content
from sidebyside.export.story import Highlight, Line, Mark, Scene, Story, Topic, tell
from sidebyside.export.wording import MASK, clean, day, one_line
from sidebyside.model import FollowUp, SessionRecord

_ACTIVE = re.compile(r"([\\`*_{}\[\]<>#|~&$])")
_AT_START = re.compile(r"^([-+=:]|\d+(?=[.)]))")


def render(record: SessionRecord, content: Content) -> str:
    """The session as a document: flagged moments, answers, promises, then all that was said.

    Raises:
        ExportFailed: the session's start is not a time.
    """
    story = tell(record, content)
    blocks = (block for part in _parts(story) for block in part)
    return "\n\n".join(blocks) + "\n"


def escape(text: str) -> str:
    """Text on one line that a Markdown reader shows as it is; what was masked becomes a code mark."""
    return _marked(one_line(text))


def _marked(line: str) -> str:
    pieces, at = [], 0
    for mask in MASK.finditer(line):
        pieces += [_escape(line[at : mask.start()]), f"`{mask.group(0)}`"]
        at = mask.end()
    pieces.append(_escape(line[at:]))
    return _AT_START.sub(_backslash, "".join(pieces))


def _escape(text: str) -> str:
    return _ACTIVE.sub(r"\\\1", text)


def _backslash(match: re.Match[str]) -> str:
    # Before a digit a backslash would be shown; a list number is broken at its point instead.
    start = match.group(1)
    return f"{start}\\" if start.isdigit() else f"\\{start}"


def _lines(text: str) -> list[str]:
    """The lines of a text, each escaped; empty ones are left out."""
    return [escaped for line in clean(text).split("\n") if (escaped := escape(line))]


def _flowing(text: str, indent: str = "") -> str:
    """The lines of a text in one paragraph, broken where they were."""
    return f"\\\n{indent}".join(_lines(text))


def _parts(story: Story) -> Iterator[Iterator[str]]:
    yield _head(story)
    yield _highlights(story.highlights)
    yield _answers(story.topics)
    yield _promises(story.follow_ups)
    yield _calls(story.scenes)


def _head(story: Story) -> Iterator[str]:
    yield f"# Side by side with {escape(story.rep) or 'a rep'}"
    yield "\n".join(f"- {label}: {escape(value)}" for label, value in story.facts)
    if story.recovered:
        yield "*The app stopped before this session was ended. What had been saved until then is here.*"


def _highlights(highlights: tuple[Highlight, ...]) -> Iterator[str]:
    if not highlights:
        return
    yield "## Flagged moments"
    for highlight in highlights:
        yield f"### {escape(highlight.name)} ({escape(highlight.where)})"
        if highlight.lines:
            yield "\n>\n".join(f"> {_speech(line)}" for line in highlight.lines)
        if highlight.notes:
            yield "\n".join(f"- {_note(line)}" for line in highlight.notes)


def _answers(topics: tuple[Topic, ...]) -> Iterator[str]:
    if not topics:
        return
    yield "## Debrief"
    for topic in topics:
        where = f" ({escape(topic.where)})" if topic.where else ""
        yield f"### {escape(topic.heading)}{where}"
        for reply in topic.replies:
            yield f"**{escape(reply.asked)}**"
            if reply.skipped:
                yield "*Skipped*"
            elif reply.number or reply.text.strip():
                yield "\\\n".join(part for part in (escape(reply.number), _flowing(reply.text)) if part)
            else:
                yield "*No answer*"


def _promises(follow_ups: tuple[FollowUp, ...]) -> Iterator[str]:
    if not follow_ups:
        return
    yield "## Promised"
    yield "\n".join(_promise(follow_up) for follow_up in follow_ups)


def _promise(follow_up: FollowUp) -> str:
    details = [escape(follow_up.owner)]
    details += [f"by {escape(day(follow_up.due))}"] if follow_up.due else []
    details += [f"done {escape(day(follow_up.done))}"] if follow_up.done else []
    details += [_flowing(follow_up.outcome, "  ")] if follow_up.outcome.strip() else []
    rest = ", ".join(detail for detail in details if detail)
    return f"- {_flowing(follow_up.text, '  ')}{': ' if rest else ''}{rest}"


def _calls(scenes: tuple[Scene, ...]) -> Iterator[str]:
    yield "## What was heard and noted"
    if not scenes:
        yield "*Nothing was heard or noted.*"
    for scene in scenes:
        about = ", ".join(escape(part) for part in (scene.reason, scene.length) if part)
        yield f"### {escape(scene.heading)}{f' ({about})' if about else ''}"
        if scene.struck:
            yield "*Struck out at the rep's word. Nothing of it was kept.*"
        elif not scene.lines:
            yield "*Nothing was heard or noted.*"
        yield from (_line(line) for line in scene.lines)


def _line(line: Line) -> str:
    if line.mark is Mark.SPEECH:
        return _speech(line)
    if line.mark is Mark.NOTE:
        return f"> {_note(line, '> ')}"
    if line.mark is Mark.GAP:
        return f"*{line.time} {escape(line.text)}*"
    notes = "".join(f"\\\n> {_note(note, '> ')}" for note in line.notes)
    return f"> {line.time} **Flag: {escape(line.name)}**{notes}"


def _speech(line: Line) -> str:
    return f"{line.time} **{line.speaker}:** {_flowing(line.text) if line.text.strip() else '(no words)'}"


def _note(line: Line, indent: str = "  ") -> str:
    return f"{line.time} {'Private note' if line.private else 'Note'}: {_flowing(line.text, indent)}"

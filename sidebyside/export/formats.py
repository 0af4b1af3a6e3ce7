"""The formats a session can be written in, each a pure function from the record to bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sidebyside.content import Content
from sidebyside.errors import ExportFailed
from sidebyside.export import html, json, markdown, subtitles, text
from sidebyside.export.leaving import leaving
from sidebyside.model import SessionRecord

_RENDERERS: Mapping[str, Callable[[SessionRecord, Content], str | bytes]] = MappingProxyType(
    {
        "md": markdown.render,
        "html": html.render,
        "json": json.render,
        "srt": subtitles.render_srt,
        "vtt": subtitles.render_vtt,
        "txt": text.render,
    }
)
FORMATS = tuple(_RENDERERS)
"""By the ending of the file's name."""


def render(record: SessionRecord, form: str, content: Content, *, private: bool = False) -> bytes:
    """What may leave of the session in one format, UTF-8, lines ended by `\\n`.

    With `private` the private notes are in it too: for the owner's own screen, never for a file.

    Raises:
        ExportFailed: there is no such format, or the session's start is not a time.
    """
    if form not in FORMATS:
        known = ", ".join(FORMATS)
        raise ExportFailed(f"There is no format “{form}”. Nothing was written; choose from {known}.")
    rendered = _RENDERERS[form](leaving(record, private=private), content)
    return rendered if isinstance(rendered, bytes) else rendered.encode("utf-8", "replace")

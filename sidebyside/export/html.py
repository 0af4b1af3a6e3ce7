"""A session as one HTML page that needs nothing beside it: no script, no network, light and dark, screen and paper."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from sidebyside import paths
from sidebyside.content import Content
from sidebyside.export.story import tell
from sidebyside.export.wording import MASK, clean, day, one_line
from sidebyside.model import SessionRecord

if TYPE_CHECKING:
    import jinja2
    from markupsafe import Markup


def render(record: SessionRecord, content: Content) -> str:
    """The page, with every text escaped and what was masked as a mark.

    Raises:
        ExportFailed: the session's start is not a time.
    """
    return _environment().get_template("session.html.j2").render(story=tell(record, content))


@cache
def _environment() -> jinja2.Environment:
    # Imported on first use: no other format needs it, and it would slow down every start.
    import jinja2

    loader = jinja2.FileSystemLoader(paths.resource("templates"))
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(words=_words, line=one_line, day=day, tag=_tag)
    return environment


def _words(text: str) -> Markup:
    """Text as HTML: escaped, its own direction isolated, masks as marks."""
    from markupsafe import Markup, escape

    pieces, at = [], 0
    cleaned = clean(text).strip()
    for mask in MASK.finditer(cleaned):
        pieces += [escape(cleaned[at : mask.start()]), Markup('<span class="mask">{}</span>').format(mask.group(1))]
        at = mask.end()
    pieces.append(escape(cleaned[at:]))
    return Markup('<bdi dir="auto">{}</bdi>').format(Markup("").join(pieces))


def _tag(language: str) -> str:
    """The language as a tag for the page, `en` where it is none."""
    return language if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", language) else "en"

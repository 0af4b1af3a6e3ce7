"""Plays conversations to a redactor as partials and finals, and watches with eyes of its own what can be seen."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from spoken_numbers import ONES, STRAY, TEENS, TENS, Talk

from sidebyside.privacy.redaction import Redactor


@dataclass
class Outcome:
    """What could be seen of a conversation."""

    kind: str
    final_texts: list[str]
    leaked: bool
    """A third digit of a number that ended up masked was in sight at some moment."""
    left: int
    """Digits of secrets in sight at the end."""
    masked_at_end: bool
    was_hidden: bool
    """Some text was hidden at some moment."""
    log: list[str] = field(default_factory=list)


def digits_in_sight(text: str) -> int:
    """Counts digits in a text by words alone, with no regard to what they mean; an independent check."""
    count, tens = 0, False
    for word in re.findall(r"\d|[a-z]+", re.sub(r"\[[a-z ]+\]", " ", text.lower())):
        if word.isdigit() or word in ONES or word in ("oh", "nought"):
            # "forty one" is two digits.
            count += not tens or word in ("zero", "oh", "nought") or word.isdigit()
        elif word in TEENS or word in TENS[2:]:
            count += 2
        tens = word in TENS[2:]
    return count


def growing(words: Sequence[str], r: random.Random, errors: float) -> Iterator[str]:
    """The partials of an utterance: its words as they come, the newest of them cut or not settled yet now and then."""
    i = 0
    while i < len(words):
        i = min(len(words), i + r.choice([1, 1, 2, 3]))
        shown = list(words[:i])
        if r.random() < errors:
            yield " ".join([*shown[:-1], r.choice([*ONES, *STRAY])])
        if shown[-1].isdigit() and len(shown[-1]) > 2 and r.random() < 0.5:
            yield " ".join([*shown[:-1], shown[-1][: r.randrange(1, len(shown[-1]))]])
        yield " ".join(shown)


def play(talk: Talk, seed: int, redactor: Redactor | None = None, keep_log: bool = False) -> Outcome:
    """Plays a conversation to a redactor and watches all that comes out."""
    r = random.Random(seed)
    redactor = redactor or Redactor()
    screen: dict[str, str] = {}
    owner: dict[str, int | None] = {}
    most: dict[int, int] = {}
    outcome = Outcome(talk.kind, [], False, 0, False, False)

    def look(event: str) -> dict[int, int]:
        seen: dict[int, int] = {}
        for key, text in screen.items():
            secret = owner[key]
            if secret is not None:
                seen[secret] = seen.get(secret, 0) + digits_in_sight(text)
        for secret, count in seen.items():
            most[secret] = max(most.get(secret, 0), count)
        outcome.was_hidden |= any("[" in text for text in screen.values())
        if keep_log:
            outcome.log.append(f"{event}: {screen}")
        return seen

    now = 0.0
    for k, said in enumerate(talk.said):
        key = f"u{k}"
        owner[key] = said.secret
        start = now + said.pause
        end = start
        for text in growing(said.words, r, talk.errors):
            end = start + 0.35 * len(text.split())
            screen[key] = redactor.partial(said.side, key, text, start, end)
            look(f"partial {end:.1f}")
        for revision in redactor.final(said.side, key, " ".join(said.words), start, end):
            screen[revision.utterance_id] = revision.text
        look(f"final {end:.1f}")
        now = end
        for revision in redactor.tick(now):
            screen[revision.utterance_id] = revision.text
        look(f"tick {now:.1f}")
    left: dict[int, int] = {}
    for _ in range(4):
        now += 10.0
        for revision in redactor.tick(now):
            screen[revision.utterance_id] = revision.text
        left = look(f"tick {now:.1f}")
    outcome.leaked = any(count >= 3 and left[secret] < 3 for secret, count in most.items())
    outcome.final_texts = [screen[f"u{k}"] for k in range(len(talk.said))]
    outcome.left = sum(digits_in_sight(text) for key, text in screen.items() if owner[key] is not None)
    outcome.masked_at_end = any("[" in text for text in outcome.final_texts)
    return outcome

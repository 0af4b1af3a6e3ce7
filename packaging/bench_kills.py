"""Kills the speech process at random while it listens, and counts the words that are lost or doubled by it."""

from __future__ import annotations

import difflib
import math
import os
import random
import re
import signal
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from bench_calls import demo_call
from bench_engines import Own, Utterance
from bench_words import plain

from sidebyside.audio.source import RATE
from sidebyside.model import Side

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
"""On Windows the one that cannot be refused has the other's name."""
SIDES = (Side.REP, Side.CUSTOMER)
_NUMBERS = (
    "zero oh one two three four five six seven eight nine ten eleven twelve twelfth thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred dollars cents and"
)
NUMBERS = frozenset(_NUMBERS.split())
"""Which the two passes write in different ways, so they are left out of the count."""
APART = 6.0
"""Seconds of sound between two kills at least: what is lost must belong to one of them."""
_DIGIT = re.compile(r"\d")


class Placed(NamedTuple):
    """A word and about when it was said, in seconds."""

    word: str
    at: float


def kills(count: int, seed: int = 1) -> dict[str, Any]:
    """Hear the demo call, as often as it takes, without and with so many kills.

    Returns:
        For each kill, its moment and the words lost or doubled nearest to it, in live and in refined text.
    """
    seconds = (count + 1) * 2 * APART
    sound = demo_call().sound
    sound = np.tile(sound, (math.ceil(seconds * RATE / len(sound)), 1))[: round(seconds * RATE)]
    chance = random.Random(seed)
    moments = _moments(seconds, count, chance)
    sounds = tuple(np.ascontiguousarray(side) for side in sound.T)
    with Own(*SIDES) as own:
        undisturbed = own.hear(*sounds)
        killed: list[float] = []

        def kill(at: float) -> None:
            if len(killed) < len(moments) and at >= moments[len(killed)]:
                # What is under way when it dies is anything from next to nothing to some seconds.
                own.process.wait_for_room(chance.uniform(0.2, 8.0))
                pid = own.process.pid
                if pid is not None:
                    os.kill(pid, KILL)
                    killed.append(at)
                    _missed(own, pid)

        disturbed = own.hear(*sounds, after_block=kill)
    found = []
    wrong = {stage: _by_kill(undisturbed, disturbed, killed, refined=stage == "refined") for stage in _STAGES}
    for number, at in enumerate(killed):
        found.append({"at": at, **{stage: wrong[stage][number] for stage in _STAGES}})
    return {"kills": found, "seconds": seconds, "words": len(_placed(undisturbed, SIDES, refined=True))}


_STAGES = ("live", "refined")


def _missed(own: Own, pid: int) -> None:
    """Wait until the dead process was missed: its id stands until then, and a second kill would hit nobody."""
    while own.process.pid == pid:
        time.sleep(0.01)


def _moments(seconds: float, count: int, chance: random.Random) -> list[float]:
    """Random moments, none too near to another."""
    room = seconds - 4.0 - count * APART
    return [
        2.0 + number * APART + at for number, at in enumerate(sorted(chance.uniform(0, room) for _ in range(count)))
    ]


def _placed(utterances: Sequence[Utterance], sides: Sequence[Side], *, refined: bool) -> list[Placed]:
    """All words but numbers, those of the first side first."""
    found = []
    for side in sides:
        for one in utterances:
            if one.side is side:
                words = plain((one.refined if refined else one.live).replace("-", " "))
                step = (one.end - one.start) / max(1, len(words))
                found += [Placed(word, one.start + (k + 0.5) * step) for k, word in enumerate(words)]
    return [one for one in found if one.word not in NUMBERS and not _DIGIT.search(one.word)]


def lost_or_doubled(before: Sequence[Placed], after: Sequence[Placed]) -> list[tuple[float, int]]:
    """Where one text has more words than the other, and how many; a word heard otherwise counts as none."""
    matcher = difflib.SequenceMatcher(None, [one.word for one in before], [one.word for one in after], autojunk=False)
    found = []
    for tag, a1, a2, b1, b2 in matcher.get_opcodes():
        more = abs((b2 - b1) - (a2 - a1))
        if tag != "equal" and more:
            found.append(((before[a1:a2] or after[b1:b2])[0].at, more))
    return found


def _by_kill(
    undisturbed: Sequence[Utterance], disturbed: Sequence[Utterance], killed: Sequence[float], *, refined: bool
) -> list[int]:
    counts = [0] * len(killed)
    for side in SIDES:
        texts = (_placed(one, [side], refined=refined) for one in (undisturbed, disturbed))
        for at, more in lost_or_doubled(*texts):
            nearest = min(range(len(killed)), key=lambda number: abs(killed[number] - at))
            counts[nearest] += more
    return counts


def told(found: dict[str, Any]) -> list[str]:
    """As lines for a person."""
    each = found["kills"]
    lines = [f"{len(each)} kills of the speech process in {found['seconds']:.0f} s, {found['words']} words"]
    for stage in _STAGES:
        counts = [one[stage] for one in each]
        lines.append(
            f"  {stage:<8} words lost or doubled a kill: {sum(counts) / max(1, len(counts)):.2f}, "
            f"at most {max(counts, default=0)} ({' '.join(map(str, counts))})"
        )
    return lines

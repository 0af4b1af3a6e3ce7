"""Hears clips with everything there is, under every condition, and lays the word errors out in tables."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench_clips import Clip, Condition, Hearing, clips_in
from bench_engines import (
    BATCHES,
    MOONSHINE,
    OURS,
    OURS_LIVE,
    WHISPER,
    WHISPER_CONDITIONED,
    Kept,
    Own,
    Peers,
    Text,
    ours,
)
from bench_score import ALL, CLOSE, Slots, by_set, errors, is_sparse, slots

from sidebyside.audio.source import RATE

WAYS = (OURS_LIVE, OURS, MOONSHINE, WHISPER, WHISPER_CONDITIONED, BATCHES)
Found = dict[str, dict[str, Any]]
"""By condition, then by way of hearing: errors by set, slots, CPU seconds a second of sound."""


def words(
    folder: Path, *, reuse: bool, peers: bool = True, sets: Sequence[str] = (), vocabulary: Sequence[str] = ()
) -> Found:
    """Hear all clips of a folder; each condition's table is printed as soon as it is full.

    Args:
        folder: laid out as `bench_clips` says.
        reuse: take peers' texts from earlier runs where the sound is the same.
        peers: whether to hear with them at all.
        sets: only these, if any.
        vocabulary: names and jargon that the app's second pass listens for.
    """
    clips = [clip for clip in clips_in(folder) if not sets or clip.set in sets]
    hearing, kept = Hearing(folder), Kept(reuse=reuse)
    others = Peers() if peers else None
    found: Found = {}
    with Own(vocabulary=tuple(vocabulary)) as own:
        for condition in Condition:
            texts: dict[str, list[tuple[Clip, Text]]] = {}
            seconds = 0.0
            for number, clip in enumerate(clips, 1):
                _tell(f"{condition}: {number} of {len(clips)}")
                sound = hearing.sound(clip, condition)
                seconds += len(sound) / RATE
                for way, text in ours(own, sound).items():
                    texts.setdefault(way, []).append((clip, text))
                for way in others.ways if others else ():
                    text = kept.get(way, sound, _later(others, way, sound))
                    texts.setdefault(way, []).append((clip, text))
            found[condition] = {way: _scored(heard, seconds) for way, heard in texts.items()}
            _tell("")
            print("\n".join(block(condition, found[condition])), flush=True)
    return found


def _later(peers: Peers | None, way: str, sound: Any) -> Callable[[], Text]:
    assert peers is not None
    return lambda: peers.hear(way, sound)


def _scored(heard: Sequence[tuple[Clip, Text]], seconds: float) -> dict[str, Any]:
    values = Slots()
    for clip, text in heard:
        values = values.and_(slots(clip, text.text))
    worded = [(clip, errors(clip, text.text)) for clip, text in heard if clip.words is not None]
    return {
        "sets": {name: {**one._asdict(), "rate": one.rate} for name, one in by_set(worded).items()},
        "slots": values._asdict(),
        "cpu_per_second": sum(text.cpu for _, text in heard) / seconds,
        "texts": {f"{clip.set}/{clip.id}": text.text for clip, text in heard},
    }


def block(condition: str, ways: dict[str, dict[str, Any]]) -> list[str]:
    """One condition's table, a line a way of hearing; rates in per cent, for the pools their three kinds of error."""
    names = [name for name in next(iter(ways.values()))["sets"] if name not in (CLOSE, ALL)]
    head = " " * 42 + "".join(f"{_short(name):>12}" for name in names) + _POOLS
    return ["", condition, head, *(_row(way, ways[way], names) for way in WAYS if way in ways)]


LEGEND = "Rates in per cent; s/d/i: words wrong, left out, invented; of sparse sets, words invented."
_POOLS = f"{'CLOSE':>8}{'s/d/i':>14}{'ALL':>8}{'s/d/i':>14}{'slots':>10}{'CPU':>7}"


def _row(way: str, one: dict[str, Any], names: Sequence[str]) -> str:
    cells = [f"{way:<42}"]
    for name in names:
        found = one["sets"][name]
        cells.append(f"{found['insertions']:>12}" if is_sparse(name) else f"{_rate(found):>12}")
    for pool in (CLOSE, ALL):
        found = one["sets"][pool]
        kinds = f"{found['substitutions']}/{found['deletions']}/{found['insertions']}"
        cells.append(f"{_rate(found):>8}{kinds:>14}")
    values = f"{one['slots']['right']}/{one['slots']['said']}"
    return "".join(cells) + f"{values:>10}{one['cpu_per_second']:>7.2f}"


def _rate(found: dict[str, Any]) -> str:
    return "–" if found["rate"] is None else f"{found['rate']:.1f}"


def _short(name: str) -> str:
    return name if len(name) < 12 else name[:5] + "…" + name[-5:]


def verdicts(found: Found) -> list[str]:
    """Ours against the best peer and against plain Moonshine, condition by condition."""
    lines = []
    for condition, ways in found.items():
        peers = [way for way in WAYS[2:] if way in ways]
        for pool in (CLOSE, ALL):
            rates = {way: ways[way]["sets"][pool]["rate"] for way in ways}
            if not peers or None in rates.values():
                continue
            best = min(peers, key=lambda way: rates[way])
            plain = rates[MOONSHINE]
            lines.append(
                f"{condition}, {pool}: refined {rates[OURS]:.1f} %, best peer {rates[best]:.1f} % ({best}): "
                f"{rates[OURS] - rates[best]:+.1f} points, {100 * rates[OURS] / rates[best]:.0f} % of its errors; "
                f"{100 * (1 - rates[OURS] / plain):.0f} % fewer than plain Moonshine ({plain:.1f} %); "
                f"live {rates[OURS_LIVE]:.1f} %: {100 * (1 - rates[OURS_LIVE] / plain):+.0f} % fewer"
            )
    return lines


def _tell(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{text:<60}", end="" if text else "\r", file=sys.stderr, flush=True)

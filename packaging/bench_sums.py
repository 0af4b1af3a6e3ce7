"""The sums over a long run: cost at its end against its beginning, the slope of memory, the worst of the rest."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from bench_words import percentile

from sidebyside.audio.capture import RING_SECONDS

Line = dict[str, Any]
"""One minute's or call's figures, as they are written out."""

SETTLED = 600.0
"""Seconds after which memory should no longer grow."""
ENDS = 10
"""Minutes at the beginning and at the end that are compared."""
SLOPE_NEEDS = 300.0
"""Seconds of looks at memory without which a slope means nothing."""


@dataclass
class Figures:
    """All that a run has measured so far."""

    minutes: list[Line] = field(default_factory=list)
    plays: list[Line] = field(default_factory=list)
    memory: list[tuple[float, float, float]] = field(default_factory=list)
    """Seconds, and the MB resident of all processes: RSS, PSS."""
    late: dict[str, list[float]] = field(default_factory=lambda: {"final": [], "refined": []})
    """Seconds from the end of each utterance to its final text, and from its window's close to its refined one."""
    troubles: list[str] = field(default_factory=list)
    kept: Line = field(default_factory=dict)
    """What the library holds in the end."""
    drained: float | None = None
    """Seconds that the session took to end."""


def largest(values: Iterable[float | None]) -> float | None:
    """The largest that is there; None of nothing."""
    return max((value for value in values if value is not None), default=None)


def slope(points: Sequence[tuple[float, float]]) -> float | None:
    """MB an hour by least squares over (seconds, MB); None where there is too little to tell."""
    if len(points) < 3 or points[-1][0] - points[0][0] < SLOPE_NEEDS:
        return None
    times, sizes = np.array(points).T
    return float(np.polyfit(times / 3600.0, sizes, 1)[0])


def growth(first: Sequence[Line], last: Sequence[Line], seconds: str) -> float | None:
    """By what share CPU seconds a second of sound are more in `last` than in `first`."""
    costs = [_cost(lines, seconds) for lines in (first, last)]
    return costs[1] / costs[0] - 1 if all(math.isfinite(cost) and cost > 0 for cost in costs) else None


def _cost(lines: Sequence[Line], seconds: str) -> float:
    sound = sum(line[seconds] for line in lines)
    return sum(line["cpu"] for line in lines) / sound if sound else math.nan


def equal_material(plays: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """The same calls at the beginning and at the end: of each, as many plays as fill ten minutes, at most half."""
    named: dict[str, list[Line]] = {}
    for play in plays:
        named.setdefault(play["call"], []).append(play)
    named = {name: of for name, of in named.items() if len(of) > 1}
    once = sum(of[0]["seconds"] for of in named.values())
    if not once:
        return [], []
    count = min(math.ceil(ENDS * 60.0 / once), min(len(of) for of in named.values()) // 2)
    return [play for of in named.values() for play in of[:count]], [
        play for of in named.values() for play in of[-count:]
    ]


def _p95(values: Sequence[float]) -> float | None:
    return percentile(values, 95) if values else None


def verdicts(figures: Figures) -> Line:
    """What a long run comes to."""
    whole = [line for line in figures.minutes if line["seconds"] > 50.0]
    ends = min(ENDS, len(whole) // 2)
    late = [(at, rss, pss) for at, rss, pss in figures.memory if at > SETTLED]
    early, later = equal_material(figures.plays)
    sound = sum(line["sound"] for line in figures.minutes)

    def worst(key: str) -> float | None:
        return largest(line[key] for line in figures.minutes)

    def per_second(key: str) -> float | None:
        return sum(line[key] for line in figures.minutes) / sound if sound else None

    return {
        "minutes": sum(line["seconds"] for line in figures.minutes) / 60.0,
        "sound_seconds": sound,
        "cpu_per_second": per_second("cpu"),
        "cpu_speech_per_second": per_second("cpu_speech"),
        "cpu_parent_per_second": per_second("cpu_parent"),
        "others_cpu_per_second": per_second("others_cpu"),
        "cost_growth": growth(whole[:ends], whole[-ends:], "sound") if ends else None,
        "cost_growth_minutes": ends,
        "cost_growth_equal_calls": growth(early, later, "seconds"),
        "equal_calls": len(early),
        "memory_slope_rss": slope([(at, rss) for at, rss, _ in late]),
        "memory_slope_pss": slope([(at, pss) for at, _, pss in late]),
        "memory_most_rss": largest(rss for _, rss, _ in figures.memory),
        "memory_most_pss": largest(pss for _, _, pss in figures.memory),
        "overruns": worst("overruns"),
        "latest_block_ms": worst("block_late_ms"),
        "clock_samples_ms": worst("clock_samples_ms"),
        "clock_monotonic_ms": worst("clock_monotonic_ms"),
        "behind": worst("behind"),
        "final_late": worst("final_late"),
        "final_p95": _p95(figures.late["final"]),
        "refined_late": worst("refined_late"),
        "refined_p95": _p95(figures.late["refined"]),
        "words": sum(line["words"] for line in figures.minutes),
        "restarts": sum(line["restarts"] for line in figures.minutes),
        "drained": figures.drained,
        "troubles": figures.troubles,
        "kept": figures.kept,
    }


def told(verdict: Line) -> list[str]:
    """The verdicts as lines for a person, with what is asked for."""

    def number(key: str, digits: int = 1, factor: float = 1.0) -> str:
        value = verdict[key]
        return "unknown" if value is None else f"{factor * value:.{digits}f}"

    kept = verdict["kept"]
    lines = [
        f"{verdict['minutes']:.1f} minutes in one go, {number('sound_seconds', 0)} s of calls, "
        f"{number('words', 0)} words",
        f"  CPU seconds a second of calls   {number('cpu_per_second', 3)} "
        f"({number('cpu_speech_per_second', 3)} speech process, {number('cpu_parent_per_second', 3)} the rest; "
        f"other programs meanwhile {number('others_cpu_per_second', 3)})",
        f"  cost, last {verdict['cost_growth_minutes']} minutes to first   {number('cost_growth', 1, 100)} % (5)",
        f"  the same, equal calls ({verdict['equal_calls']})      {number('cost_growth_equal_calls', 1, 100)} % (5)",
        f"  memory, MB an hour              {number('memory_slope_rss', 2)} RSS, "
        f"{number('memory_slope_pss', 2)} PSS (5)",
        f"  memory at most, MB              {number('memory_most_rss', 0)} RSS, "
        f"{number('memory_most_pss', 0)} PSS (900)",
        f"  overruns                        {number('overruns', 0)}; latest block {number('latest_block_ms', 0)} ms "
        f"(a device's buffer holds {RING_SECONDS:.0f} s)",
        f"  clock off by at most, ms        {number('clock_samples_ms', 2)} of the samples, "
        f"{number('clock_monotonic_ms', 2)} of the system's (50)",
        f"  behind at most, s               {number('behind', 2)}",
        f"  final after the utterance, s    {number('final_p95', 2)} (95 %), at most {number('final_late', 2)}",
        f"  refined after its window, s     {number('refined_p95', 2)} (95 %), at most {number('refined_late', 2)}",
        f"  ending took, s                  {number('drained', 1)}; speech restarts {verdict['restarts']}",
    ]
    if kept:
        lines.append(
            f"  in the library                  {kept['calls']} calls, {kept['utterances']} utterances, "
            f"{kept['words']} words; not refined {kept['not_refined']}, finals lost {kept['finals_lost']}, "
            f"gaps but for those between calls: {', '.join(kept['gaps']) or 'none'}"
        )
    return [*lines, *(f"  said meanwhile: {trouble}" for trouble in verdict["troubles"])]

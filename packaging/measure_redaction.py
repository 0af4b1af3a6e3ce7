"""Measures the redaction on spoken numbers made up by the thousand: what is masked, what is masked wrongly, what leaks.

    python packaging/measure_redaction.py --count 20000 --seed 1 [--show 5] [--texts FOLDER]

`--texts` also masks every .txt file of a folder and prints the false alarms; nothing is written.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "privacy")]

from played_talks import Outcome, play  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402
from spoken_numbers import HARMLESS, SECRETS, Maker, Talk  # noqa: E402

from sidebyside.model import Side  # noqa: E402
from sidebyside.privacy.redaction import Redactor, redact  # noqa: E402

RATES = (0.0, 0.03, 0.10)
CORE = ("card", "security code")


class Sums:
    """What was counted at one error rate."""

    def __init__(self) -> None:
        self.count: Counter[str] = Counter()
        self.bare: Counter[str] = Counter()
        """With nothing of the number left in sight."""
        self.safe: Counter[str] = Counter()
        """With at most two digits left in sight."""
        self.leaks: Counter[str] = Counter()
        self.false: Counter[str] = Counter()
        self.hidden: Counter[str] = Counter()

    def add(self, outcome: Outcome) -> None:
        kind = outcome.kind
        self.count[kind] += 1
        self.bare[kind] += outcome.left == 0
        self.safe[kind] += outcome.left <= 2
        self.leaks[kind] += outcome.leaked
        self.false[kind] += outcome.masked_at_end
        self.hidden[kind] += outcome.was_hidden


def measure(count: int, seed: int, rate: float, show: int) -> Sums:
    """Plays `count` conversations at one error rate."""
    sums, shown = Sums(), Counter[str]()
    maker = Maker(seed, rate)
    for i in range(count):
        talk = maker.talk()
        outcome = play(talk, seed + i)
        sums.add(outcome)
        for trouble in _troubles(talk, outcome):
            if shown[trouble] < show:
                shown[trouble] += 1
                print(f"[{rate:.0%}] {trouble}: {[' '.join(s.words) for s in talk.said]}\n    -> {outcome.final_texts}")
    return sums


def _troubles(talk: Talk, outcome: Outcome) -> list[str]:
    if talk.kind in HARMLESS:
        return [f"false mask, {talk.kind}"] if outcome.masked_at_end else []
    found = [f"left in sight, {talk.kind}"] if outcome.left else []
    return [*found, f"third digit seen, {talk.kind}"] if outcome.leaked else found


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f} %" if whole else "-"


def table(results: dict[float, Sums]) -> Table:
    """The figures, one row a kind of number."""
    out = Table(title="Spoken numbers, by recogniser error")
    out.add_column("number")
    out.add_column("said", justify="right")
    for rate in results:
        out.add_column(f"{rate:.0%} errors", justify="right")
    first = next(iter(results.values()))

    def row(name: str, kinds: tuple[str, ...], part: str) -> None:
        cells = []
        for sums in results.values():
            got = getattr(sums, part)
            whole = sum(sums.count[k] for k in kinds)
            done = sum(got[k] for k in kinds)
            cells.append(str(done) if part == "leaks" else _percent(done, whole))
        out.add_row(name, str(sum(first.count[k] for k in kinds)), *cells)

    for kind in SECRETS:
        row(f"{kind}: no digit left", (kind,), "bare")
    row("cards and codes: no digit left", CORE, "bare")
    row("cards and codes: at most two digits left", CORE, "safe")
    out.add_section()
    row("cards and codes: a third digit seen at any moment", CORE, "leaks")
    row("all secrets: a third digit seen at any moment", SECRETS, "leaks")
    out.add_section()
    for kind in HARMLESS:
        row(f"{kind}: masked for good", (kind,), "false")
    row("all harmless: masked for good", HARMLESS, "false")
    row("all harmless: hidden for a while", HARMLESS, "hidden")
    return out


def speed() -> str:
    """Milliseconds for a partial of 60 words after 30 s of talk on both sides."""
    redactor = Redactor()
    words = ("so the thing came on the twelfth of March and I paid eighty four dollars for two of them " * 4).split()[
        :60
    ]
    for k in range(12):
        side = Side.REP if k % 2 else Side.CUSTOMER
        redactor.final(side, f"w{k}", " ".join(words[:16]), 2.5 * k, 2.5 * k + 2.4)
    took = []
    for i in range(300):
        text = " ".join(words[: 1 + i % 60])
        begin = time.perf_counter()
        redactor.partial(Side.CUSTOMER, "p", text, 30.0, 31.0 + i % 60 / 3)
        took.append(1000 * (time.perf_counter() - begin))
    took.sort()
    return f"partial: median {took[150]:.2f} ms, 99th of 100 {took[297]:.2f} ms"


def false_alarms(folder: Path) -> None:
    """Prints what is masked in real texts."""
    words = masks = 0
    for path in sorted(folder.glob("**/*.txt")):
        text = path.read_text(encoding="utf-8", errors="replace")
        words += len(text.split())
        for mask in redact(text).masks:
            masks += 1
            print(f"  {path.parent.name}/{path.name}: [{mask.kind}] {text[mask.start : mask.end]!r}")
    print(f"{masks} masks in {words} words")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20000, help="conversations at each error rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0, help="print so many examples of each sort of failure")
    parser.add_argument("--texts", type=Path, help="a folder of real texts to look for false alarms in")
    asked = parser.parse_args()
    results = {rate: measure(asked.count, asked.seed, rate, asked.show) for rate in RATES}
    Console(width=120).print(table(results))
    print(speed())
    if asked.texts:
        false_alarms(asked.texts)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Measures what a list of names and jargon brings and costs: values heard, words wrong elsewhere, CPU.

    python packaging/measure_vocabulary.py --clips DIR [--list FILE] [--telephone] [--show]

DIR holds SET/ID.flac; a clip with ID.slots.json has values that must be heard, one with ID.txt the words of all of it.
The list is FILE, or else all values of the clips; 180 entries that nobody says are added (`--alone` leaves them out).
Both passes run as in a session, the second once without the list and once with it. Whole clips of far or sparse speech,
and digits, are left out. Needs jiwer and whisper-normalizer.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bench_clips import Clip, Condition, Hearing, clips_in
from bench_score import Errors, Slots, errors, is_digits, is_far, is_sparse, normal, slots
from rich.console import Console
from rich.table import Table

from sidebyside.model import Side
from sidebyside.session.word_list import checked, read_csv
from sidebyside.speech.first_pass import FirstPass, Spoken
from sidebyside.speech.moonshine import MoonshineRecogniser
from sidebyside.speech.recogniser import RATE, Sound
from sidebyside.speech.second_pass import Context, Window, Windows, refine
from sidebyside.speech.whisper import WhisperRefiner

SIDE = Side.MIXED
BLOCK = 1024
OTHERS = Path(__file__).with_name("measure_vocabulary_others.txt")


class Tally(NamedTuple):
    """What was counted one way."""

    values: Slots = Slots()
    wrong: Errors = Errors()
    put_in: int = 0
    """Entries in a text that were not said in it, where a reference tells."""
    cpu: float = 0.0


def windows(engine: MoonshineRecogniser, sound: Sound) -> list[Window]:
    """What the first pass settles, as the second pass gets it."""
    gathered, closed = Windows((SIDE,)), []

    def take(spoken: Spoken) -> None:
        closed.extend(gathered.add(spoken))

    first = FirstPass(engine, (SIDE,), lambda _message: None, take, live=False)
    for begin in range(0, len(sound), BLOCK):
        first.hear(SIDE, begin / RATE, sound[begin : begin + BLOCK])
        end = min(begin + BLOCK, len(sound)) / RATE
        if first.needed_from(SIDE) >= end - 1.0:
            closed.extend(gathered.quiet(SIDE, end))
    first.flush()
    return [*closed, *gathered.flush(len(sound) / RATE)]


def text_of(refiner: WhisperRefiner, heard: Sequence[Window]) -> str:
    """The refined text of one clip."""
    context, texts = Context(), []
    for window in heard:
        pieces = refine(refiner, window, context.before(window))
        context.add(window, pieces)
        texts += [piece.text for piece in pieces]
    return " ".join(texts)


def invented(clip: Clip, text: str, entries: Sequence[str]) -> list[str]:
    """Entries that stand in a text and not in its reference."""
    if clip.words is None:
        return []
    said, got = f" {normal(clip.words)} ", f" {normal(text)} "
    return [entry for entry in entries if f" {normal(entry)} " in got and f" {normal(entry)} " not in said]


def add(tally: Tally, clip: Clip, text: str, entries: Sequence[str], cpu: float) -> Tally:
    """The tally with one clip more."""
    return Tally(
        tally.values.and_(slots(clip, text)) if clip.slots else tally.values,
        tally.wrong.and_(errors(clip, text)) if clip.words is not None else tally.wrong,
        tally.put_in + len(invented(clip, text, entries)),
        tally.cpu + cpu,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=Path, required=True)
    parser.add_argument("--list", type=Path, dest="file", help="CSV or text; else all values of the clips")
    parser.add_argument("--alone", action="store_true", help="without the entries that nobody says")
    parser.add_argument("--telephone", action="store_true", help="also as over a telephone")
    parser.add_argument("--show", action="store_true", help="print each text that the list changed")
    args = parser.parse_args()
    clips = [
        clip for clip in clips_in(args.clips) if not (is_far(clip.set) or is_sparse(clip.set) or is_digits(clip.set))
    ]
    own = read_csv(args.file) if args.file else checked(sorted({value.strip() for one in clips for value in one.slots}))
    entries = (*own, *(() if args.alone else checked(OTHERS.read_text("utf-8").splitlines())))
    if not clips or not entries:
        parser.error("there is nothing to measure: no clips with a reference, or an empty list")
    engine = MoonshineRecogniser()
    ways = {"without": WhisperRefiner(), "with": WhisperRefiner(vocabulary=entries)}
    hearing = Hearing(args.clips)
    table = Table(
        title=f"{len(clips)} clips, a list of {len(entries)} entries, {len(own)} of which may be said", box=None
    )
    for title in (
        "condition",
        "list",
        "values heard",
        "words wrong",
        "sub/del/ins",
        "entries not said",
        "CPU s a second",
    ):
        table.add_column(title, justify="left" if title in ("condition", "list") else "right")
    for condition in (Condition.CLEAN, Condition.TELEPHONE)[: 2 if args.telephone else 1]:
        tallies, seconds = dict.fromkeys(ways, Tally()), 0.0
        for clip in clips:
            sound = hearing.sound(clip, condition)
            seconds += len(sound) / RATE
            heard = windows(engine, sound)
            texts = {}
            for way, refiner in ways.items():
                began = time.process_time()
                texts[way] = text_of(refiner, heard)
                tallies[way] = add(tallies[way], clip, texts[way], entries, time.process_time() - began)
            if args.show and texts["with"] != texts["without"]:
                print(f"{condition} {clip.set}/{clip.id}\n  without {texts['without']}\n  with    {texts['with']}")
        for way, tally in tallies.items():
            table.add_row(str(condition), way, *_cells(tally, seconds))
    Console(width=max(120, Console().width)).print(table)
    return 0


def _cells(tally: Tally, seconds: float) -> tuple[str, ...]:
    right, said = tally.values
    wrong, rate = tally.wrong, tally.wrong.rate
    return (
        f"{right} of {said} ({100 * right / said:.1f} %)" if said else "–",
        f"{rate:.2f} % of {wrong.words}" if rate is not None else "–",
        f"{wrong.substitutions}/{wrong.deletions}/{wrong.insertions}",
        str(tally.put_in),
        f"{tally.cpu / seconds:.3f}",
    )


if __name__ == "__main__":
    sys.exit(main())

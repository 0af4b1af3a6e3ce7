"""Measures on this machine how well, how soon and at what cost it hears.

    python3 packaging/dev.py bench                   all there is without clips; about half an hour
    python3 packaging/dev.py bench --clips DIR       also word errors, ours and others', and the calls found in DIR
    python3 packaging/dev.py bench --only PART ...   some of it:
        live        how late words, finals and refined texts are on screen, at the pace of time
        shift       calls at the pace of time in one go: cost, memory, clock, losses
        words       word errors by set and condition, of this app and of the same weights used otherwise
        invention   words written down where nobody speaks
        kills       words lost or doubled when the speech process is killed

What DIR holds: DIR/SET/ID.flac with its words in ID.txt (or better, ID.edited.txt), values in ID.slots.json; calls of
two files X_agent.flac and X_caller.flac; neighbours in DIR/noise.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from bench_machine import load

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

PARTS = ("live", "shift", "words", "invention", "kills")
Figures = dict[str, Any]


def calls_of(args: argparse.Namespace) -> list[tuple[Path, Path]]:
    """The calls of two files that were named or found."""
    from bench_clips import call_pairs

    return [*(tuple(pair) for pair in args.call), *(call_pairs(args.clips) if args.clips else [])]


def live(args: argparse.Namespace) -> Figures:
    """The demo call and others at the pace of time."""
    from bench_calls import demo_call, of_two_files
    from bench_engines import Peers
    from bench_live import live, off, peer, told, turns_by_ear

    from sidebyside.session.demo import load_demo

    peers = Peers()
    true = load_demo().utterances
    by_ear = off(turns_by_ear(demo_call(), peers), true)
    found: Figures = {"by_ear": by_ear}
    for call in (demo_call(), *(of_two_files(*pair) for pair in calls_of(args))):
        turns = true if call.name == demo_call().name else turns_by_ear(call, peers)
        one = live(call, turns)
        if not args.texts:
            del one["seen"]
        found[call.name] = {**one, "moonshine": peer(peers, call, turns)}
        print("\n".join(told(call.name, one, found[call.name]["moonshine"])), flush=True)
    print(
        f"When a word was spoken: known for the demo call; else by Whisper's word times, which on the demo call lie "
        f"{by_ear['median']:+.2f} s ({by_ear['p5']:+.2f} to {by_ear['p95']:+.2f}) off the truth."
    )
    return found


def shift(args: argparse.Namespace) -> Figures:
    """A long run; what was measured so far is told when it is stopped, too."""
    from bench_calls import demo_call, of_two_files, stereo_calls, write_shift
    from bench_shift import Shift, in_terminal, teller
    from bench_sums import told, verdicts

    from sidebyside.session.workspace import Workspace

    calls = [demo_call(), *(of_two_files(*pair) for pair in calls_of(args))]
    calls += stereo_calls(args.calls) if args.calls else []
    seconds = 60.0 * args.minutes
    stopped = threading.Event()
    before = {number: signal.signal(number, lambda *_: stopped.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    lines = args.json.with_suffix(".lines.jsonl") if args.json else None
    if lines:
        lines.write_text("")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, Workspace.throw_away() as workspace:
        sound = Path(folder) / "shift.wav"
        plays = write_shift(calls, seconds + 30.0, sound)
        run = Shift(workspace, sound, plays, seconds, teller(lines))
        del calls
        if args.window:
            from bench_window import in_window

            in_window(run, stopped)
        else:
            in_terminal(run, stopped)
        run.close(workspace)
    for number, handler in before.items():
        signal.signal(number, handler)
    verdict, figures = verdicts(run.figures), run.figures
    print("\n".join(told(verdict)), flush=True)
    return {"verdict": verdict, "minutes": figures.minutes, "calls": figures.plays, "memory": figures.memory}


def words(args: argparse.Namespace) -> Figures:
    """Word errors of the clips."""
    from bench_report import LEGEND, verdicts, words

    listed = args.vocabulary.read_text().splitlines() if args.vocabulary else []
    terms = [term.strip() for term in listed if term.strip()]
    found = words(args.clips, reuse=args.reuse, peers=not args.no_peers, sets=args.sets, vocabulary=terms)
    print("\n".join(["", LEGEND, *verdicts(found)]), flush=True)
    for ways in found.values():
        for one in ways.values():
            if not args.texts:
                del one["texts"]
    return found


def invention(args: argparse.Namespace) -> Figures:
    """Words where nobody speaks."""
    from bench_invention import invention, told

    found = invention(args.invention, args.clips)
    print("\n".join(told(found)), flush=True)
    return found


def kills(args: argparse.Namespace) -> Figures:
    """The speech process dies."""
    from bench_kills import kills, told

    found = kills(args.kills)
    print("\n".join(told(found)), flush=True)
    return found


def parsed() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=Path, metavar="DIR")
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="PART")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the figures for a program, written after each part")
    parser.add_argument("--call", type=Path, nargs=2, action="append", default=[], metavar=("AGENT", "CALLER"))
    parser.add_argument("--minutes", type=float, default=6.0, help="of the shift")
    parser.add_argument("--calls", type=Path, metavar="DIR", help="sound files of two channels, also for the shift")
    parser.add_argument("--window", action="store_true", help="the shift with the live window's list")
    parser.add_argument("--sets", nargs="+", default=(), metavar="SET", help="only these of the clips")
    parser.add_argument("--texts", action="store_true", help="texts in the JSON, too; those of clips are not masked")
    parser.add_argument("--vocabulary", type=Path, metavar="FILE", help="for the app's second pass, a term a line")
    parser.add_argument("--reuse", action="store_true", help="keep others' texts from run to run")
    parser.add_argument("--no-peers", action="store_true", help="only this app's word errors")
    parser.add_argument("--invention", type=float, default=10.0, metavar="MINUTES", help="of each sort")
    parser.add_argument("--kills", type=int, default=20, metavar="COUNT")
    args = parser.parse_args()
    if args.only and "words" in args.only and not args.clips:
        parser.error("words need --clips")
    return args


def main() -> int:
    args = parsed()
    parts = {"live": live, "shift": shift, "words": words, "invention": invention, "kills": kills}
    chosen = [part for part in args.only or PARTS if part != "words" or args.clips]
    figures: Figures = {}
    with tempfile.TemporaryDirectory(prefix="bench-home-") as home:
        # Nobody's settings, vocabulary or library: the figures are of the app as it comes.
        os.environ["SIDEBYSIDE_HOME"] = home
        for part in chosen:
            print(f"\n=== {part}, load {load() or 0.0:.1f} ===", flush=True)
            try:
                figures[part] = parts[part](args)
            except KeyboardInterrupt:
                print("\nStopped." + (f" What was measured before is in {args.json}." if args.json else ""))
                return 130
            if args.json:
                args.json.write_text(json.dumps(figures, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Runs, tests and looks at Side by Side from a checkout; a fresh machine first gets what it lacks."""

# Standard library only, and readable by Python 3.8, so that a Python too old is told so instead of failing to parse.
from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from ready import BIN, PYTHON, ROOT, Stopped, has_screen, prepare, say

OLDEST, NEWEST = (3, 11), (3, 13)

USAGE = """\
usage: python3 packaging/dev.py COMMAND [ARGUMENTS]

  run [ARGUMENTS]     start Side by Side; with no screen, play the demo call in the terminal
  test [ARGUMENTS]    code checks and tests; other arguments go to pytest
       --all          also the tests that need a sound server or a virtual screen, which it installs
       --slow         also the tests that take minutes
  look [ARGUMENTS]    draw every window into pictures
  bench [ARGUMENTS]   measure what the README claims
  demo-call [ARGUMENTS]   make the demo call again

The first command makes .venv in the checkout and installs what is missing; the next ones start at once.
"""

SCRIPTS = {"look": "look.py", "bench": "bench.py", "demo-call": "make_demo.py"}


def start(arguments: list[str]) -> int:
    """Starts Side by Side in this process's place; with no screen and nothing asked, the demo in the terminal."""
    prepare(window=bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")))
    if not arguments and not has_screen():
        say("No screen here, so no window: playing the demo call in the terminal instead.")
        arguments = ["demo", "--autopilot"]
    return become([str(PYTHON), "-m", "sidebyside", *arguments])


def become(command: list[str]) -> int:
    """Goes on as another program; where the system cannot, runs it and returns its exit code."""
    sys.stdout.flush()
    sys.stderr.flush()
    if sys.platform != "win32":
        os.execv(command[0], command)
    return subprocess.call(command)


def script(name: str, arguments: list[str]) -> int:
    """Runs one of the other programs of this folder with the development libraries."""
    path = ROOT / "packaging" / SCRIPTS[name]
    if not path.exists():
        say(f"{name}: {path.relative_to(ROOT)} does not exist yet.")
        return 1
    prepare(tests=True)
    return become([str(PYTHON), str(path), *arguments])


def chosen(heavy: bool, slow: bool) -> list[str]:
    """The arguments that make pytest leave out what was not asked for."""
    left_out = [mark for mark, asked in (("heavy", heavy), ("slow", slow)) if not asked]
    return ["-m", " and ".join("not " + mark for mark in left_out)] if left_out else []


def checks() -> dict[str, list[str]]:
    """The code checks by name, quickest first."""
    python = str(PYTHON)
    found = {
        "ruff check": [python, "-m", "ruff", "check"],
        "ruff format": [python, "-m", "ruff", "format", "--check"],
        "rooms (import-linter)": [str(BIN / "lint-imports")],
    }
    for system in ("linux", "win32", "darwin"):
        cache = ".mypy_cache/" + system
        found[f"mypy --strict for {system}"] = [python, "-m", "mypy", "--platform", system, "--cache-dir", cache]
    return found


def test_runs(heavy: bool, slow: bool, rest: list[str]) -> dict[str, list[str]]:
    """The runs of pytest by name: the core with Qt blocked from import, then the windows; or just what was named."""
    pytest = [str(PYTHON), "-m", "pytest", *chosen(heavy, slow)]
    if rest:
        return {"tests": [*pytest, *rest]}
    core = [*pytest, "-p", "no_qt", "-p", "no:pytest-qt", "--ignore", "tests/ui"]
    return {"tests of the core, Qt blocked": core, "tests of the windows": [*pytest, "tests/ui"]}


def environment() -> dict[str, str]:
    """Of every check and test."""
    return dict(os.environ, PYTHONPATH=str(ROOT / "tests"), PYTHONUTF8="1")


def check(command: list[str]) -> tuple[bool, str, float]:
    """Whether one check passes, what it printed, and the seconds it took."""
    started = time.monotonic()
    done = subprocess.run(
        command,
        cwd=str(ROOT),
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    return done.returncode == 0, done.stdout, time.monotonic() - started


def test(arguments: list[str]) -> int:
    """Checks the code, runs the tests, and says at the end which of them failed."""
    heavy, slow = "--all" in arguments, "--slow" in arguments
    rest = [argument for argument in arguments if argument not in ("--all", "--slow")]
    prepare(tests=True, heavy=heavy)
    failed = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        running = {name: pool.submit(check, command) for name, command in checks().items()}
        for name, future in running.items():
            passed, output, seconds = future.result()
            print(f"{name:<26} {'ok' if passed else 'failed'}  {seconds:.0f} s", flush=True)
            if not passed:
                failed.append(name)
                print(output, flush=True)
    for name, command in test_runs(heavy, slow, rest).items():
        say(name + " …")
        if subprocess.call(command, cwd=str(ROOT), env=environment(), stdin=subprocess.DEVNULL) != 0:
            failed.append(name)
    print("Failed: " + ", ".join(failed) if failed else "All passed: code checks and tests.", flush=True)
    return 1 if failed else 0


def unsupported() -> str:
    """What is wrong with this Python, or nothing."""
    here = sys.version_info[:2]
    if OLDEST <= here <= NEWEST:
        return ""
    return "Side by Side needs Python {}.{} to {}.{}; this is {}.{} ({}).".format(
        *OLDEST, *NEWEST, *here, sys.executable
    )


def main(arguments: list[str]) -> int:
    """Runs one command and returns its exit code: 2 for a command that does not exist."""
    if arguments[:1] in (["-h"], ["--help"], ["help"]):
        print(USAGE, end="")
        return 0
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command not in ("run", "test", *SCRIPTS):
        print(USAGE, end="", file=sys.stderr)
        return 2
    if unsupported():
        say(unsupported())
        return 1
    try:
        if command == "run":
            return start(rest)
        return test(rest) if command == "test" else script(command, rest)
    except Stopped as why:
        say(str(why))
        return 1
    except KeyboardInterrupt:
        say("\nStopped. The same command goes on from here.")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

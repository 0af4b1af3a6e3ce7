"""Starts a built or installed Side by Side as a user would, and fails unless it answers, hears and stays open."""

# usage: python packaging/smoke.py [PROGRAM [ARGUMENTS]], e.g. dist/sidebyside/sidebyside; without one, this Python's.
from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

PATIENCE = 300.0
"""Seconds after which a command that should have ended has hung."""
WATCHED = 15.0
"""Seconds for which the window has to stay open."""


def fail(what: str, output: str) -> None:
    """Ends the smoke test with what went wrong."""
    print(output[-4000:])
    sys.exit(f"smoke: {what}")


def answers(program: list[str], arguments: list[str], words: list[str], env: dict[str, str]) -> None:
    """Runs one command to its end; it must succeed and print all the words."""
    started = time.monotonic()
    done = subprocess.run(
        [*program, *arguments],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        timeout=PATIENCE,
    )
    name = " ".join(arguments)
    if done.returncode != 0:
        fail(f"`{name}` ended with {done.returncode}", done.stdout)
    if missing := [word for word in words if word.lower() not in done.stdout.lower()]:
        fail(f"`{name}` does not say {', '.join(missing)}", done.stdout)
    print(f"{name}: ok, {time.monotonic() - started:.1f} s", flush=True)


def stays_open(program: list[str], env: dict[str, str]) -> None:
    """Opens the window; ending within the watched time is a failure, however politely it ends."""
    with tempfile.TemporaryFile() as output:
        window = subprocess.Popen(program, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            code = window.wait(WATCHED)
        except subprocess.TimeoutExpired:
            window.terminate()
            window.wait()
            print(f"window: ok, open for {WATCHED:.0f} s", flush=True)
            return
        output.seek(0)
        fail(f"the window closed by itself with {code}", output.read().decode("utf-8", "replace"))


def main() -> None:
    program = sys.argv[1:] or [sys.executable, "-m", "sidebyside"]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        env = dict(os.environ, SIDEBYSIDE_HOME=home, PYTHONUTF8="1")
        env.setdefault("QT_QPA_PLATFORM", "offscreen")
        answers(program, ["--help"], ["demo"], env)
        answers(program, ["demo"], [], env)
        stays_open(program, env)


if __name__ == "__main__":
    main()

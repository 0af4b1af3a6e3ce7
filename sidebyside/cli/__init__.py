"""The terminal front end: proof that everything but the windows runs without Qt."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line.

    Returns:
        0 done, 1 failed with one clear line, 2 wrong usage, 130 interrupted.
    """
    import multiprocessing

    multiprocessing.freeze_support()
    import click

    from sidebyside import log
    from sidebyside.cli.app import app
    from sidebyside.errors import SideBySideError

    try:
        log.to_file()
    except OSError as error:
        return _fail(f"The log folder cannot be written ({error.strerror}: {error.filename}). Nothing was changed.")
    try:
        result = app(args=list(sys.argv[1:] if argv is None else argv), prog_name="sidebyside", standalone_mode=False)
        # Now, so that a reader who has gone is noticed here and not when Python ends.
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.UsageError as error:
        error.show()
        return 2
    except click.exceptions.Exit as error:
        return error.exit_code
    except (click.exceptions.Abort, KeyboardInterrupt):
        return 130
    except SideBySideError as error:
        return _fail(str(error))
    except BrokenPipeError:
        # Whoever read our output has had enough; what is left of it must not fail once more at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        log.logger("cli").exception("a command failed")
        return _fail(f"{error.strerror or error} ({error.filename or 'no file'}). Nothing that was saved is lost.")


def _fail(message: str) -> int:
    print(f"sidebyside: {' '.join(message.split())}", file=sys.stderr)
    return 1

"""Starts the app: `python -m sidebyside`."""

import multiprocessing
import sys

if __name__ == "__main__":
    # Before anything else, so that the speech process of a frozen build does not open a second window.
    multiprocessing.freeze_support()
    from sidebyside.cli import main

    sys.exit(main())

"""Renders every window to pictures, for a person to look at, and says what text is clipped.

`python packaging/look.py [--out DIR] [--only NAME] [--size 1024x700] [--theme dark] [--text 15] [--readme]`. The
windows are real, on a real throw-away library that holds an invented session. No screen is needed, and no network.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SIZES = ("1280x800", "1024x700")
THEMES = ("light", "dark")


def prepare() -> None:
    """No screen, an empty home, nobody's keyring; before Qt is imported."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["SIDEBYSIDE_HOME"] = tempfile.mkdtemp(prefix="look-")
    os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "packaging")]


def main() -> int:
    """Render what was asked for; exit code 1 if a text is clipped."""
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("--out", type=Path, default=ROOT / "out" / "look")
    reading.add_argument("--only", default="", help="scenes whose name begins like this")
    reading.add_argument("--size", choices=SIZES, help="one size; else both")
    reading.add_argument("--theme", choices=THEMES, help="one appearance; else both")
    reading.add_argument("--text", type=int, default=15, help="text size, 12 to 28")
    reading.add_argument("--readme", action="store_true", help="also the README's two, from the demo call itself")
    asked = reading.parse_args()
    prepare()
    from look_clipped import clipped
    from look_scenes import SCENES, shown
    from PySide6.QtWidgets import QApplication

    app = QApplication([sys.argv[0]])
    asked.out.mkdir(parents=True, exist_ok=True)
    pictures = wrong = 0
    for name in (name for name in SCENES if name.startswith(asked.only)):
        for size in (asked.size,) if asked.size else SIZES:
            for theme in (asked.theme,) if asked.theme else THEMES:
                width, height = (int(part) for part in size.split("x"))
                with shown(app, name, (width, height), theme, text=asked.text) as widget:
                    picture = widget.grab()
                    picture.save(str(asked.out / f"{name}-{size}-{theme}.png"))
                    pictures += 1
                    for text in clipped(widget):
                        wrong += 1
                        print(f"{name} {size} {theme}: {text}")
    if asked.readme:
        from look_demo import draw

        draw(app, ROOT / "resources" / "pictures")
    print(f"{pictures} pictures in {asked.out}, {wrong} clipped texts")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

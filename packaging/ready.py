"""Gets a machine ready to run a checkout: system packages, a virtual environment, the libraries in it."""

# Standard library only, and readable by Python 3.8: it runs before anything is installed.
from __future__ import annotations

import contextlib
import ctypes
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections import deque
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "installed.json"
BROKEN_OFF = VENV / "unfinished"
"""There while pip runs: if it is found at a start, pip was killed and may have left half a library."""
LOG = VENV / "install.log"

# What Qt's wheels and sounddevice load from the system: library, Debian's package. Only a window needs the first lot.
WINDOW_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}
SOUND_LIBRARIES = {"libportaudio.so.2": "libportaudio2", "libasound.so.2": "libasound2"}
FONTS = "fonts-dejavu-core"
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")

# What `test --all` needs besides: a program or file, Debian's package.
HEAVY_PROGRAMS = {"pulseaudio": "pulseaudio", "pactl": "pulseaudio-utils", "Xvfb": "xvfb"}
ALSA_TO_PULSE = "libasound_module_pcm_pulse.so"


class Stopped(Exception):
    """Getting ready cannot go on; the text says why and what to do."""


def say(text: str) -> None:
    """Prints a line about getting ready; the standard output stays the program's own."""
    print(text, file=sys.stderr, flush=True)


# --- steps that take a while ------------------------------------------------------------------------------------


def rewrite(text: str) -> None:
    """Puts a text in the place of the terminal's current line."""
    width = max(20, shutil.get_terminal_size().columns - 1)
    print("\r" + " " * width + "\r" + text[:width], end="", file=sys.stderr, flush=True)


def logged(label: str, command: list[str], env: dict[str, str] | None = None) -> None:
    """Runs a command with its output in the log and one line on the screen.

    Raises:
        Stopped: it failed; with the log's last lines.
    """
    LOG.parent.mkdir(exist_ok=True)
    started = time.monotonic()
    live = sys.stderr.isatty()
    print(label + " …", end="", file=sys.stderr, flush=True)
    tail: deque[str] = deque(maxlen=15)
    with LOG.open("a", encoding="utf-8") as log:
        log.write("\n$ " + " ".join(command) + "\n")
        process = subprocess.Popen(
            command,
            cwd=str(ROOT),
            env=dict(os.environ, **(env or {})),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        assert process.stdout is not None
        try:
            for line in process.stdout:
                log.write(line)
                tail.append(line.rstrip())
                if live:
                    rewrite(f"{label} … {line.strip()}")
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise
    if live:
        rewrite(f"{label} …")
    if process.wait() == 0:
        say(f" {time.monotonic() - started:.0f} s")
        return
    say(" failed")
    raise Stopped("\n".join(["  " + line for line in tail] + ["", f"{label}: failed. The whole log is {LOG}."]))


# --- the system -------------------------------------------------------------------------------------------------


def loads(library: str) -> bool:
    """Whether the system's loader finds a library and all it needs."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def lacking(libraries: dict[str, str]) -> list[str]:
    """The packages of those libraries that do not load, each once."""
    return sorted({package for library, package in libraries.items() if not loads(library)})


def has_font() -> bool:
    """Whether any font is installed; without one Qt draws no text."""
    return any(
        name.lower().endswith((".ttf", ".otf", ".ttc", ".pfb"))
        for folder in FONT_FOLDERS
        for _, _, names in os.walk(str(Path(folder).expanduser()))
        for name in names
    )


def heavy_packages() -> list[str]:
    """The packages that the heavier tests lack."""
    missing = {package for program, package in HEAVY_PROGRAMS.items() if not shutil.which(program)}
    if not any(Path("/usr/lib").glob("*/alsa-lib/" + ALSA_TO_PULSE)):
        missing.add("libasound2-plugins")
    return sorted(missing)


def missing_packages(window: bool, heavy: bool) -> list[str]:
    """The Debian packages that have to be there before the program's own libraries can work; Linux only."""
    if not sys.platform.startswith("linux"):
        return []
    missing = lacking(SOUND_LIBRARIES)
    if window:
        missing += lacking(WINDOW_LIBRARIES) + ([] if has_font() else [FONTS])
    if heavy:
        missing += heavy_packages()
    if not PYTHON.exists() and not can_make_venv():
        missing.append("python3-venv")
    return sorted(set(missing))


def can_make_venv() -> bool:
    """Whether this Python brings the parts of `venv` that Debian packs apart."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return False
    return True


def may_install() -> bool:
    """Whether packages can be installed without asking anyone."""
    return sys.platform != "win32" and bool(shutil.which("apt-get")) and os.geteuid() == 0


def install_packages(packages: list[str]) -> None:
    """Installs system packages where that needs no question, else says the one line that does.

    Raises:
        Stopped: someone else has to install them, or apt failed.
    """
    if not shutil.which("apt-get"):
        raise Stopped("Missing on this system (Debian's names; install what yours calls them): " + " ".join(packages))
    line = "apt-get install -y --no-install-recommends " + " ".join(packages)
    listed = any(Path("/var/lib/apt/lists").glob("*_Packages*"))
    if not may_install():
        line = f"sudo {line}" if listed else f"sudo apt-get update && sudo {line}"
        raise Stopped(f"Some system packages are missing. Run this line, then the same command again:\n  {line}")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    apt = ["apt-get", "-o", "DPkg::Lock::Timeout=300", "-o", "APT::Color=0"]
    install = [*apt, "install", "-y", "--no-install-recommends", *packages]
    label = f"Installing {len(packages)} system package{'s' * (len(packages) > 1)}"
    if not listed:
        logged("Reading the package lists", [*apt, "update"], quiet)
    try:
        logged(label, install, quiet)
    except Stopped:
        if not listed:
            raise
        # Lists of some weeks ago name versions that the mirror has since replaced.
        logged("Reading the package lists anew", [*apt, "update"], quiet)
        logged(label, install, quiet)


def has_screen() -> bool:
    """Whether a window can be opened: always on Windows and macOS, else if a display answers."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return wayland_answers() or x11_answers()


def wayland_answers() -> bool:
    """Whether the Wayland display of the environment accepts a connection."""
    name = os.environ.get("WAYLAND_DISPLAY")
    if sys.platform == "win32" or not name:
        return False
    import socket

    path = str(Path(os.environ.get("XDG_RUNTIME_DIR", "")) / name)
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as link:
        link.settimeout(2)
        try:
            link.connect(path)
        except OSError:
            return False
    return True


def x11_answers() -> bool:
    """Whether the X display of the environment lets this user in; taken as yes while libxcb is missing."""
    if not os.environ.get("DISPLAY"):
        return False
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True
    xcb.xcb_connect.restype = ctypes.c_void_p
    link = ctypes.c_void_p(xcb.xcb_connect(None, None))
    answered = not xcb.xcb_connection_has_error(link)
    xcb.xcb_disconnect(link)
    return answered


# --- the virtual environment ------------------------------------------------------------------------------------


def wanted(extra: str) -> dict[str, str]:
    """What the stamp must say for everything to be in place."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    kept = [project.get("build-system"), project.get("project"), project.get("tool", {}).get("hatch")]
    return {
        "project": hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest(),
        "python": "{}.{}".format(*sys.version_info[:2]),
        "platform": sys.platform,
        "folder": str(ROOT),
        "extra": extra,
    }


def stamped() -> dict[str, str]:
    """What the last complete installation noted, or nothing."""
    try:
        noted = json.loads(STAMP.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return noted if isinstance(noted, dict) and PYTHON.exists() else {}


def works() -> bool:
    """Whether .venv is whole: its Python starts, has pip, and is the version of this one."""
    test = f"import sys, pip._internal; sys.exit(sys.version_info[:2] != {tuple(sys.version_info[:2])})"
    try:
        return subprocess.run([str(PYTHON), "-c", test], stdin=subprocess.DEVNULL, capture_output=True).returncode == 0
    except OSError:
        return False


def prepare(tests: bool = False, heavy: bool = False, window: bool = True) -> None:
    """Brings system packages, .venv and the libraries in place; returns at once if they are.

    Raises:
        Stopped: something could not be installed; the text says what to do.
    """
    if sys.stdin is None:
        os.open(os.devnull, os.O_RDONLY)  # takes the closed descriptor 0, which libraries would else mistake for input
    packages = missing_packages(window or may_install(), heavy)
    noted = stamped()
    target = wanted("dev" if tests or noted.get("extra") == "dev" else "")
    if not packages and noted == target:
        return
    if not noted:
        say("Getting Side by Side ready; the first time takes a few minutes.")
    if packages:
        install_packages(packages)
    if noted != target:
        install(target)


def install(target: dict[str, str]) -> None:
    """Makes .venv if it is not whole, installs the checkout into it, and stamps it last, so that a break is mended."""
    import tomllib

    STAMP.unlink(missing_ok=True)
    if BROKEN_OFF.exists() or not works():
        shutil.rmtree(str(VENV), ignore_errors=True)
        base = getattr(sys, "_base_executable", "") or sys.executable
        logged("Making .venv", [base, "-m", "venv", str(VENV)])
    pip = [str(PYTHON), "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    build = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]
    checkout = ".[dev]" if target["extra"] == "dev" else "."
    BROKEN_OFF.touch()
    try:
        # The build tools live in .venv too, so that a later installation works without a network.
        logged("Installing the build tools", [*pip, *build, "editables"])
        logged("Installing the libraries", [*pip, "--no-build-isolation", "-e", checkout])
    except Stopped:
        BROKEN_OFF.unlink()  # pip itself gave up and tidied up; what was there before still works
        raise
    STAMP.write_text(json.dumps(target), "utf-8")
    BROKEN_OFF.unlink()

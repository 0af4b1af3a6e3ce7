"""The development commands: what they say on an odd machine, what they skip, and what they start."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = (ROOT / "packaging" / "dev.py", ROOT / "packaging" / "ready.py")

posix = pytest.mark.skipif(os.name != "posix", reason="stands in for Python with a shell script")
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="system packages and displays are Linux's")


def load(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """One of the scripts as a module, from a checkout of its own."""
    monkeypatch.syspath_prepend(str(folder / "packaging"))
    for stale in ("dev", "ready"):
        monkeypatch.delitem(sys.modules, stale, raising=False)
    spec = importlib.util.find_spec(name)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the scripts and the project file, with nothing installed."""
    folder = tmp_path / "checkout"
    (folder / "packaging").mkdir(parents=True)
    for script in SCRIPTS:
        shutil.copy(script, folder / "packaging")
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.fixture
def ready(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return load(checkout, "ready", monkeypatch)


@pytest.fixture
def dev(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return load(checkout, "dev", monkeypatch)


def stand_in(path: Path, script: str) -> None:
    """Puts a shell script where a program is expected."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)


def installed(folder: Path, ready: ModuleType) -> None:
    """Makes a checkout look completely installed; its Python prints what it was asked."""
    stand_in(ready.PYTHON, 'echo "started: $*"')
    ready.STAMP.write_text(json.dumps(ready.wanted("")), "utf-8")


def run(folder: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Runs `dev.py` without a screen, and without any program that could install something."""
    return subprocess.run(
        [sys.executable, str(folder / "packaging" / "dev.py"), *arguments],
        env={"HOME": str(folder), "PATH": str(folder / "no-programs"), **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
    )


# --- any machine ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_an_old_python_can_read_it_and_needs_no_library(script: Path) -> None:
    tree = ast.parse(script.read_text("utf-8"), feature_version=(3, 8))
    imports = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imports |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imports} - set(sys.stdlib_module_names) <= {"ready"}


@pytest.mark.parametrize(("version", "refused"), [((3, 10), True), ((3, 11), False), ((3, 13), False), ((3, 14), True)])
def test_a_python_that_does_not_fit_is_told_so(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int], refused: bool
) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    message = dev.unsupported()
    assert bool(message) == refused
    if refused:
        assert "needs Python 3.11 to 3.13; this is {}.{}".format(*version) in message


def test_the_versions_are_those_of_the_project(dev: ModuleType) -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]
    (oldest, newest) = dev.OLDEST, dev.NEWEST
    assert declared == f">={oldest[0]}.{oldest[1]},<{newest[0]}.{newest[1] + 1}"


@pytest.mark.parametrize("arguments", [[], ["fly"]])
def test_an_unknown_command_shows_the_usage(checkout: Path, arguments: list[str]) -> None:
    done = run(checkout, *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("usage:")


def test_help_is_not_an_error(checkout: Path) -> None:
    done = run(checkout, "--help")
    assert done.returncode == 0
    assert "test [ARGUMENTS]" in done.stdout


def test_unasked_markers_are_left_out(dev: ModuleType) -> None:
    assert dev.chosen(heavy=False, slow=False) == ["-m", "not heavy and not slow"]
    assert dev.chosen(heavy=True, slow=False) == ["-m", "not slow"]
    assert dev.chosen(heavy=False, slow=True) == ["-m", "not heavy"]
    assert dev.chosen(heavy=True, slow=True) == []


# --- what is installed already ----------------------------------------------------------------------------------


def test_the_stamp_follows_the_dependencies_only(ready: ModuleType, checkout: Path) -> None:
    project = checkout / "pyproject.toml"
    text = project.read_text("utf-8")
    before = ready.wanted("")
    project.write_text(text.replace("line-length = 120", "line-length = 100"), "utf-8")
    assert ready.wanted("") == before
    project.write_text(text.replace('"msgspec>=', '"added>=1",\n"msgspec>='), "utf-8")
    assert ready.wanted("") != before
    assert ready.wanted("dev") != ready.wanted("")


@posix
def test_a_broken_stamp_counts_as_none(ready: ModuleType, checkout: Path) -> None:
    installed(checkout, ready)
    assert ready.stamped() == ready.wanted("")
    ready.STAMP.write_text("{", "utf-8")
    assert ready.stamped() == {}
    installed(checkout, ready)
    ready.PYTHON.unlink()
    assert ready.stamped() == {}


@posix
def test_a_failed_installation_leaves_no_stamp_and_shows_the_end_of_the_log(
    ready: ModuleType, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    installed(checkout, ready)
    stand_in(ready.PYTHON, 'case "$*" in *pip*install*) echo "no such library"; exit 1;; esac')
    with pytest.raises(ready.Stopped, match=r"no such library[\s\S]*install\.log"):
        ready.install(ready.wanted("dev"))
    assert not ready.STAMP.exists()
    assert not ready.BROKEN_OFF.exists()
    assert "Installing the build tools … failed" in capsys.readouterr().err
    assert "no such library" in ready.LOG.read_text("utf-8")


@posix
def test_after_an_installation_was_killed_everything_is_made_anew(
    ready: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    half = ready.VENV / "lib" / "half-a-library"
    half.mkdir(parents=True)
    installed(checkout, ready)
    ready.BROKEN_OFF.touch()
    stand_in(checkout / "python", f'if [ "$2" = venv ]; then mkdir -p {ready.BIN}; cp "$0" {ready.PYTHON}; fi')
    monkeypatch.setattr(sys, "_base_executable", str(checkout / "python"))
    ready.install(ready.wanted(""))
    assert not half.exists()
    assert ready.stamped() == ready.wanted("")
    assert not ready.BROKEN_OFF.exists()


# --- what it starts ---------------------------------------------------------------------------------------------


@linux
def test_without_a_screen_the_demo_plays_in_the_terminal(ready: ModuleType, checkout: Path) -> None:
    installed(checkout, ready)
    done = run(checkout, "run")
    assert done.stdout == "started: -m sidebyside demo --autopilot\n"
    assert done.stderr.count("\n") == 1
    assert "No screen here" in done.stderr


@linux
def test_a_platform_that_was_asked_for_is_a_screen(ready: ModuleType, checkout: Path) -> None:
    installed(checkout, ready)
    assert run(checkout, "run", QT_QPA_PLATFORM="offscreen").stdout == "started: -m sidebyside\n"


@linux
def test_a_display_that_does_not_answer_is_no_screen(ready: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", ":987")
    assert not ready.has_screen()


@posix
def test_arguments_go_through_untouched(ready: ModuleType, checkout: Path) -> None:
    installed(checkout, ready)
    done = run(checkout, "run", "export", "--to", "a folder")
    assert done.stdout == "started: -m sidebyside export --to a folder\n"
    assert done.stderr == ""


@posix
def test_it_starts_with_its_input_closed(ready: ModuleType, checkout: Path) -> None:
    installed(checkout, ready)
    command = f'"{sys.executable}" "{checkout}/packaging/dev.py" run sessions <&-'
    env = {"HOME": str(checkout), "PATH": str(checkout / "no-programs")}
    done = subprocess.run(["/bin/sh", "-c", command], env=env, capture_output=True, encoding="utf-8")
    assert done.stdout == "started: -m sidebyside sessions\n", done.stderr


@posix
def test_the_check_before_merging_runs_from_anywhere(tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    stand_in(tmp_path / "bin" / "python3", 'echo "$PWD: $*"')
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [str(tmp_path / ".ci" / "run")], cwd="/", env={"PATH": path}, capture_output=True, encoding="utf-8"
    )
    assert done.stdout == f"{tmp_path}: packaging/dev.py test --all\n", done.stderr


# --- Linux ------------------------------------------------------------------------------------------------------


@linux
def test_a_missing_library_is_named_by_its_package(ready: ModuleType) -> None:
    assert ready.lacking({"libc.so.6": "libc6", "libnowhere.so.1": "libnowhere1"}) == ["libnowhere1"]


@linux
def test_someone_who_may_not_install_gets_one_line_to_run(
    ready: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path / "apt-get", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ready.Stopped) as stopped:
        ready.install_packages(["libegl1", "python3-venv"])
    line = str(stopped.value).splitlines()[-1]
    assert line.endswith("sudo apt-get install -y --no-install-recommends libegl1 python3-venv")


@linux
def test_a_wayland_display_counts_only_if_it_answers(
    ready: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert not ready.has_screen()
    monkeypatch.chdir(tmp_path)  # a socket's path may not be long
    monkeypatch.setenv("XDG_RUNTIME_DIR", ".")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-7")
    assert not ready.has_screen()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("wayland-7")
        server.listen()
        assert ready.has_screen()
    assert not ready.has_screen()


@linux
@pytest.mark.heavy
def test_an_x_display_counts_if_it_lets_us_in(ready: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with open(read, encoding="utf-8") as answer:  # noqa: PTH123 - a descriptor, not a path
            number = answer.readline().strip()
        monkeypatch.setenv("DISPLAY", ":" + number)
        assert number and ready.has_screen()
        server.terminate()
    assert not ready.has_screen()


@linux
def test_every_library_that_qt_loads_for_a_window_is_looked_for(ready: ModuleType) -> None:
    qt = Path(str(importlib.metadata.distribution("PySide6-Essentials").locate_file("PySide6/Qt")))
    files = [qt / "lib" / f"libQt6{part}.so.6" for part in ("Core", "Gui", "Widgets", "DBus", "Svg", "XcbQpa")]
    files += [qt / "lib" / "libQt6WaylandClient.so.6", *qt.glob("plugins/xcbglintegrations/*.so")]
    files += [qt / "plugins" / "platforms" / f"libq{name}.so" for name in ("xcb", "wayland", "offscreen")]
    named = set()
    for file in files:
        named |= set(re.findall(rb"(?<=\0)lib[\w+-]+\.so\.\d+(?=\0)", file.read_bytes()))
    bundled = {path.name for path in (qt / "lib").iterdir()}
    always_there = {"libc.so.6", "libm.so.6", "libgcc_s.so.1", "libstdc++.so.6"}
    needed = {name.decode() for name in named} - bundled - always_there
    assert "libxcb-cursor.so.0" in needed
    assert needed - set(ready.WINDOW_LIBRARIES) == set()

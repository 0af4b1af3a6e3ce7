"""The rules of the house: who may import whom, where Qt and SQL may be, and how a file opens."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "sidebyside"
SOURCES = sorted(PACKAGE.rglob("*.py"))

LONGEST = 400
NETWORK = {
    *("aiohttp", "ftplib", "http", "httpcore", "httpx", "imaplib", "poplib", "requests", "smtplib", "socket"),
    *("socketserver", "telnetlib", "urllib.error", "urllib.request", "urllib3", "websockets", "xmlrpc"),
    *("huggingface_hub", "PySide6.QtNetwork", "PySide6.QtWebSockets"),
}
MAY_USE_NETWORK: tuple[str, ...] = ("sidebyside/speech/model_download.py",)
"""Files below `sidebyside/` that open a connection which the user asked for by hand."""

SQL = re.compile(
    r"select\s.+\sfrom\s|insert\s+(or\s+\w+\s+)?into\s|update\s+\S+\s+set\s|delete\s+from\s|pragma\s+\w|vacuum\b"
    r"|(create|drop|alter)\s+(virtual\s+|unique\s+|temp\s+)?(table|index|trigger|view)\s|begin\s+(immediate|exclusive)",
    re.DOTALL,
)
DATABASES = {"sqlite3", "sqlcipher3", "sqlite_utils", "duckdb"}
MAY_USE_SQL = ("sidebyside/store/", "sidebyside/programme/rollup")


def rel(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(tree: ast.AST) -> Iterator[str]:
    """Every module a file imports, also inside functions and by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("import_module", "__import__"):
                yield str(node.args[0].value)


def roots(modules: Iterable[str]) -> set[str]:
    """Each module with all the packages it lies in."""
    return {".".join(parts[:n]) for parts in (name.split(".") for name in modules) for n in range(1, len(parts) + 1)}


def is_sql(text: str) -> bool:
    """Whether a string reads as SQL; with only its first letter large it is a sentence for a person."""
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    return (first.isupper() or first.islower()) and bool(SQL.match(text.lstrip().lower()))


def uses_qt(source: str) -> bool:
    return bool(roots(imported(ast.parse(source))) & {"PySide6", "shiboken6", "pyqtgraph"})


def uses_sql(source: str) -> bool:
    tree = ast.parse(source)
    described = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    strings = (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str))
    written = any(is_sql(str(node.value)) for node in strings if id(node) not in described)
    return written or bool(roots(imported(tree)) & DATABASES)


def uses_network(source: str) -> bool:
    return bool(roots(imported(ast.parse(source))) & NETWORK)


def names_version(source: str) -> bool:
    """Whether a version number is written down instead of read from what was installed."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(node.value, ast.Constant):
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        named = any(isinstance(t, ast.Name) and t.id.strip("_").lower().endswith("version") for t in targets)
        if named and re.match(r"\d+\.\d+", str(node.value.value)):
            return True
    return False


def opens_badly(source: str) -> bool:
    """Whether a file opens with anything but a docstring whose first line is one sentence."""
    first = (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]
    one_sentence = first.endswith(".") and not re.search(r"[.!?] [A-Z]", first)
    return not (source.startswith('"""') and one_sentence)


Rule = Callable[[str], bool]


def offenders(rule: Rule, *allowed: str) -> list[str]:
    """The source files that break a rule, apart from those below the allowed paths."""
    return [rel(p) for p in SOURCES if not (allowed and rel(p).startswith(allowed)) and rule(p.read_text("utf-8"))]


def test_only_the_windows_use_qt() -> None:
    assert offenders(uses_qt, "sidebyside/ui/") == []


def test_only_the_store_speaks_sql() -> None:
    assert offenders(uses_sql, *MAY_USE_SQL) == []


def test_nothing_opens_a_connection() -> None:
    assert offenders(uses_network, *MAY_USE_NETWORK) == []


def test_the_version_is_written_once() -> None:
    assert offenders(names_version) == []


def test_every_file_opens_with_one_sentence() -> None:
    assert offenders(opens_badly, "sidebyside/__init__.py") == []


def test_no_file_is_too_long() -> None:
    lines = {rel(path): len(path.read_text("utf-8").splitlines()) for path in SOURCES}
    assert {path: count for path, count in lines.items() if count > LONGEST} == {}


def test_importing_the_package_imports_nothing() -> None:
    assert (PACKAGE / "__init__.py").read_text("utf-8") == ""


def test_the_packaging_folder_does_not_shadow_the_library() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists()


@pytest.mark.parametrize("path", sorted((ROOT / "resources").rglob("*.toml")), ids=rel)
def test_resources_are_readable(path: Path) -> None:
    assert tomllib.loads(path.read_text("utf-8"))


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        (uses_qt, "def f():\n    from PySide6 import QtCore", "import msgspec"),
        (uses_qt, "import importlib\nimportlib.import_module('PySide6.QtGui')", "PySide6 = 'a name'"),
        (uses_sql, "def f(db):\n    db.execute('SELECT id FROM notes')", "hint = 'Select one from the list'"),
        (uses_sql, "q = f'insert into {t} values (1)'", "'select nothing from this docstring'"),
        (uses_sql, "import sqlcipher3.dbapi2", "hint = 'Update all set flags'"),
        (uses_network, "def f():\n    import urllib.request", "from urllib.parse import quote"),
        (uses_network, "from urllib import request", "import email"),
        (names_version, "__version__ = '1.2'", "version = metadata.version('sidebyside')"),
        (opens_badly, "'''Single quotes.'''", '"""One sentence, as it should be."""'),
        (opens_badly, "import os", '"""One sentence.\n\nAnd more. Much more.\n"""'),
        (opens_badly, '"""Two. Sentences."""', '"""One: this."""'),
    ],
)
def test_each_rule_tells_bad_from_good(rule: Rule, bad: str, good: str) -> None:
    assert rule(bad)
    assert not rule(good)


# --- rooms ------------------------------------------------------------------------------------------------------


def run_python(code: str, folder: Path, *on_path: Path) -> subprocess.CompletedProcess[str]:
    """Runs some Python in a folder, with further folders to import from."""
    env = dict(os.environ, PYTHONPATH=os.pathsep.join(map(str, on_path)), PYTHONUTF8="1", NO_COLOR="1")
    return subprocess.run([sys.executable, "-c", code], cwd=folder, env=env, capture_output=True, encoding="utf-8")


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs import-linter on the package that lies in a folder."""
    return run_python("import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())", folder, folder)


def test_rooms_import_downwards_only() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_forbidden_imports_are_found(tmp_path: Path) -> None:
    intruders = {
        "audio/intruder": "store",
        "model": "errors",
        "export/intruder": "session",
        "cli/intruder": "ui",
        "ui/intruder": "cli",
        "privacy/intruder": "speech",
    }
    shutil.copytree(PACKAGE, tmp_path / "sidebyside", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    for importer, room in intruders.items():
        with (tmp_path / f"sidebyside/{importer}.py").open("a", encoding="utf-8") as file:
            file.write(f"\n\ndef intrude():\n    import sidebyside.{room}\n")
    done = lint_imports(tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    for importer, room in intruders.items():
        assert f"sidebyside.{importer.replace('/', '.')} -> sidebyside.{room}" in done.stdout


def test_every_module_has_its_room(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "sidebyside", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    (tmp_path / "sidebyside" / "utils.py").touch()
    done = lint_imports(tmp_path)
    assert done.returncode == 1
    assert "utils" in done.stdout


# --- the core without Qt ----------------------------------------------------------------------------------------

IMPORT_THE_CORE = """
import no_qt, importlib, pkgutil, sidebyside
names = ["sidebyside"]
for module in pkgutil.walk_packages(sidebyside.__path__, "sidebyside.", onerror=print):
    if not (module.name + ".").startswith(("sidebyside.ui.", "sidebyside.__main__.")):
        importlib.import_module(module.name)
        names.append(module.name)
print(len(names))
"""


def test_the_core_imports_without_qt(tmp_path: Path) -> None:
    done = run_python(IMPORT_THE_CORE, tmp_path, ROOT, ROOT / "tests")
    assert done.returncode == 0, done.stderr
    core = [
        path for path in PACKAGE.rglob("*.py") if not rel(path).startswith(("sidebyside/ui/", "sidebyside/__main__"))
    ]
    assert int(done.stdout.split()[-1]) == len(core)


def test_blocked_qt_cannot_be_imported(tmp_path: Path) -> None:
    blocked = run_python("import no_qt, PySide6.QtCore", tmp_path, ROOT / "tests")
    assert "PySide6 is blocked" in blocked.stderr
    too_late = run_python("import PySide6, no_qt", tmp_path, ROOT / "tests")
    assert "before it could be blocked" in too_late.stderr

"""What this process and its children cost: CPU seconds and resident memory, as Linux counts them."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import NamedTuple

MB = 1 << 20


def _ticks() -> float:
    if sys.platform == "win32":
        return 100.0
    return float(os.sysconf("SC_CLK_TCK"))


TICKS = _ticks()
"""In which the kernel counts CPU time, a second."""


class Cpu(NamedTuple):
    """CPU seconds so far."""

    parent: float
    children: float

    @property
    def total(self) -> float:
        """Of all processes."""
        return self.parent + self.children


class Memory(NamedTuple):
    """Resident memory of all processes, in MB; not a number where the system does not tell."""

    rss: float
    """As each process counts it: what two share is counted twice."""
    pss: float
    """What is shared is divided among those who share it."""


class Machine:
    """Counts from when it is made. A child that dies keeps the CPU seconds it was last seen with."""

    def __init__(self) -> None:
        self._seen: dict[int, float] = {}
        self._before: dict[int, float] = {pid: _cpu_of(pid) for pid in descendants(os.getpid())}
        self._parent = time.process_time()
        self._busy = _busy()

    def cpu(self) -> Cpu:
        """CPU seconds since it was made."""
        for pid in descendants(os.getpid()):
            self._seen[pid] = max(self._seen.get(pid, 0.0), _cpu_of(pid) - self._before.get(pid, 0.0))
        return Cpu(time.process_time() - self._parent, sum(self._seen.values()))

    def memory(self) -> Memory:
        """Resident memory now."""
        kinds: dict[str, float] = {"Rss": 0.0, "Pss": 0.0}
        for pid in (os.getpid(), *descendants(os.getpid())):
            for kind, size in _rollup(pid).items():
                kinds[kind] += size
        if not kinds["Rss"]:
            return Memory(float("nan"), float("nan"))
        return Memory(kinds["Rss"] / MB, kinds["Pss"] / MB)

    def others(self) -> float:
        """CPU seconds that all other programs took since it was made: a measurement is worth less where it is much."""
        return max(0.0, _busy() - self._busy - self.cpu().total)


def descendants(parent: int) -> list[int]:
    """Process ids of the children of a process, and of theirs."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        fields = _fields(stat)
        if fields:
            children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, waiting = [], [parent]
    while waiting:
        of = children.get(waiting.pop(), [])
        found += of
        waiting += of
    return found


def _fields(stat: Path) -> list[str]:
    """Of a stat file, from the state on; none where the process is gone."""
    try:
        return stat.read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return []


def _cpu_of(pid: int) -> float:
    fields = _fields(Path(f"/proc/{pid}/stat"))
    return (int(fields[11]) + int(fields[12])) / TICKS if fields else 0.0


def _rollup(pid: int) -> dict[str, float]:
    """Rss and Pss of one process in bytes."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return {}
    parts = (line.split() for line in lines if line.startswith(("Rss:", "Pss:")))
    return {part[0].rstrip(":"): float(part[1]) * 1024 for part in parts}


def _busy() -> float:
    """CPU seconds of the whole machine since it was started."""
    try:
        fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()
    except OSError:
        return float("nan")
    user, nice, system, _idle, _waiting, irq, soft_irq = (int(field) for field in fields[1:8])
    return (user + nice + system + irq + soft_irq) / TICKS


def load() -> float | None:
    """How many programs wanted to run during the last minute; None where the system does not tell."""
    if sys.platform == "win32":
        return None
    return os.getloadavg()[0]

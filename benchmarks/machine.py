"""What a figure depends on besides the program: the machine, in numbers, without its name."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path


def machine() -> dict[str, str]:
    """Cores, memory, processor, system and Python; what the system does not tell is left out."""
    found = {"cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())}
    memory = _first(r"^MemTotal:\s+(\d+) kB", "/proc/meminfo")
    if memory:
        found["memory"] = f"{int(memory) / 2**20:.0f} GiB"
    processor = _first(r"^model name\s*:\s*(.+)$", "/proc/cpuinfo")
    if processor:
        found["processor"] = processor
    return found | {"system": platform.system(), "Python": platform.python_version()}


def load() -> float:
    """Processes that wanted a core in the last minute, on average, these ones among them."""
    return os.getloadavg()[0]


def _first(pattern: str, file: str) -> str | None:
    try:
        match = re.search(pattern, Path(file).read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        return None
    return match[1].strip() if match else None

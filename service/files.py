"""Writing files: what could not be written whole leaves what was there as it was."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from secrets import token_hex


def write_file(path: Path, data: bytes) -> None:
    """Write a file, or leave it as it was and raise OSError."""
    write_files({path: data})


def write_files(files: Mapping[Path, bytes]) -> None:
    """Write files, none of which is replaced before all are written beside their places; raises OSError.

    A link stays one, and what is no plain file, such as a pipe, is written to.
    """
    ready: list[tuple[Path, Path]] = []
    try:
        for path, data in files.items():
            target = Path(os.path.realpath(path))
            if _is_replaceable(path, target):
                beside = target.with_name(f".staffing-{token_hex(8)}")
                ready.append((beside, target))
                with beside.open("xb") as new:
                    new.write(data)
                if target.exists():
                    _as_before(beside, target.stat())
            else:
                path.write_bytes(data)
        for beside, target in ready:
            try:
                beside.replace(target)
            except OSError:  # a file that is mounted by itself, or another's in a folder that all may write in
                shutil.copyfile(beside, target)
    finally:
        for beside, _ in ready:
            beside.unlink(missing_ok=True)


def _is_replaceable(path: Path, target: Path) -> bool:
    """Whether there may be another file in the place of this one."""
    return (not path.exists() or (path.is_file() and os.access(path, os.W_OK))) and os.access(target.parent, os.W_OK)


def _as_before(new: Path, old: os.stat_result) -> None:
    """Give a file the owner and the permissions of the one that it replaces, as far as that is allowed."""
    with suppress(OSError):
        os.chown(new, old.st_uid, old.st_gid)
    new.chmod(old.st_mode & 0o7777)

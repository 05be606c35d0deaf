"""Files that are written: whole, or as they were."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from service.files import write_file, write_files


@contextmanager
def room_for(most_bytes: int) -> Iterator[None]:
    """No file can be longer, as on a disk that is nearly full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_cannot_be_written_whole_leaves_what_was_there(tmp_path: Path) -> None:
    """The file is as it was, and nothing stays beside it."""
    there = tmp_path / "plan.json"
    write_file(there, b"before")
    with pytest.raises(OSError, match="too large"), room_for(1000):
        write_file(there, bytes(5000))
    assert there.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [there]


def test_of_several_files_none_is_replaced_before_all_are_written(tmp_path: Path) -> None:
    """A folder never holds some files of one portfolio and some of another."""
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    write_files({first: b"1", second: b"2"})
    with pytest.raises(OSError, match="too large"), room_for(1000):
        write_files({first: b"other", second: bytes(5000)})
    assert (first.read_bytes(), second.read_bytes()) == (b"1", b"2")
    assert sorted(tmp_path.iterdir()) == [first, second]


def test_a_file_keeps_its_permissions_and_a_link_stays_one(tmp_path: Path) -> None:
    """What is replaced is the content; a file that is new has the permissions of any other."""
    there, link, usual = tmp_path / "plan.json", tmp_path / "link.json", tmp_path / "usual"
    usual.touch()
    write_file(there, b"before")
    assert there.stat().st_mode == usual.stat().st_mode
    there.chmod(0o640)
    link.symlink_to(there.name)
    write_file(link, b"after")
    assert link.is_symlink()
    assert (there.read_bytes(), there.stat().st_mode & 0o777) == (b"after", 0o640)


def test_what_is_no_plain_file_is_written_to() -> None:
    """A pipe is not replaced by a file."""
    reading, writing = os.pipe()
    write_file(Path(f"/dev/fd/{writing}"), b"a plan")
    os.close(writing)
    with open(reading, "rb") as pipe:
        assert pipe.read() == b"a plan"

"""What lies in a ``-wal`` behind the end that SQLite found: after a damaged byte it drops the rest, unsaid.

As https://sqlite.org/fileformat2.html#the_write_ahead_log and https://sqlite.org/walformat.html have it: a
header, then frames of a page each, every one with the sum of all before it. Those that bear other salts than
the header are of an earlier round, and may lie behind the end.
"""

import fcntl
import os
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from struct import Struct, unpack
from threading import Event as Pause
from typing import NamedTuple

_HEADER = Struct(">IIII8sII")  # magic, version, bytes of a page, checkpoints, salts, sum of what is before it
_SUMMED_BYTES = 24
_BIG_ENDIAN = 0x377F0683
_MAGIC = (0x377F0682, _BIG_ENDIAN)

_FRAME = Struct(">II8sII")  # page, pages of the file after a commit (0: it is none), salts, sum
_FRAME_SUMMED_BYTES = 8

_INDEX = Struct("=I12xI12x8s8x")  # version, frames, salts: what SQLite takes for valid, in its -shm
_INDEX_VERSION = 3007000
_DESCRIPTORS = "/dev/fd"

_MOST_SPOILT = 64
"""So many frames may be damaged in a row, 256 kB: behind as many of an earlier round nobody looks."""

_PAUSE_S = 0.05
"""A header that is just being written is whole by then."""


class _Header(NamedTuple):
    page_bytes: int
    salts: bytes
    order: str


class _Frame(NamedTuple):
    pages: int
    salts: bytes
    sums: tuple[int, int]


class _Valid(NamedTuple):
    frames: int
    salts: bytes


def is_damaged(log: Path) -> bool:
    """Say whether something was committed behind the end that SQLite found in the ``-wal`` of an open log.

    A power cut spoils the last transaction at most, which was not synced: behind it no other one stands that
    goes on from it. One more may stand there that was overwritten in part, which goes on from nothing.
    """
    try:
        wal = os.open(f"{log}-wal", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        size = os.fstat(wal).st_size
        if size <= _HEADER.size:
            return False  # the header is synced before anything follows it
        header = _header(wal) or (Pause().wait(_PAUSE_S), _header(wal))[1]
        return header is None or _goes_on(wal, header, size, Path(f"{log}-shm"))
    finally:
        os.close(wal)


def _goes_on(wal: int, header: _Header, size: int, shm: Path) -> bool:
    def is_behind(frame: int) -> bool:
        valid = _valid(shm)
        # With other salts, somebody has begun a new round: all of this one is in the file.
        return valid is not None and valid.salts == header.salts and valid.frames < frame

    if (valid := _valid(shm)) is None or valid.salts != header.salts:
        return False
    frames = (size - _HEADER.size) // (_FRAME.size + header.page_bytes)
    commits = _commits(wal, header, range(valid.frames + 1, frames + 1))
    # Asked anew last: whoever writes meanwhile has said so by then of all that was read but one commit.
    return any(
        salts == header.salts and _follows(wal, header, before, commit) and is_behind(before)
        for (before, _), (commit, salts) in pairwise(commits)
    )


def _commits(wal: int, header: _Header, frames: range) -> list[tuple[int, bytes]]:
    """Give number and salts of the frames that end a transaction, up to where only earlier rounds lie."""
    commits, last = [], frames.start
    for frame in frames:
        head = _frame(wal, header, frame)
        if head.pages:
            commits.append((frame, head.salts))
        if head.salts == header.salts:
            last = frame
        elif frame - last > _MOST_SPOILT:
            break
    return commits


def _follows(wal: int, header: _Header, before: int, commit: int) -> bool:
    """Say whether the frames behind one commit, up to the next, were written behind that one."""
    last = _frame(wal, header, before)
    for frame in range(before + 1, commit + 1):
        head, at = _frame(wal, header, frame), _at(header, frame)
        summed = os.pread(wal, _FRAME_SUMMED_BYTES, at)
        page = os.pread(wal, header.page_bytes, at + _FRAME.size)
        if head.salts != header.salts or _sums(summed + page, header.order, last.sums) != head.sums:
            return False
        last = head
    return bool(_frame(wal, header, before).pages and last.pages)


def _header(wal: int) -> _Header | None:
    """Read the header; None where its sum is not that of its content."""
    data = os.pread(wal, _HEADER.size, 0)
    if len(data) < _HEADER.size:
        return None
    magic, _, page_bytes, _, salts, *sums = _HEADER.unpack(data)
    order = ">" if magic == _BIG_ENDIAN else "<"
    is_whole = magic in _MAGIC and _sums(data[:_SUMMED_BYTES], order) == tuple(sums)
    return _Header(page_bytes, salts, order) if is_whole else None


def _frame(wal: int, header: _Header, number: int) -> _Frame:
    """Read the head of a frame; zeros where the file ends before it."""
    data = os.pread(wal, _FRAME.size, _at(header, number))
    _, pages, salts, *sums = _FRAME.unpack(data.ljust(_FRAME.size, b"\0"))
    return _Frame(pages, salts, (sums[0], sums[1]))


def _at(header: _Header, frame: int) -> int:
    return _HEADER.size + (frame - 1) * (_FRAME.size + header.page_bytes)


def _sums(data: bytes, order: str, start: tuple[int, int] = (0, 0)) -> tuple[int, int]:
    words = unpack(f"{order}{len(data) // 4}I", data)
    one, two = start
    for even, odd in zip(words[::2], words[1::2], strict=False):
        one = (one + even + two) & 0xFFFFFFFF
        two = (two + odd + one) & 0xFFFFFFFF
    return one, two


def _valid(shm: Path) -> _Valid | None:
    """Read how far SQLite takes the ``-wal`` for valid; None where that cannot be told.

    Through the descriptor that SQLite has: closing one of our own would end the locks that it holds. Where
    it may only read the file, it makes an index of its own in memory, and the file may be an old one.
    """
    with suppress(OSError):
        about = os.stat(shm)  # noqa: PTH116  (as those of descriptors)
        for name in os.listdir(_DESCRIPTORS):  # noqa: PTH208  (names alone)
            with suppress(OSError):
                if os.path.samestat(about, os.fstat(int(name))):
                    is_written = fcntl.fcntl(int(name), fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDWR
                    return _index(int(name)) if is_written else None
    return None


def _index(descriptor: int) -> _Valid | None:
    for _ in range(3):
        data = os.pread(descriptor, 2 * _INDEX.size, 0)
        # It stands there twice, so that one half shows whether the other is just being written.
        if len(data) == 2 * _INDEX.size and data[: _INDEX.size] == data[_INDEX.size :]:
            version, frames, salts = _INDEX.unpack(data[: _INDEX.size])
            return _Valid(frames, salts) if version == _INDEX_VERSION else None
    return None

"""The exports a scheduled run reads: the newest of each kind, whole, and held still while it works."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from my121_analytics.errors import DataUnusableError, UsageError
from my121_analytics.ingest.files.exports import list_files
from my121_analytics.wording.catalogue import say

_PIECE = 1 << 20
_LOOKS = 4
"""Times a growing file is looked at again before the run gives up; the next run will find it."""


@dataclass(frozen=True)
class Inbox:
    """The exports chosen for one run.

    Parameters
    ----------
    source
        The folder.
    files
        Paths to read, by name.
    passed_over
        Names of older files of a kind of which a newer one is read.
    """

    source: Path
    files: tuple[Path, ...]
    passed_over: tuple[str, ...] = ()


def find_exports(source: Path, patterns: Mapping[str, str]) -> Inbox:
    """Choose the exports to read: all of the folder, or the newest of each kind.

    Parameters
    ----------
    source
        Folder of the exports.
    patterns
        Kind -> file name with wildcards. Empty: every export.

    Returns
    -------
    Inbox

    Raises
    ------
    UnreadableFileError
        There is no such folder, or it holds no export.
    UsageError
        A kind has no file (all are named), or one file belongs to two kinds.

    Notes
    -----
    The newest is the last by the day the file was changed; where two were changed in the same second, the last by
    name, which is the later one where names hold a date.
    """
    there, _ = list_files(source)
    if not patterns:
        return Inbox(source, tuple(there))
    kinds = {kind: sorted((file for file in there if file.match(pattern)),
                          key=lambda file: (int(file.stat().st_mtime), file.name))  # shares keep whole seconds
             for kind, pattern in patterns.items()}
    faults = [say("run", "no_file_of_kind", kind=kind, pattern=patterns[kind])
              for kind, files in kinds.items() if not files]
    chosen = [files[-1] for files in kinds.values() if files]
    faults += [say("run", "file_of_two_kinds", file=file.name)
               for file in sorted(set(chosen)) if chosen.count(file) > 1]
    if faults:
        raise UsageError(say("run", "patterns_do_not_fit", folder=source), hints=faults)
    older = {file.name for files in kinds.values() for file in files} - {file.name for file in chosen}
    return Inbox(source, tuple(sorted(chosen)), tuple(sorted(older)))


def wait_until_settled(files: Sequence[Path], seconds: float, *, sleep: Callable[[float], None] = time.sleep) -> None:
    """Wait until no file changes any more: an export that is still being written would be read in part.

    Parameters
    ----------
    files
        The exports.
    seconds
        How long each must keep its size and time.
    sleep
        Waits; given by tests.

    Raises
    ------
    DataUnusableError
        A file is still changing after several looks, or has gone.

    Notes
    -----
    Two looks at the file itself, a pause apart: the machine's clock plays no part, since a clock that was put back
    would make every file look new.
    """
    if not seconds:
        return
    before = _look_at(files)
    for _ in range(_LOOKS):
        sleep(seconds)
        now = _look_at(files)
        if now == before:
            return
        before = now
    names = ", ".join(file.name for file in files)
    raise DataUnusableError(say("run", "still_changing", files=names), hints=[say("run", "still_changing_remedy")])


def take_snapshot(files: Sequence[Path], folder: Path) -> dict[str, str]:
    """Copy the exports to a folder of the run's own and give the SHA-256 of what was copied.

    Parameters
    ----------
    files
        The exports.
    folder
        Where the copies go; it is there already, for its owner alone.

    Returns
    -------
    dict
        SHA-256 by file name.

    Raises
    ------
    DataUnusableError
        A file changed while it was copied, or cannot be read.
    """
    before = _look_at(files)
    hashes = {file.name: _copy(file, folder / file.name) for file in files}
    if _look_at(files) != before:
        raise DataUnusableError(say("run", "changed_while_read"), hints=[say("run", "still_changing_remedy")])
    return hashes


def hash_files(files: Sequence[Path]) -> dict[str, str]:
    """Give the SHA-256 of files by name."""
    return {file.name: _copy(file, None) for file in files}


def _look_at(files: Sequence[Path]) -> list[tuple[int, int]]:
    try:
        return [(status.st_size, status.st_mtime_ns) for status in map(os.stat, files)]
    except OSError as problem:
        raise _unreadable(Path(str(problem.filename)), problem) from problem


def _copy(file: Path, target: Path | None) -> str:
    """Copy one file in pieces and hash it on the way; without a target only hash it."""
    digest = hashlib.sha256()
    try:
        with file.open("rb") as source:
            if target is None:
                while piece := source.read(_PIECE):
                    digest.update(piece)
                return digest.hexdigest()
            with target.open("xb") as copy:
                while piece := source.read(_PIECE):
                    digest.update(piece)
                    copy.write(piece)
    except PermissionError as problem:
        raise _unreadable(file, problem) from problem
    return digest.hexdigest()


def _unreadable(file: Path, problem: OSError) -> DataUnusableError:
    return DataUnusableError(say("run", "cannot_be_read", file=file.name, why=problem.strerror or problem),
                             hints=[say("run", "cannot_be_read_remedy")])

"""Putting a new set of files in the place of an old one, so that a folder holds the one or the other, never a mixture.

A folder that holds nothing but the old set is exchanged for the new one, waiting beside it: in one step where the
system has one (Linux, macOS), else by two renames, the first of which is undone at the next start if the second never
came. A folder that must stay (it is worked in, mounted, or holds files of the user's own) gets the new files one by
one from a list that is written down first: what a killed run did not finish is finished at the next start.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path, PurePosixPath

_INSIDE, _LIST = ".my121-writing", "to-do.json"
# RENAME_EXCHANGE of renameat2(2), RENAME_SWAP of renameatx_np(2), and AT_FDCWD of Linux
_EXCHANGE_LINUX, _EXCHANGE_MACOS, _AT_FDCWD = 2, 2, -100
# what kernels and disks answer that know no exchange; two renames do there, with a moment between them
_NOT_OFFERED = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM, errno.EXDEV}
CLUTTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini", ".my121.lock"})
"""What systems leave in folders by themselves; it belongs to nobody."""


def waits_beside(out: Path) -> bool:
    """Say whether the folder can be exchanged for one beside it: not where somebody works in it, or it is a mount."""
    with suppress(OSError):
        here = Path.cwd().resolve()
        if here == out or out in here.parents:
            return False
    if not out.parent.is_dir():
        return True
    return os.access(out.parent, os.W_OK | os.X_OK) and not os.path.ismount(out)


def waiting_folder(out: Path) -> Path:
    """Give the folder in which the new files of a folder wait."""
    return _beside(out, "writing") if waits_beside(out) else out / _INSIDE


def lock_file(out: Path) -> Path:
    """Give the file whose lock says that the folder is being written to; beside it where the folder is exchanged."""
    return _beside(out, "lock") if waits_beside(out) else out / ".my121.lock"


def list_written_files(out: Path) -> set[str]:
    """List the files below a folder, with forward slashes, without what waits in it and what systems leave there."""
    if not out.is_dir():
        return set()
    found = set()
    for folder, names, files in os.walk(out):
        if Path(folder) == out:
            names[:] = [name for name in names if name != _INSIDE]
        linked = [name for name in names if os.path.islink(os.path.join(folder, name))]
        found |= {Path(folder, name).relative_to(out).as_posix() for name in (*files, *linked) if name not in CLUTTER}
    return found


def settle(out: Path) -> None:
    """Finish or undo what a killed run left: to be called with the folder's lock held.

    Parameters
    ----------
    out
        Output folder, there or not.
    """
    old = _beside(out, "old")
    if old.is_dir() and not out.exists():  # killed between the two renames of an exchange: the old set is whole
        old.rename(out)
    if (out / _INSIDE / _LIST).is_file():
        _work_off(out)
    for left in (_beside(out, "writing"), old, out / _INSIDE):
        shutil.rmtree(left, ignore_errors=True)


def is_unsettled(out: Path) -> bool:
    """Say whether a killed run left a folder that a reader would not find whole."""
    return (_beside(out, "old").is_dir() and not out.exists()) or (out / _INSIDE / _LIST).is_file()


def put_in_place(waiting: Path, out: Path, *, same: Iterable[str], remove: Iterable[str], stays: bool) -> None:
    """Put the files that wait in the place of the old ones.

    Parameters
    ----------
    waiting
        As from :func:`waiting_folder`; gone afterwards. What it holds is the new set.
    out
        Output folder, there or not.
    same
        Paths of new files that are the same as the old ones, which stay as they are.
    remove
        Paths of old files that the new set does not have.
    stays
        Whether the folder itself stays, since it holds files of others.

    Raises
    ------
    OSError
        The system refused; the old set is whole then.
    """
    if stays or waiting.parent == out:
        inside = out / _INSIDE
        if waiting != inside:
            out.mkdir(parents=True, exist_ok=True)
            waiting.rename(inside)
        place = sorted(list_written_files(inside) - set(same))
        _make_folders_like(inside, out, place)
        _write_list(inside, {"place": place, "remove": sorted(remove)})
        _work_off(out)
    else:
        for name in same:
            _link(out / name, waiting / name)
        _exchange(waiting, out, expected=list_written_files(out))


def _exchange(waiting: Path, out: Path, *, expected: set[str]) -> None:
    if out.is_dir():
        mode = out.stat().st_mode & 0o7777  # the owner chose it, and the new folder brings its own
        if waiting.stat().st_mode & 0o7777 != mode:
            waiting.chmod(mode)
    if not out.exists():
        waiting.rename(out)
        return
    old = waiting
    if not _exchange_at_once(waiting, out):
        old = _beside(out, "old")
        out.rename(old)
        try:
            waiting.rename(out)
        except OSError:
            old.rename(out)
            raise
    for name in sorted(list_written_files(old) - expected):  # somebody saved a file there just now
        with suppress(OSError):
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            (old / name).rename(out / name)
    shutil.rmtree(old, ignore_errors=True)


def _exchange_at_once(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; False where the system or the disk has no such step."""
    name = {"linux": "renameat2", "darwin": "renameatx_np"}.get(sys.platform)
    try:
        call = getattr(ctypes.CDLL(None, use_errno=True), name) if name else None
    except (OSError, AttributeError):
        call = None
    if call is None:
        return False
    at = _AT_FDCWD if sys.platform == "linux" else -2
    flag = _EXCHANGE_LINUX if sys.platform == "linux" else _EXCHANGE_MACOS
    if call(at, os.fsencode(one), at, os.fsencode(other), flag) == 0:
        return True
    code = ctypes.get_errno()
    if code in _NOT_OFFERED:
        return False
    raise OSError(code, os.strerror(code), str(other))


def _link(old: Path, new: Path) -> None:
    """Let a file that did not change be the old one; where links are not offered the new one is as good."""
    # linked, not copied: the file keeps its time, so that nothing looks changed that was not
    spare = new.with_name(f"{new.name}.link")
    with suppress(OSError):
        os.link(old, spare)
        spare.replace(new)


def _make_folders_like(inside: Path, out: Path, names: Iterable[str]) -> None:
    """Make the folders that new files need, with the rights that those have in which they wait."""
    folders = {parent for name in names for parent in PurePosixPath(name).parents if str(parent) != "."}
    for folder in sorted(folders, key=lambda path: len(path.parts)):
        if not (out / folder).is_dir():
            (out / folder).mkdir(mode=(inside / folder).stat().st_mode & 0o777)


def _write_list(inside: Path, tasks: dict[str, list[str]]) -> None:
    """Write down what is to be done; from the rename on it will be done, by whoever comes next."""
    draft = inside / f"{_LIST}.draft"
    with draft.open("wb") as file:
        file.write(json.dumps(tasks).encode("utf-8"))
        file.flush()
        os.fsync(file.fileno())
    # it gets its name once it is on the disk: a list that was cut short would be worked off in part
    draft.rename(inside / _LIST)


def _work_off(out: Path) -> None:
    """Do what is on the list; done again, it does what is left."""
    inside = out / _INSIDE
    tasks = json.loads((inside / _LIST).read_text("utf-8"))
    for name in tasks["place"]:
        source, target = inside / PurePosixPath(name), out / PurePosixPath(name)
        if source.is_file():  # else it was put in place before the run was killed
            source.replace(target)
    for name in tasks["remove"]:
        with suppress(FileNotFoundError):
            (out / PurePosixPath(name)).unlink()
    _remove_empty(out, tasks["remove"])
    (inside / _LIST).unlink()
    shutil.rmtree(inside, ignore_errors=True)


def _remove_empty(out: Path, removed: Iterable[str]) -> None:
    folders = {parent for name in removed for parent in PurePosixPath(name).parents if str(parent) != "."}
    for folder in sorted(folders, key=lambda path: -len(path.parts)):  # the innermost first
        with suppress(OSError):
            (out / folder).rmdir()


def _beside(out: Path, what: str) -> Path:
    return out.parent / f".my121-{out.name}.{what}"

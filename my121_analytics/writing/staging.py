"""Writing a run's files: all beside the old ones first, then renamed, with a manifest that says what they are."""

from __future__ import annotations

import errno
import glob
import os
import re
import shutil
import time
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import IO

from filelock import FileLock, Timeout

from my121_analytics.errors import RunLockedError, UsageError
from my121_analytics.wording.catalogue import say
from my121_analytics.writing.manifest import MANIFEST, OutputSet, sha256_of, with_sets
from my121_analytics.writing.replacement import is_same, plan_replacement
from my121_analytics.writing.swap import (
    is_unsettled,
    list_written_files,
    lock_file,
    put_in_place,
    settle,
    waiting_folder,
)

SLUG_LENGTH = 40
"""Leaves room for the folder, the file and the user's own path within the 260 characters of Windows."""
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
_LOCK, _TEMPORARY = ".my121.lock", ".my121-"
_OWNER_FILE, _OWNER_FOLDER = 0o600, 0o700
_ANY_FILE, _ANY_FOLDER = 0o666, 0o777
"""What the system's own mask leaves of these, as for every ordinary file."""
_LEFT_BEHIND = 600
"""Seconds after which a temporary file belongs to a run that was killed: writing one file takes a few."""
DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What the system says where there is no room left: on the disk, for this user, or for a file of this size."""


class Stage:
    """Files of one run, waiting until all are there.

    Parameters
    ----------
    out
        Where the files go in the end.
    folder
        Where they wait. Whatever a command writes here belongs to its set.
    private
        Whether files and folders are made for their owner alone.
    command
        Whose set this is; the set of the same command that was there before is replaced.
    """

    def __init__(self, out: Path, folder: Path, *, private: bool = True, command: str = "") -> None:
        self.out = out
        self.folder = folder
        self.private = private
        self.command = command
        self.left: tuple[str, ...] = ()
        """Once published: files of the earlier set that people changed since, and that stay for that reason."""
        self.attention: tuple[str, ...] = ()
        """What to know before the files go out; stands first in the manifest."""
        self._written: dict[str, str] = {}
        self._varying: set[str] = set()
        self._given: set[str] = set()

    @property
    def files(self) -> tuple[str, ...]:
        """Paths below ``out`` of the files written so far, in order of their names."""
        return tuple(sorted(self._written))

    @property
    def hashes(self) -> dict[str, str]:
        """SHA-256 of each file by its path; empty for files whose bytes differ from run to run."""
        return {name: "" if name in self._varying else self._written[name] for name in self.files}

    def write(self, name: str, content: bytes, *, repeatable: bool = True) -> None:
        """Add one file.

        Parameters
        ----------
        name
            Path below ``out`` with forward slashes.
        content
            The whole file.
        repeatable
            False where the same inputs do not give the same bytes (PDF, encrypted files).
        """
        path = self.folder / PurePosixPath(name)
        try:
            self._make_folders(path.parent)
            _create(path, content, private=self.private)
        except OSError as problem:
            raise _not_writable(path, problem) from problem
        self._written[name] = sha256_of(content)
        if not repeatable:
            self._varying.add(name)

    def give(self, name: str, content: bytes) -> None:
        """Add a file that is the user's own from then on: no later run replaces or removes it."""
        self.write(name, content)
        self._given.add(name)

    def publish(self, *, open_to_all: bool = False, shared: bool = False, taken_in: Collection[str] = ()) -> None:
        """Put the set in the place of the one that the same command wrote before.

        Parameters
        ----------
        open_to_all
            Whether anybody may read the set: nothing else may then be beside it.
        shared
            Whether the folder is a place for files of others too.
        taken_in
            Paths of files changed by people whose changes this run has read and kept.

        Raises
        ------
        UsageError
            A file of the user's own is in the way, or one of the set is open in another program.
        """
        for name in list_written_files(self.folder) - set(self._written):
            self._written[name] = sha256_of(self.folder / name)
        own = OutputSet(open_to_all, {name: digest for name, digest in self.hashes.items()
                                      if name != MANIFEST and name not in self._given})
        plan = plan_replacement(self.out, self.command, {**self._written, MANIFEST: ""}, open_to_all=open_to_all,
                                shared=shared, taken_in=taken_in)
        self._write_manifest({**plan.kept, self.command: own})
        same = [name for name, digest in self._written.items() if is_same(self.out / name, digest)
                and not (self.private and _is_open_to_others(self.out / name))]
        for name in sorted((plan.old | set(self._written)) - set(same)):
            _check_replaceable(self.out / name)
        self.left = tuple(sorted(plan.left))
        try:
            put_in_place(self.folder, self.out, same=same, remove=plan.old - set(self._written), stays=plan.stays)
        except OSError as problem:
            raise _not_writable(self.out, problem) from problem

    def _write_manifest(self, sets: Mapping[str, OutputSet]) -> None:
        manifest = self.folder / MANIFEST
        own = manifest.read_bytes() if manifest.is_file() else b""
        self.write(MANIFEST, with_sets(own, sets, self.attention))

    def _make_folders(self, folder: Path) -> None:
        """Make a folder and those above it, down from the top one, all with the same rights."""
        for path in [*reversed(folder.relative_to(self.folder).parents), folder.relative_to(self.folder)]:
            make_folder(self.folder / path, private=self.private)


@contextmanager
def staged_run(out: Path | str, *, private: bool = True, command: str = "", shared: bool = False,
               taken_in: Collection[str] = ()) -> Iterator[Stage]:
    """Hold the output folder for one run; its files appear together at the end, or not at all.

    Parameters
    ----------
    out
        The output folder; made where missing.
    private
        Make files and folders for their owner alone, where the system knows owners: right for everything that names
        people. False for what anybody may read: no other files may be beside it then.
    command
        Whose set of files this is. The set that the same command wrote before is replaced as a whole; a publication
        also removes sets that are not for publication. Files of the user's own, and those changed since they were
        written, are never removed or written over.
    shared
        Whether the folder is a place for files of others too.
    taken_in
        Paths below the folder of files filled in by people that this run has read: they may be written anew.

    Yields
    ------
    Stage
        Write each file to it, or into its ``folder``. Leaving without an error puts all of them in place; leaving
        with one removes them.

    Raises
    ------
    UsageError
        The folder cannot be written to, a file in it is open in another program, or the user's own are in the way.
    RunLockedError
        Another run holds the folder.
    """
    # a link is followed: exchanging it would put a folder where the link was
    out = Path(os.path.abspath(out)) if not Path(out).is_symlink() else Path(out).resolve()
    with _held(out, lock_file(out), private=private):
        folder = waiting_folder(out)
        try:
            settle(out)
            make_folder(folder, private=private)
        except OSError as problem:
            raise _not_writable(out, problem) from problem
        try:
            stage = Stage(out, folder, private=private, command=command)
            yield stage
            stage.publish(open_to_all=not private, shared=shared, taken_in=taken_in)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def settle_for_reader(path: Path) -> None:
    """Finish what a killed run left, where a file is about to be read that may be part of it.

    Parameters
    ----------
    path
        File or folder; the folders above it are looked at too.
    """
    for folder in [path, *path.parents][:4]:
        if is_unsettled(folder):
            with suppress(OSError, RunLockedError, UsageError), _held(folder, lock_file(folder), private=True):
                settle(folder)


@contextmanager
def held_folder(out: Path, *, private: bool = True) -> Iterator[None]:
    """Hold a folder so that no other run writes to it; the system lets go of it if the process is killed.

    Parameters
    ----------
    out
        The folder; made where missing.
    private
        Make it for the owner alone.

    Raises
    ------
    UsageError
        The folder cannot be written to.
    RunLockedError
        Another run holds it.
    """
    try:
        make_folder(out, private=private)
    except OSError as problem:
        raise _not_writable(out, problem) from problem
    with _held(out, out / _LOCK, private=private):
        yield


@contextmanager
def _held(out: Path, path: Path, *, private: bool) -> Iterator[None]:
    # nobody waits: a person is told at once, and a timetable comes again
    lock = FileLock(path, timeout=0, mode=_OWNER_FILE if private else -1)
    try:
        if out.exists() and not out.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(out))
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as problem:
        raise RunLockedError(f"Another run is writing to {out}.",
                             hints=["Wait for it to finish, or give another folder with --out."]) from problem
    except OSError as problem:
        raise _not_writable(out, problem) from problem
    try:
        yield
    finally:
        with suppress(OSError):  # Windows does not remove a file that is open; an empty lock file does no harm
            path.unlink()
        lock.release()


def write_atomic(path: Path | str, content: bytes, *, private: bool = True) -> None:
    """Write one file so that a reader sees the old one or the new one, never a part.

    Parameters
    ----------
    path
        The file; its folder is made where missing.
    content
        The whole file.
    private
        Make the file, and its folder where that is missing, for the owner alone: right for everything that names
        people. False for what anybody may read.

    Raises
    ------
    UsageError
        The folder cannot be written to, or the file is open in another program.
    """
    path = Path(path)
    temporary = path.with_name(f"{_TEMPORARY}{os.getpid()}-{path.name}")
    try:
        make_folder(path.parent, private=private)
        _clear_left_behind(path)
        _create(temporary, content, private=private, durable=True)
        temporary.replace(path)
    except OSError as problem:
        raise _not_writable(path, problem) from problem
    finally:
        with suppress(OSError):
            temporary.unlink()


def make_folder(folder: Path, *, private: bool = True) -> None:
    """Make a folder where it is missing; one that is there keeps the rights it has.

    Parameters
    ----------
    folder
        The folder. Missing folders above it are made as the system makes them: they hold nothing but this one.
    private
        Make it for the owner alone.
    """
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=_OWNER_FOLDER if private else _ANY_FOLDER, exist_ok=True)


def make_slugs(names: Sequence[str], *, taken: Iterable[str] = ()) -> dict[str, str]:
    """Give each name a folder name: short, plain letters, unique, and allowed on Windows.

    Parameters
    ----------
    names
        Units of the organisation, in any script.
    taken
        Slugs already in use.

    Returns
    -------
    dict
        Slug by name; the same set of names gives the same slugs in whatever order they come.
    """
    used = set(taken)
    slugs = {}
    for name in sorted(dict.fromkeys(names)):  # in order, so that doublets get the same numbers in every run
        # taken apart (NFKD) a letter with a mark keeps the letter: Gŵyr becomes gwyr
        plain = unicodedata.normalize("NFKD", name.replace("&", " and ")).encode("ascii", "ignore").decode().lower()
        stem = re.sub(r"[^a-z0-9]+", "-", plain)[:SLUG_LENGTH].strip("-") or "unit"
        stem = f"{stem}-unit" if stem in _RESERVED else stem
        slug, number = stem, 1
        while slug in used:
            number += 1
            ending = f"-{number}"
            slug = stem[:SLUG_LENGTH - len(ending)].rstrip("-") + ending
        used.add(slug)
        slugs[name] = slug
    return slugs


def _open_as(path: Path, mode: str, *, private: bool) -> IO[bytes]:
    """Open a file so that, where it is made, it is made with its rights: there is no moment at which it is open."""
    rights = _OWNER_FILE if private else _ANY_FILE
    return open(path, mode, opener=lambda name, flags: os.open(name, flags, rights))


def _create(path: Path, content: bytes, *, private: bool, durable: bool = False) -> None:
    """Write a file that is not there yet; one of the same name that a killed run left is removed, with its rights."""
    path.unlink(missing_ok=True)
    with _open_as(path, "xb", private=private) as file:
        file.write(content)
        if durable:
            file.flush()
            os.fsync(file.fileno())


def _clear_left_behind(path: Path) -> None:
    """Remove what killed runs left of this file: it may hold names, and nobody would look for it."""
    for left in path.parent.glob(f"{_TEMPORARY}*-{glob.escape(path.name)}"):
        with suppress(OSError):  # another run may have been quicker
            if time.time() - left.stat().st_mtime > _LEFT_BEHIND:
                left.unlink()


def _is_open_to_others(path: Path) -> bool:
    return os.name == "posix" and bool(path.stat().st_mode & 0o077)


def _check_replaceable(path: Path) -> None:
    """Find out before anything is renamed whether a file is held by another program (Excel locks what it opens)."""
    if not path.exists():
        return
    try:
        with path.open("r+b"):
            pass
    except OSError as problem:
        raise _not_writable(path, problem) from problem


def _not_writable(path: Path, problem: OSError) -> UsageError:
    if isinstance(problem, PermissionError) and path.is_file():
        return UsageError(f"{path.name} cannot be replaced: it is open in another program, or read-only.",
                          hints=[f"Close it in Excel or the browser and run again ({path}).",
                                 "Nothing was lost: the old file is still whole."])
    folder = path if path.is_dir() else path.parent
    if problem.errno in DISK_FULL:
        return UsageError(say("staging", "disk_full", folder=folder), hints=[say("staging", "disk_full_hint")])
    return UsageError(f"The folder {folder} cannot be written to ({problem.strerror or problem}).",
                      hints=["Give another folder with --out, or ask for the right to write there."])

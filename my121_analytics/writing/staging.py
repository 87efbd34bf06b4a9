"""Writing a run's files: all beside the old ones first, then renamed, with a manifest that says what they are."""

from __future__ import annotations

import glob
import hashlib
import json
import os
import re
import shutil
import sys
import time
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath
from typing import IO, Any

import pandas as pd
from filelock import FileLock, Timeout

from my121_analytics.errors import RunLockedError, UsageError
from my121_analytics.settings import Settings
from my121_analytics.version import __version__
from my121_analytics.workforce.record import Workforce, table_names

MANIFEST = "manifest.json"
SLUG_LENGTH = 40
"""Leaves room for the folder, the file and the user's own path within the 260 characters of Windows."""
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
_LOCK, _STAGING, _TEMPORARY = ".my121.lock", ".my121-writing", ".my121-"
_OWNER_FILE, _OWNER_FOLDER = 0o600, 0o700
_ANY_FILE, _ANY_FOLDER = 0o666, 0o777
"""What the system's own mask leaves of these, as for every ordinary file."""
_LEFT_BEHIND = 600
"""Seconds after which a temporary file belongs to a run that was killed: writing one file takes a few."""
_LIBRARIES = ("pandas", "numpy", "scipy", "matplotlib", "seaborn", "XlsxWriter", "Jinja2")


class Stage:
    """Files of one run, waiting beside the old ones until all are there.

    Parameters
    ----------
    out
        Where the files go in the end.
    folder
        Where they wait.
    private
        Whether files and folders are made for their owner alone.
    """

    def __init__(self, out: Path, folder: Path, *, private: bool = True) -> None:
        self.out = out
        self.folder = folder
        self.private = private
        self._written: dict[str, str] = {}
        self._repeatable: set[str] = set()

    @property
    def files(self) -> tuple[str, ...]:
        """Paths below ``out`` of the files written so far, in order of their names."""
        return tuple(sorted(self._written))

    @property
    def hashes(self) -> dict[str, str]:
        """SHA-256 of each file by its path; empty for files whose bytes differ from run to run."""
        return {name: self._written[name] if name in self._repeatable else "" for name in self.files}

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
            self._make_folders(path.parent, self.folder)
            _create(path, content, private=self.private)
        except OSError as problem:
            raise _not_writable(path, problem) from problem
        self._written[name] = sha256_of(content)
        if repeatable:
            self._repeatable.add(name)

    def publish(self) -> None:
        """Rename every file into its place, the manifest last; a file that is already the same is left alone."""
        names = sorted(self._written, key=lambda name: (name == MANIFEST, name))
        changed = [name for name in names if not _same_bytes(self.out / name, self._written[name])
                   or (self.private and _is_open_to_others(self.out / name))]
        for name in changed:
            _check_replaceable(self.out / name)
        for name in changed:
            target = self.out / name
            try:
                self._make_folders(target.parent, self.out)
                (self.folder / name).replace(target)
            except OSError as problem:
                raise _not_writable(target, problem) from problem

    def _make_folders(self, folder: Path, top: Path) -> None:
        """Make a folder and those above it, down from the top one, all with the same rights."""
        for path in [*reversed(folder.relative_to(top).parents), folder.relative_to(top)]:
            make_folder(top / path, private=self.private)


@contextmanager
def staged_run(out: Path | str, *, private: bool = True) -> Iterator[Stage]:
    """Hold the output folder for one run; its files appear together at the end, or not at all.

    Parameters
    ----------
    out
        The output folder; made where missing.
    private
        Make files and folders for their owner alone, where the system knows owners: right for everything that names
        people. False for what anybody may read.

    Yields
    ------
    Stage
        Write each file to it. Leaving without an error renames all of them into place; leaving with one removes them.

    Raises
    ------
    UsageError
        The folder cannot be written to, or a file in it is open in another program.
    RunLockedError
        Another run holds the folder.
    """
    out = Path(out)
    with held_folder(out, private=private):
        folder = out / _STAGING
        try:
            shutil.rmtree(folder, ignore_errors=True)  # left by a run that was killed
            stage = Stage(out, folder, private=private)
            yield stage
            stage.publish()
        finally:
            shutil.rmtree(folder, ignore_errors=True)


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
    lock = FileLock(out / _LOCK, timeout=0, mode=_OWNER_FILE if private else -1)
    try:
        make_folder(out, private=private)
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
            (out / _LOCK).unlink()
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
    for name in sorted(dict.fromkeys(names)):
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


def sha256_of(content: bytes | Path) -> str:
    """Give the SHA-256 of some bytes or of a file's bytes, in hexadecimal."""
    if isinstance(content, Path):
        with content.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    return hashlib.sha256(content).hexdigest()


def hash_record(workforce: Workforce) -> dict[str, dict[str, int | str]]:
    """Give the row count and a hash of each table of the record, so that a run can be tied to what went in.

    Parameters
    ----------
    workforce
        The record.

    Returns
    -------
    dict
        By table: ``rows`` and ``sha256``.
    """
    record: dict[str, dict[str, int | str]] = {}
    for name in table_names():
        frame: pd.DataFrame = getattr(workforce, name)
        rows = pd.util.hash_pandas_object(frame, index=False).to_numpy()
        record[name] = {"rows": len(frame), "sha256": sha256_of("|".join(frame.columns).encode() + rows.tobytes())}
    return record


def build_manifest(*, workforce: Workforce, settings: Settings, outputs: Mapping[str, str],
                   inputs: Mapping[str, str] | None = None, row_counts: Sequence[Mapping[str, Any]] = (),
                   options: Mapping[str, Any] | None = None, warnings: Sequence[str] = (),
                   public: bool = False) -> bytes:
    """Say what a run read and wrote, as JSON without the names of people and without the time of day.

    Parameters
    ----------
    workforce
        The record that was used.
    settings
        As used; the contact and the destinations of scheduled reports are left out, since they may name a person.
    outputs
        SHA-256 by path below the output folder.
    inputs
        SHA-256 by file name of the exports, where they are known.
    row_counts
        One mapping per file and sheet: rows read, accepted, quarantined, set aside.
    options
        What was asked for: audience, cycle, units.
    warnings
        Codes of what went wrong or is missing; never free text from the data.
    public
        Leave out what counts rows, and the names and hashes of the exports: one file or table may hold a few people
        only, and a hash of what was read would confirm a guess about it. ``left_out`` names what is missing.

    Returns
    -------
    bytes
        UTF-8 JSON with sorted keys.
    """
    content: dict[str, Any] = {
        "product": "my121_analytics", "version": __version__, "as_of": workforce.as_of.isoformat(),
        "versions": versions(),
        "options": dict(options or {}), "settings": manifest_settings(settings), "inputs": dict(inputs or {}),
        "record": hash_record(workforce), "row_counts": list(row_counts), "warnings": list(warnings),
        "outputs": dict(outputs)}
    if public:
        content |= {"left_out": ["inputs", "record", "row_counts"], "inputs": {}, "record": {}, "row_counts": []}
    return (json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode("utf-8")


def read_manifest(out: Path) -> dict[str, Any]:
    """Read the manifest that an earlier run left in a folder; empty where there is none that can be read."""
    try:
        content = json.loads((out / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) and content.get("product") == "my121_analytics" else {}


def manifest_settings(settings: Settings) -> dict[str, Any]:
    """Give the settings as a manifest holds them: without what may name a person or says where things are kept."""
    shown: dict[str, Any] = settings.model_dump(mode="json")
    shown["council"].pop("contact", None)
    shown["disclosure"].pop("pseudonym_key_file", None)  # where the key is kept is nobody's business
    for report in shown["reports"].values():
        report.pop("destination", None)
    shown.pop("run", None)  # when and where it runs shapes no output
    return shown


def versions() -> dict[str, str]:
    """Give the versions of Python and of the libraries that shape the outputs."""
    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name in _LIBRARIES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


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


def _same_bytes(path: Path, digest: str) -> bool:
    return path.is_file() and sha256_of(path) == digest


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
    return UsageError(f"The folder {folder} cannot be written to ({problem.strerror or problem}).",
                      hints=["Give another folder with --out, or ask for the right to write there."])

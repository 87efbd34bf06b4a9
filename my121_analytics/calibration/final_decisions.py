"""The lock on decisions: once a meeting's decisions are final, a later file has to say which it replaces."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from my121_analytics.errors import DataUnusableError

LOCK = "final_decisions.json"
"""File that lies beside the decisions once they are final."""


@dataclass(frozen=True)
class Final:
    """One set of decisions that was declared final.

    Parameters
    ----------
    decision_id
        Day of the meeting and the beginning of the files' hash: what ``--replaces`` names.
    agreed_on
        Day of the meeting, ISO.
    files
        Names of the files, without folders.
    sha256
        Of their contents together.
    replaced_by
        Id of the later set; empty while this one holds.
    """

    decision_id: str
    agreed_on: str
    files: tuple[str, ...]
    sha256: str
    replaced_by: str = ""


def describe_files(paths: Iterable[Path], agreed_on: date) -> Final:
    """Describe a set of decisions: the same files and day give the same id.

    Parameters
    ----------
    paths
        Workbooks or csv files.
    agreed_on
        Day of the meeting.

    Returns
    -------
    Final
    """
    digest, names = hashlib.sha256(), []
    for content, name in sorted((path.read_bytes(), path.name) for path in paths):
        digest.update(hashlib.sha256(content).digest())
        names.append(name)
    sha256 = digest.hexdigest()
    return Final(f"{agreed_on.isoformat()}-{sha256[:6]}", agreed_on.isoformat(), tuple(dict.fromkeys(sorted(names))),
                 sha256)


def read_lock(folder: Path) -> list[Final]:
    """List the sets of decisions that were declared final in a folder, the earliest first.

    Raises
    ------
    DataUnusableError
        The lock is there and cannot be read.
    """
    path = folder / LOCK
    if not path.is_file():
        return []
    try:
        entries = json.loads(path.read_text("utf-8"))["final"]
        return [Final(**{**entry, "files": tuple(entry["files"])}) for entry in entries]
    except (ValueError, KeyError, TypeError) as problem:
        raise DataUnusableError(f"{LOCK} cannot be read, so it is not known which decisions are final.", hints=[
            "Restore the file from a copy, or give the decisions a folder of their own with --out."]) from problem


def check_lock(finals: Sequence[Final], wanted: Final, replaces: str) -> bool:
    """Refuse a file that comes after final decisions, unless it names them.

    Parameters
    ----------
    finals
        Of :func:`read_lock`.
    wanted
        The decisions about to be entered.
    replaces
        Id, or the name of a file, of the decisions to be replaced; empty where none was named.

    Returns
    -------
    bool
        Whether earlier decisions are replaced.

    Raises
    ------
    DataUnusableError
        Final decisions are not named, or others are.
    """
    holding = [final for final in finals if not final.replaced_by]
    held = holding[-1] if holding else None
    if held is not None and held.sha256 == wanted.sha256 and held.agreed_on == wanted.agreed_on:
        return False  # the same decisions once more
    if replaces and (held is None or replaces not in (held.decision_id, *held.files)):
        named = f"'{held.decision_id}'" if held else "none"
        raise DataUnusableError(f"The decisions '{replaces}' are not the final ones here ({named}).", hints=[
            f"To replace the final ones add: --replaces {held.decision_id}" if held else "Leave out --replaces."])
    if held is not None and not replaces:
        raise DataUnusableError(
            f"The decisions of {held.agreed_on} ({', '.join(held.files)}) are final; nothing was entered.",
            hints=[f"To replace them, once the meeting has agreed to, add: --replaces {held.decision_id}"])
    return held is not None


def write_lock(finals: Sequence[Final], wanted: Final) -> bytes:
    """Give the lock with one more set of final decisions; the one that held before names it as its successor."""
    if any(final.sha256 == wanted.sha256 and final.agreed_on == wanted.agreed_on and not final.replaced_by
           for final in finals):
        entries = list(finals)
    else:
        entries = [final if final.replaced_by else Final(**{**asdict(final), "replaced_by": wanted.decision_id})
                   for final in finals]
        entries.append(wanted)
    return json.dumps({"final": [asdict(entry) for entry in entries]}, indent=1, ensure_ascii=False).encode("utf-8")

"""What becomes of the files in an output folder when a run puts its set there: replaced, removed, or left alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from my121_analytics.errors import UsageError
from my121_analytics.wording.catalogue import say
from my121_analytics.writing.manifest import MANIFEST, OutputSet, read_manifest, read_sets, sha256_of
from my121_analytics.writing.swap import list_written_files

_SAME_MOMENT = 2
"""Seconds between the writing of one file of a set and of another, on systems that count whole seconds."""
_MOST_NAMED = 5


@dataclass(frozen=True)
class Replacement:
    """What a run does with what is there.

    Parameters
    ----------
    kept
        Sets of other commands that stay, by command.
    old
        Files that are replaced or removed: each as it was written by an earlier run.
    left
        Files of the earlier set that somebody changed since, and that stay for that reason.
    stays
        Whether the folder holds anything else, so that it must stay itself.
    """

    kept: Mapping[str, OutputSet]
    old: frozenset[str]
    left: frozenset[str]
    stays: bool


def plan_replacement(out: Path, command: str, new: Mapping[str, str], *, open_to_all: bool, shared: bool = False,
                     taken_in: Collection[str] = ()) -> Replacement:
    """Look through an output folder before a run puts its set there.

    Parameters
    ----------
    out
        The folder, there or not.
    command
        Whose set is replaced.
    new
        SHA-256 of the new files by their path.
    open_to_all
        Whether anybody may read the new set. Sets that are not for publication are removed then.
    shared
        Whether the folder is a place for files of others too: only the command's own set is looked at.
    taken_in
        Files that may be written anew whoever changed them: this run has read what people filled in.

    Returns
    -------
    Replacement

    Raises
    ------
    UsageError
        The run would write over a file of the user's own, publish beside files that are not its own, or put names
        beside a publication.
    """
    sets = read_sets(out)
    there = list_written_files(out) - ({MANIFEST} if read_manifest(out) else set())
    # where a publication goes, sets with names go: whoever is given the folder is given all of it
    going = {name: output_set for name, output_set in sets.items()
             if name == command or (open_to_all and not shared and not output_set.is_public)}
    kept = {name: output_set for name, output_set in sets.items() if name not in going}
    changed = {name for output_set in sets.values() for name, digest in output_set.files.items()
               if name in there and name not in taken_in and _was_changed(out, name, digest)}
    of_going, of_kept = _files_of(going), _files_of(kept)
    # what somebody edited, or another command wrote as well, is not this run's to remove
    old = (of_going & there) - changed - of_kept
    foreign = there - old
    _refuse_in_the_way(out, {name: new[name] for name in sorted((foreign & set(new)) - set(taken_in))})
    if not shared:
        beside = foreign - set(new) - (of_kept - changed)
        _refuse_beside(out, sorted(beside) if open_to_all else [],
                       [] if open_to_all else sorted(name for name, output_set in kept.items() if output_set.is_public))
    manifest = {MANIFEST} if read_manifest(out) else set()
    kept = {name: OutputSet(output_set.is_public, {file: digest for file, digest in output_set.files.items()
                                                   if file not in new})
            for name, output_set in kept.items()}
    return Replacement(kept, frozenset(old | manifest), frozenset((changed & of_going) - set(new)),
                       bool(foreign - set(new)))


def is_same(path: Path, digest: str) -> bool:
    """Say whether a file is there and has this SHA-256."""
    return path.is_file() and sha256_of(path) == digest


def _files_of(sets: Mapping[str, OutputSet]) -> set[str]:
    return {name for output_set in sets.values() for name in output_set.files}


def _was_changed(out: Path, name: str, digest: str) -> bool:
    """Say whether somebody changed a file since it was written; where its bytes vary from run to run, by its time."""
    path = out / name
    if digest:
        return not is_same(path, digest)
    return path.stat().st_mtime > (out / MANIFEST).stat().st_mtime + _SAME_MOMENT


def _refuse_in_the_way(out: Path, new: Mapping[str, str]) -> None:
    names = [name for name, digest in new.items() if not is_same(out / name, digest)]
    if names:
        raise UsageError(say("staging", "in_the_way", out=out, files=_name_some(names)),
                         hints=[say("staging", "in_the_way_hint")])


def _refuse_beside(out: Path, foreign: Sequence[str], published: Sequence[str]) -> None:
    if foreign:
        raise UsageError(say("staging", "not_ours", out=out, n=len(foreign), files=_name_some(foreign)),
                         hints=[say("staging", "not_ours_hint")])
    if published:
        raise UsageError(say("staging", "beside_public", out=out, commands=", ".join(published)),
                         hints=[say("staging", "beside_public_hint")])


def _name_some(names: Sequence[str]) -> str:
    more = [say("staging", "and_more", n=len(names) - _MOST_NAMED)] if len(names) > _MOST_NAMED else []
    return ", ".join([*names[:_MOST_NAMED], *more])

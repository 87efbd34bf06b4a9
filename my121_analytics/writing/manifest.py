"""Manifests: what a run read and wrote, and which files of a folder belong to which command."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pandas as pd

from my121_analytics.settings import Settings
from my121_analytics.version import __version__
from my121_analytics.workforce.record import Workforce, table_names

MANIFEST = "manifest.json"
_BELONGS = "belongs"
_LIBRARIES = ("pandas", "numpy", "scipy", "matplotlib", "pillow", "seaborn", "XlsxWriter", "Jinja2")


@dataclass(frozen=True)
class OutputSet:
    """The files in a folder that one command wrote.

    Parameters
    ----------
    is_public
        Whether anybody may read them.
    files
        SHA-256 by path below the folder, with forward slashes; empty for files whose bytes differ from run to run.
    """

    is_public: bool
    files: Mapping[str, str] = field(default_factory=dict)


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
    key = ("hash_record",)
    kept: dict[str, dict[str, int | str]] | None = workforce.made_before.get(key)
    if kept is not None:
        return kept
    record: dict[str, dict[str, int | str]] = {}
    for name in table_names():
        frame: pd.DataFrame = getattr(workforce, name)
        rows = pd.util.hash_pandas_object(frame, index=False).to_numpy()
        record[name] = {"rows": len(frame), "sha256": sha256_of("|".join(frame.columns).encode() + rows.tobytes())}
    workforce.made_before[key] = record
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
    return _as_json(content)


def read_manifest(out: Path) -> dict[str, Any]:
    """Read the manifest that an earlier run left in a folder; empty where there is none that can be read."""
    try:
        content = json.loads((out / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) and content.get("product") == "my121_analytics" else {}


def read_sets(out: Path) -> dict[str, OutputSet]:
    """List what belongs to which command in a folder, from its manifest; nothing where there is none."""
    belongs = read_manifest(out).get(_BELONGS)
    if not isinstance(belongs, dict):
        return {}
    return {str(command): OutputSet(bool(entry.get("is_public")), dict(entry.get("files", {})))
            for command, entry in belongs.items() if isinstance(entry, dict)}


def with_sets(manifest: bytes, sets: Mapping[str, OutputSet], attention: Sequence[str] = ()) -> bytes:
    """Add to a manifest which files of the folder belong to which command, and what to know before they go out.

    Parameters
    ----------
    manifest
        A command's own; empty where it has none.
    sets
        By command.
    attention
        Sentences; among sorted keys they come before the lists of files.

    Returns
    -------
    bytes
        UTF-8 JSON with sorted keys.
    """
    content = json.loads(manifest) if manifest else {"product": "my121_analytics", "version": __version__}
    content[_BELONGS] = {command: {"is_public": output_set.is_public, "files": dict(output_set.files)}
                         for command, output_set in sets.items()}
    if attention:
        content["attention"] = list(attention)
    return _as_json(content)


def _as_json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode("utf-8")


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
    return dict(_versions())


@lru_cache(maxsize=1)
def _versions() -> dict[str, str]:
    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name in _LIBRARIES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found

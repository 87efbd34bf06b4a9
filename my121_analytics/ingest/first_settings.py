"""The first settings file of a council, made from the exports that it has."""

from __future__ import annotations

import json
import re
import tomllib

from my121_analytics.ingest.intake import Intake
from my121_analytics.ingest.reading.mapping import columns_block
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.cycles import UNDATED

_TABLE = re.compile(r"^\[([\w.]+)\]$")
_KEY = re.compile(r'^#?\s*("(?:[^"\\]|\\.)*"|[\w-]+)\s*=')
_COLUMNS = "exports.columns"


def write_first_settings(intake: Intake, *, council: str = "", contact: str = "", folder: str = "exports",
                         with_proposals: bool = True, with_mapping: bool = True) -> str:
    """Write a commented settings file for exports that were read without one.

    Parameters
    ----------
    intake
        As read.
    council, contact
        Printed on papers; empty leaves the line to be filled in.
    folder
        Where the exports are, for the lines that start scheduled reports.
    with_proposals
        Whether the settings that would let more be read count at once; else they are commented out.
    with_mapping
        Whether the mapping of headings counts at once; else it is commented out.

    Returns
    -------
    str
        TOML that ``load_settings`` reads.
    """
    proposed = _tables_of(intake.unread.settings)
    if not with_proposals:
        proposed = {table: [_asleep(line) for line in lines] for table, lines in proposed.items()}
    mapped = columns_block(intake.mapping).splitlines()
    lead, block = mapped[:mapped.index(f"[{_COLUMNS}]")], mapped[mapped.index(f"[{_COLUMNS}]") + 1:]
    columns = _merge(proposed.pop(_COLUMNS, []), block if with_mapping else [_asleep(line) for line in block])
    exports = [*_day_of(intake), *proposed.pop("exports", [])]
    parts = [[f"# {say('first_settings', 'lead', folder=folder)}"],
             ["[council]", _named("name", council), _named("contact", contact)], ["[exports]", *exports],
             [*lead, f"[{_COLUMNS}]", *columns]]
    parts += [[f"[{table}]", *lines] for table, lines in proposed.items()]
    parts += [say("first_settings", "more", folder=json.dumps(folder)).splitlines()]
    text = "\n\n".join("\n".join(part) for part in parts) + "\n"
    tomllib.loads(text)  # a file that cannot be read would stop every command
    return text


def _day_of(intake: Intake) -> list[str]:
    day = intake.workforce.as_of
    return [] if day == UNDATED else [f"extract_date = {day.isoformat()}  # {say('first_settings', 'extract_date')}"]


def _named(key: str, text: str) -> str:
    why = say("first_settings", key)
    return f"{key} = {json.dumps(text, ensure_ascii=False)}  # {why}" if text else f'# {key} = ""  # {why}'


def _tables_of(toml: str) -> dict[str, list[str]]:
    """Give the lines of each table of a settings text."""
    tables: dict[str, list[str]] = {}
    table = ""
    for line in toml.splitlines():
        found = _TABLE.match(line)
        if found:
            table = found[1]
        elif line:
            tables.setdefault(table, []).append(line)
    return tables


def _merge(first: list[str], second: list[str]) -> list[str]:
    """Put lines together; a heading that both speak of keeps the first line."""
    known = {found[1] for line in first if (found := _KEY.match(line))}
    return [*first, *(line for line in second if not ((found := _KEY.match(line)) and found[1] in known))]


def _asleep(line: str) -> str:
    return f"# {line}" if line and not line.startswith("#") else line

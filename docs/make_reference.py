"""Write docs/settings.md and docs/record.md from the code, so that they cannot drift from it.

Run ``python docs/make_reference.py`` after a change to the settings or to the schema; a test compares.
"""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from my121_analytics.settings import AUDIENCES, Settings
from my121_analytics.workforce.schema import TABLES

FOLDER = Path(__file__).parent


def describe_settings() -> str:
    """Give docs/settings.md: every key, its default and its reason."""
    lines = ["# Settings", "", "A council's own choices, in a file `my121.toml` beside the exports (or named with "
             "`--settings`). Every key has a default; write only what differs. All faults of the file are reported "
             "at once.", ""]
    defaults = Settings()
    for section, field in Settings.model_fields.items():
        value = getattr(defaults, section)
        if not isinstance(value, BaseModel):
            lines += [f"## `[{section}.NAME]`" if section == "reports" else f"## `[{section}]`", "",
                      str(field.description), ""]
            continue
        lines += [f"## `[{section}]`", "", (type(value).__doc__ or "").strip(), "",
                  "| key | default | meaning |", "|---|---|---|"]
        lines += [f"| `{key}` | {_shown(getattr(value, key), key)} | {_reason(info)} |"
                  for key, info in type(value).model_fields.items()]
        lines.append("")
    lines += ["## Audiences", "", "| audience | names | protected characteristics | scope | small counts hidden |",
              "|---|---|---|---|---|"]
    lines += [f"| {name} | {_yes(a.names)} | {_yes(a.protected)} | {a.scope} | {_yes(a.suppress)} |"
              for name, a in AUDIENCES.items()]
    return "\n".join(lines) + "\n"


def describe_record() -> str:
    """Give docs/record.md: every table and column of the record."""
    lines = ["# The record", "", "What the exports become. Ids are text, dates ISO; every row keeps the file, sheet "
             "and row it came from.", ""]
    for table, columns in TABLES.items():
        lines += [f"## {table}", "", "| column | kind | required | meaning |", "|---|---|---|---|"]
        lines += [f"| `{c.name}` | {c.kind} | {_yes(c.required)} | {c.meaning}"
                  f"{' Protected characteristic.' if c.protected else ''} |" for c in columns]
        lines.append("")
    return "\n".join(lines)


def _reason(info: FieldInfo) -> str:
    return " ".join((info.description or "").replace("``", "`").split())


def _shown(value: object, key: str) -> str:
    if key == "audiences":
        return "see below"
    if isinstance(value, float):
        return f"`{value:.4g}`"
    return "none" if value is None else f"`{json.dumps(value, ensure_ascii=False)}`"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


PAGES = {"settings.md": describe_settings, "record.md": describe_record}

if __name__ == "__main__":
    for name, describe in PAGES.items():
        (FOLDER / name).write_text(describe(), encoding="utf-8", newline="\n")

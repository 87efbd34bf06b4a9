"""Write the pages of docs/ that hold facts of the code, so that they cannot drift from it.

The reference pages are the settings and the schema as tables; the governance papers are templates in docs/templates,
whose sentences are written by hand and whose figures come from the defaults. Run ``python docs/make_reference.py``
after a change to the settings, the schema or a template; a test compares.
"""

from __future__ import annotations

import ast
import inspect
import json
import math
import re
import textwrap
import tomllib
from collections.abc import Mapping
from importlib import import_module, resources
from itertools import pairwise
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel

from my121_analytics.cli.app import COMMANDS, MODULES
from my121_analytics.disclosure.pseudonyms import FEWEST_BYTES
from my121_analytics.ingest.intake import read_exports
from my121_analytics.settings import (
    AUDIENCES,
    REPORT_SECTIONS,
    STATISTICS,
    Audience,
    BoxSettings,
    ReportSettings,
    Settings,
)
from my121_analytics.settings_plan import MilestoneSettings
from my121_analytics.settings_runs import RunPlanSettings
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.workforce.schema import ORIGIN, PROTECTED, RECORD_PARTS, TABLES
from my121_analytics.writing.encryption import FEWEST_SIGNS

FOLDER = Path(__file__).parent
ENTRIES: dict[str, tuple[str, type[BaseModel]]] = {
    "framework": ("[[framework.boxes]]", BoxSettings), "plan": ("[[plan.milestones]]", MilestoneSettings),
    "disclosure": ("[disclosure.audiences.NAME]", Audience)}
"""Sections whose entries have keys of their own, under the table that one entry is written as."""
SPECIAL_CATEGORY = ("ethnicity", "disability", "religion", "sexual_orientation", "gender_reassignment",
                    "pregnancy_maternity")
"""Columns that are, or may reveal, special-category data under Article 9 of the UK GDPR: racial or ethnic origin,
health, beliefs, sexual orientation. The other protected characteristics are personal data without that protection."""
FREE_TEXT = ("reason",)
NOT_ABOUT_PEOPLE = ("evidence",)
REFUSED_SHOWN = ("National insurance number", "Bank account", "Sickness", "Medical", "Trade union", "Disciplinary",
                 "Grievance", "Criminal record", "Salary", "Home address", "Date of birth")
"""The refused headings that people ask about first."""
LOOKED_AT = {
    "employees": "Staff list", "posts": "Posts", "placements": "Ratings and placements, by manager and by the person",
    "conversations": "My 1:1 conversations", "objectives": "Objectives", "development_actions": "Development actions",
    "successors": "Succession to key posts"}
PLAIN = {"is_main": "whether it is the main post", "is_key": "whether it is a key post", "fte": "full-time equivalent",
         "manager_id": "manager", "rater_id": "who rated", "n_set": "number set", "n_met": "number met",
         "pregnancy_maternity": "pregnancy or maternity", "left_on": "last day", "held_on": "day it was held"}
"""Where a column's name is not plain words."""
WITHOUT_AUDIENCE = ("sample", "init", "import", "demo", "doctor", "handbook")
"""Commands that show nobody anything of the record."""
READERS = {"analyst": "HR analysts", "panel": "The senior team's meeting", "manager": "A manager",
           "publish": "Anybody (what is published)"}


def describe_settings() -> str:
    """Give docs/settings.md: every key, its default and its reason."""
    lines = ["# Settings", "", "A council's own choices, in a file `my121.toml` beside the exports (or named with "
             "`--settings`). Every key has a default; write only what differs. All faults of the file are reported "
             "at once. `my121 init exports` writes a first one from your own exports. For instance:", "", _EXAMPLE,
             "A share is written from 0 to 1, a day as `2024-09-30`, a text in quotation marks, a list in square "
             "brackets.", ""]
    defaults = Settings()
    for section in Settings.model_fields:
        value = getattr(defaults, section)
        if section == "reports":
            lines += [f"## `[{section}.NAME]`", "", _reason(Settings, section), "", *_tabulate_keys(ReportSettings()),
                      *_tabulate_codes("section", "holds", REPORT_SECTIONS)]
        elif not isinstance(value, BaseModel):
            lines += [f"## `[{section}]`", "", _reason(Settings, section), ""]
        else:
            lines += [f"## `[{section}]`", "", _first_words(type(value)), "", *_tabulate_keys(value, section)]
        if section in ENTRIES:
            lines += _tabulate_entry(*ENTRIES[section])
        if section == "run":
            lines += ["### `[run.plan]`", "", _first_words(RunPlanSettings), "",
                      *_tabulate_keys(RunPlanSettings(file=""))]
        if section == "priorities":
            lines += _tabulate_codes("statistic", "is", {
                code: meaning + {"more": "; more is better", "fewer": "; fewer is better", "": ""}[better]
                for code, (meaning, better) in STATISTICS.items()})
    lines += ["## Audiences", "", "| audience | names | protected characteristics | scope | small counts hidden |",
              "|---|---|---|---|---|"]
    lines += [f"| {name} | {_yes(a.names)} | {_yes(a.protected)} | {a.scope} | {_yes(a.suppress)} |"
              for name, a in AUDIENCES.items()]
    return "\n".join(lines) + "\n"


def _tabulate_keys(section: BaseModel, name: str = "") -> list[str]:
    """Set out the keys of a section of that name; those that are sections of their own follow under their names."""
    fields = type(section).model_fields
    nested = {key: getattr(section, key) for key in fields if isinstance(getattr(section, key), BaseModel)}
    lines = ["| key | default | meaning |", "|---|---|---|"]
    lines += [f"| `{key}` | {'a table of its own, below' if key in nested else _shown(getattr(section, key), key)} | "
              f"{_reason(type(section), key)} |" for key in fields]
    for key, inner in nested.items():
        lines += ["", f"### `[{name}.{key}]`", "", _first_words(type(inner)), "", *_tabulate_keys(inner)[:-1]]
    return [*lines, ""]


def _tabulate_entry(table: str, entry: type[BaseModel]) -> list[str]:
    """Set out the keys of one entry of a list or table of entries, of which a council may write its own."""
    keys = [f"| `{key}` | {'must be given' if info.is_required() else _shown(info.default, key)} | "
            f"{_reason(entry, key)} |" for key, info in entry.model_fields.items()]
    return [f"### `{table}`", "", _first_words(entry), "", "| key | default | meaning |", "|---|---|---|", *keys, ""]


def _first_words(section: type[BaseModel]) -> str:
    return " ".join((section.__doc__ or "").replace("``", "`").split())


def _tabulate_codes(what: str, means: str, meanings: Mapping[str, str]) -> list[str]:
    return [f"| {what} | {means} |", "|---|---|", *(f"| `{code}` | {meaning} |" for code, meaning in meanings.items()),
            ""]


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


_EXAMPLE = """```toml
[council]
name = "Aldermere Borough Council"

[exports]
extract_date = 2024-09-30

[exports.columns]                  # headings that mean something of this council's own
"Talent position" = "box"

[ratings.synonyms.performance]     # words of this council's own scale
"Outstanding" = "Exceeds"

[disclosure]
threshold = 10                     # counts from 1 to 9 are hidden in what is published
```
"""
SYSTEMS = {"iTrent": ("itrent_people.xlsx", "itrent_reviews.xlsx"), "ResourceLink": ("resourcelink_ratings.csv",),
           "Unit4": ("unit4_my121.xlsx",), "SuccessFactors": ("successfactors_self.csv",)}
"""HR system -> files of the sample council that are written as it writes them."""
_OF_SAMPLE = ("In the sample council's files (`data/sample`), which are modelled on reports as commonly seen; no "
              "public list of the maker's own headings was found.")
SHOWN_HEADINGS = 12
"""Spellings listed of a column; the synonym table has all of them."""


def describe_headings() -> str:
    """Give docs/headings.md: which heading is read as what, by HR system and by column."""
    packaged = resources.files("my121_analytics.ingest.reading").joinpath("headings.toml").read_text("utf-8")
    words = tomllib.loads(packaged)
    lines = ["# Headings", "", "Which heading of an export is read as what. Case, spaces, dots and dashes do not "
             "matter. A heading with two meanings is asked about, never guessed; `my121 check --explain` says how "
             "yours were read, and `[exports.columns]` in the settings beats all of this.", "",
             "Every council can name the columns of its reports itself. So the first part shows whole exports as some "
             "systems write them, with where each heading is known from; the second lists, by column of the record, "
             "what is read whatever the system.", ""]
    mapping = read_exports(FOLDER.parent / "data" / "sample", settings=Settings()).mapping
    for system, files in SYSTEMS.items():
        lines += [f"## As {system} writes them", "", _OF_SAMPLE, "",
                  "| file | heading | read as |", "|---|---|---|"]
        part = mapping[mapping["file"].isin(files) & (mapping["column"] != "")]
        lines += [f"| {row.file} | {row.heading} | `{row.column}` |" for row in part.itertuples()]
        lines.append("")
    lines += _describe_systems()
    for table, columns in words["strong"].items():
        lines += [f"## {table.replace('_', ' ').capitalize()}: headings of any system", "",
                  "| column | headings |", "|---|---|"]
        lines += [f"| `{column}` | {_list_headings(headings)} |" for column, headings in columns.items()]
        lines.append("")
    lines += ["## Asked about", "", "These mean different things in different exports.", "",
              ", ".join(f"{heading} ({' or '.join(_words(m) for m in meanings)})"
                        for heading, meanings in words["ambiguous"].items()), "",
              "## Never loaded", "", ", ".join(words["refused"]["headings"]), ""]
    return "\n".join(lines)


def _describe_systems() -> list[str]:
    """Set out the headings of the systems that the sample council has no files of."""
    lines = []
    meaning = {"documented": "a public document", "seen": "exports as commonly seen"}
    for system in tomllib.loads((FOLDER / "systems.toml").read_text("utf-8")).values():
        lines += [f"## As {system['name']} writes them", "", system["source"], "",
                  "| file, for instance | heading | known from | read as |", "|---|---|---|---|"]
        lines += [f"| {name} | {heading} | {meaning[known]} | {_read_as(column)} |"
                  for name, headings in system["files"].items() for heading, (column, known) in headings.items()]
        lines.append("")
    return lines


def _read_as(column: str) -> str:
    return {"": "not used", "never": "never loaded"}.get(column, f"`{column}`")


def _list_headings(headings: list[str]) -> str:
    more = len(headings) - SHOWN_HEADINGS
    return ", ".join(headings[:SHOWN_HEADINGS]) + (f", and {more} more" if more > 0 else "")


def write_assessment() -> str:
    """Give docs/dpia.md: a note from which a council starts its data protection impact assessment."""
    tables = [{"name": table, "n_columns": len(columns),
               "about_people": _yes(table not in NOT_ABOUT_PEOPLE),
               "special": _special_category(table)}
              for table, columns in TABLES.items()]
    return _fill("dpia.md.j2", tables=tables, protected=[_words(name) for name in PROTECTED],
                 special=[_words(name) for name in SPECIAL_CATEGORY], fewest_signs=FEWEST_SIGNS,
                 key_bytes=FEWEST_BYTES, releases_apart=say("caveat", "releases_apart"),
                 zeros="True zeros are shown." if Settings().disclosure.show_zeros else "True zeros are hidden too.")


def write_consultation() -> str:
    """Give docs/consultation.md: a summary for staff and trade unions."""
    looked_at = [{"label": label, "columns": ", ".join(_columns_looked_at(table))}
                 for table, label in LOOKED_AT.items()]
    managers = Settings().managers
    return _fill("consultation.md.j2", looked_at=looked_at, case_mix=[say("pack_unit", c) for c in managers.case_mix],
                 verdicts={code: say("verdict", code) for code in codes("verdict")})


def explain_patterns() -> str:
    """Give docs/patterns_explained.md: rating patterns in one page."""
    return _fill("patterns_explained.md.j2", **_of_patterns())


def describe_method() -> str:
    """Give docs/patterns_method.md: the same for a statistician."""
    return _fill("patterns_method.md.j2", interval=f"{Settings().managers.interval:.0%}", **_of_patterns())


def _of_patterns() -> dict[str, object]:
    return {"case_mix": [say("pack_unit", column) for column in Settings().managers.case_mix],
            "verdicts": {code: say("verdict", code) for code in codes("verdict")}}


def _columns_looked_at(table: str) -> list[str]:
    own = {*RECORD_PARTS, "repaired", "derived", *(column.name for column in ORIGIN)}  # the program's own notes
    names = [_words(column.name) for column in TABLES[table] if not column.protected and column.name not in own]
    return [*names, "which parts of the form are filled"] if table == "conversations" else names


def _special_category(table: str) -> str:
    """Say which of a table's columns are special-category data."""
    special = [_words(column.name) for column in TABLES[table] if column.name in SPECIAL_CATEGORY]
    free = [f"{column.name} is free text and may hold any" for column in TABLES[table] if column.name in FREE_TEXT]
    return ", ".join([*special, *free]) or "none"


def _fill(template: str, **facts: object) -> str:
    settings = Settings()
    managers = settings.managers
    headings = resources.files("my121_analytics.ingest.reading").joinpath("headings.toml").read_text("utf-8")
    refused = tomllib.loads(headings)["refused"]["headings"]
    environment = Environment(loader=FileSystemLoader(FOLDER / "templates"), undefined=StrictUndefined,
                              trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    environment.filters["lower_first"] = lambda text: text[:1].lower() + text[1:]
    audiences = [{"name": name, "label": READERS[name], "names": _yes(a.names), "protected": _yes(a.protected),
                  "scope": a.scope, "suppress": _yes(a.suppress),
                  "commands": ", ".join(f"`{c}`" for c in _commands_for(name)) or "none"}
                 for name, a in AUDIENCES.items()]
    return _wrap(environment.get_template(template).render(
        s=settings, audiences=audiences, refused=[h.lower() for h in REFUSED_SHOWN if h in refused],
        n_refused=len(refused), fdr=f"{managers.fdr:.0%}", chance=f"1 in {1 / managers.fdr:.0f}",
        delta=f"{managers.delta:.2f}", odds=f"{math.exp(managers.delta):.2g}", **facts))


def _wrap(page: str) -> str:
    """Break the lines of paragraphs and lists anew, since figures are longer or shorter than their places."""
    out: list[str] = []
    for part in page.split("\n\n"):
        if part.lstrip().startswith(("|", "#")) or part.lstrip("\n").startswith("    "):
            out.append(part)
        else:
            items = re.split(r"\n(?=- )", part.strip("\n"))
            out.append("\n".join(textwrap.fill(" ".join(item.split()), 119, break_long_words=False,
                                               break_on_hyphens=False, subsequent_indent="  " * item.startswith("- "))
                                 for item in items))
    return "\n\n".join(out).rstrip("\n") + "\n"


def _commands_for(audience: str) -> list[str]:
    """List the commands whose default this audience is; those that have no choice write for the analyst."""
    found = []
    for command in COMMANDS:
        options = inspect.signature(getattr(import_module(f"my121_analytics.cli.{MODULES.get(command, command)}"),
                                           f"run_{command}"))
        given = options.parameters.get("audience")
        fixed = {"guide": "manager"}.get(command, "analyst")
        default = fixed if given is None else given.default or "publish"
        if audience == default and command not in WITHOUT_AUDIENCE:
            found.append(command)
    return found


def _words(column: str) -> str:
    return PLAIN.get(column, column.replace("_", " "))


def _reason(section: type[BaseModel], key: str) -> str:
    """Give what stands in the source below a field."""
    text = next((reasons[key] for kind in section.__mro__ if key in (reasons := _reasons_beside(kind))), "")
    # a file of settings has no None: a key that is not set is left out
    return " ".join(text.replace("``", "`").replace("None:", "Left out:").split())


def _reasons_beside(kind: type) -> dict[str, str]:
    """Give the text below each field of a class by the field's name, from the source.

    pydantic can read it as well, but only while a command loads its settings, which took a fortieth of `my121 check`.
    """
    if kind is BaseModel or not issubclass(kind, BaseModel):
        return {}
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0].body
    return {field.target.id: inspect.cleandoc(below.value.value) for field, below in pairwise(body)
            if isinstance(field, ast.AnnAssign) and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)}


def _shown(value: object, key: str) -> str:
    if key == "audiences":
        return "see below"
    if isinstance(value, float):
        return f"`{value:.4g}`"
    return "left out" if value is None else f"`{json.dumps(value, ensure_ascii=False, default=dict)}`"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


PAGES = {"settings.md": describe_settings, "record.md": describe_record, "headings.md": describe_headings,
         "dpia.md": write_assessment, "consultation.md": write_consultation,
         "patterns_explained.md": explain_patterns, "patterns_method.md": describe_method}

if __name__ == "__main__":
    for name, describe in PAGES.items():
        (FOLDER / name).write_text(describe(), encoding="utf-8", newline="\n")

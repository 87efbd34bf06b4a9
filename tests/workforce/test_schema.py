"""The columns of the record, spelled once: what the schema says of a column is all that the house knows of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import my121_analytics
from my121_analytics.analysis.profile import tabulate_profile
from my121_analytics.ingest.intake import read_exports
from my121_analytics.ingest.intake_tables import tabulate_intake
from my121_analytics.ingest.reading.cells import value_table
from my121_analytics.workforce.counts import check_grouping
from my121_analytics.workforce.schema import DTYPES, GROUPS, ORIGIN, PROTECTED, TABLES, column_names

ROOT = Path(my121_analytics.__file__).parent
COLUMN = "working_pattern"
"""A column that is nothing but a line of the schema and one of the headings."""
STAFF = """Employee no,Name,Post no,Directorate,Manager no,FT/PT,Working pattern from
001,Ann Head,P1,Place,,Full time,
002,Bo Smith,P2,Place,001,Full Time,
003,Cy Jones,P3,Place,002,Term time,
004,Di Jones,P4,Adults,002,Term time,
005,Ed Lee,P5,Adults,002,full time,
"""
RATINGS = "Employee no,Review period,Reviewer,Performance,Potential\n" + "".join(
    f"00{i},2023/24 H1,00{i - 1},{1 + i % 3},2\n" for i in range(2, 6))


@pytest.fixture(scope="module")
def exports(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    (folder / "staff.csv").write_text(STAFF, "utf-8")
    (folder / "ratings.csv").write_text(RATINGS, "utf-8")
    return folder


ASKS_FOR_IT = {"analysis/workforce_profile.py", "reports/workforce_report/equality.py", "settings.py",
               "wording/en/report.toml"}
"""Analyses that are about this column by name, the list of groupings that a report may be set to, and their words."""


def test_what_reads_joins_counts_and_shows_a_column_names_it_in_the_schema_and_the_headings_only():
    files = [f for f in ROOT.rglob("*") if f.suffix in (".py", ".toml", ".j2") and COLUMN in f.read_text("utf-8")
             and f.relative_to(ROOT).as_posix() not in ASKS_FOR_IT]
    assert {f.relative_to(ROOT).as_posix() for f in files} == {"workforce/schema.py", "ingest/reading/headings.toml"}


def test_it_is_read_with_its_spellings_joined_and_stands_in_the_table_of_a_check(exports):
    intake = read_exports(exports)
    held = intake.workforce.posts.set_index("employee_id")[COLUMN].astype("str")
    assert held.to_dict() == {"001": "Full Time", "002": "Full Time", "003": "Term time", "004": "Term time",
                              "005": "Full Time"}  # each spelling once: the first in the alphabet
    assert "spellings_joined" in set(intake.findings["code"])
    assert COLUMN in tabulate_intake(intake)["employees"]
    assert intake.mapping.set_index("heading").loc["FT/PT", "column"] == COLUMN


def test_a_profile_is_made_by_it(exports):
    check_grouping(COLUMN, {COLUMN: "Term time"})
    profile = tabulate_profile(read_exports(exports).workforce, by=COLUMN)
    grouped = [table.frame for table in profile.tables.values() if COLUMN in table.frame]
    assert grouped
    assert all({"Full Time", "Term time"} <= set(frame[COLUMN]) for frame in grouped)


def test_a_report_is_made_by_it_and_heads_its_column_in_plain_words(my121, exports, tmp_path):
    settings = tmp_path / "my121.toml"
    settings.write_text(f'[reports.workforce]\nby = ["{COLUMN}"]\naudience = "analyst"\n'
                        'sections = ["profile"]\n', "utf-8")
    done = my121("report", exports, "--settings", settings, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    (table,) = (tmp_path / "out" / "csv").glob("map-by-working-pattern.csv")
    assert "Working pattern" in table.read_text("utf-8-sig").splitlines()[0]


def test_the_page_of_the_record_lists_it():
    text = (ROOT.parent / "docs" / "record.md").read_text("utf-8")
    assert f"| `{COLUMN}` | category | no |" in text


@pytest.mark.parametrize("table", TABLES)
def test_every_column_says_how_it_is_read_or_is_read_by_its_table(table):
    by_table = {"employee_id", "post_id", "cycle", "placed_on", "held_on", "rater_id", "source", "performance",
                "potential", "box", "repaired", "derived", "requirement_id", *(column.name for column in ORIGIN)}
    assert {column.name for column in TABLES[table] if not column.reader} <= by_table
    assert all(column.kind in DTYPES for column in TABLES[table])
    assert all(re.fullmatch("[a-z][a-z0-9_]*", name) for name in column_names(table))


def test_words_have_a_vocabulary_and_nothing_else_has():
    words = [column for columns in TABLES.values() for column in columns]
    assert all((column.reader == "words") == bool(column.vocabulary) for column in words)
    assert all(column.vocabulary in value_table() for column in words if column.vocabulary)


def test_every_protected_characteristic_may_group_and_no_id_date_or_free_text_does():
    assert set(PROTECTED) <= {column.name for column in GROUPS}
    assert {column.kind for column in GROUPS} == {"category", "flag"}

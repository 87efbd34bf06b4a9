"""The workforce report says what its tables say, to whom it may, the same way each time."""

from __future__ import annotations

import csv
import io
import json
import re
import struct
import zipfile
import zlib
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from my121_analytics.analysis.profile import tabulate_profile
from my121_analytics.disclosure.kept import name_kept, parse_kept
from my121_analytics.errors import DataUnusableError, SettingsError, UsageError
from my121_analytics.improvement.plan.reading import read_plan
from my121_analytics.improvement.plan.status import assess_status
from my121_analytics.publication import Publication
from my121_analytics.reports.workforce_report.headline_figure import Headline
from my121_analytics.reports.workforce_report.report import SECTIONS, WorkforceReport, build_report
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import (
    GROUPINGS,
    REPORT_SECTIONS,
    STATISTICS,
    CycleSettings,
    ReportSettings,
    Settings,
    TemplateSettings,
)
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.workforce.record import Workforce, build_workforce
from my121_analytics.workforce.schema import GROUPS as SCHEMA_GROUPS
from my121_analytics.writing.accessibility import audit_workbook

GROUPS = ["directorate", "grade"]


@pytest.fixture(scope="module")
def council() -> Workforce:
    return make_sample(400, seed=11).workforce


@pytest.fixture(scope="module")
def published(council: Workforce) -> WorkforceReport:
    few = ["profile", "coverage", "equality", "quality"]  # the slow suite publishes them all
    return build_report(council, report=ReportSettings(sections=few, by=["directorate"]))


@pytest.fixture(scope="module")
def working(council: Workforce, tmp_path_factory: pytest.TempPathFactory) -> WorkforceReport:
    folder = tmp_path_factory.mktemp("plan")
    make_sample(60, seed=11, folder=folder)
    plan = read_plan(folder / "improvement_plan.xlsx", anchor=date(2023, 6, 30))
    return build_report(council, actions=assess_status(plan, as_of=council.as_of),
                        report=ReportSettings(by=GROUPS, audience="analyst", profile="working"))


def save(report: WorkforceReport, folder: Path) -> Path:
    path = folder / "workforce.xlsx"
    path.write_bytes(report.files["workforce.xlsx"])
    return path


def rows_of(report: WorkforceReport, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(report.files[f"csv/{name}.csv"].decode("utf-8-sig"))))


def test_every_section_is_in_the_working_report(working: WorkforceReport) -> None:
    assert working.absent == {}
    assert working.failed == {}
    names = {name.removeprefix("csv/") for name in working.files}
    assert {"headline.csv", "map.csv", "change-in-boxes.csv", "coverage-by-directorate.csv", "development.csv",
            "ratings-by-sex.csv", "rating-patterns.csv", "plan-by-status.csv", "assumptions.csv"} <= names


@pytest.mark.parametrize("profile", ["published", "working"])
def test_the_workbook_passes_the_accessibility_check(
        profile: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    report = request.getfixturevalue(profile)
    faults = audit_workbook(save(report, tmp_path), profile="publish" if profile == "published" else "working")
    assert faults.empty, faults.to_string()


def test_figures_are_those_of_the_analysis(council: Workforce, working: WorkforceReport) -> None:
    expected = tabulate_profile(council).frame("map")
    found = rows_of(working, "map")
    assert [int(row["Number"]) for row in found] == expected["n"].tolist()
    unplaced = [found[-1][name] for name in ("Name of the box", "Box", "Box marker", "Performance", "Potential marker")]
    assert unplaced == ["No placement", "", "[z]", "", "[z]"]
    assert [row["Box marker"] for row in found[:-1]] == [""] * 9
    by_group = pd.DataFrame(rows_of(working, "map-by-directorate"))
    by_group = by_group[by_group["Directorate"] != "All"]
    assert by_group["Number"].astype(int).sum() == expected["n"].sum()
    headline = {line.code: line for line in working.headline}
    assert headline["posts"].value == expected["n"].sum()
    top = tabulate_profile(council).frame("ratings").query("level > 0").iloc[-1]
    assert headline["highest_rating"].value == pytest.approx(top["share"])


def test_a_change_since_the_cycle_before_names_that_cycle(published: WorkforceReport, tmp_path: Path) -> None:
    book = load_workbook(save(published, tmp_path))
    cycles = [cell.value for row in book["Trends"].iter_rows() for cell in row if re.match(r"20\d\d/", str(cell.value))]
    before, latest = str(cycles[-2]), str(cycles[-1]).split(" ")[0]
    said = [str(cell.value) for cell in book["In brief"]["B"] if re.search(r"from .* in 20", str(cell.value))]
    assert said, "there is a cycle before, so a change is said"
    for sentence in said:
        assert f"in {before}" in sentence
        assert latest not in sentence


def test_the_twins_hold_what_the_sheets_hold(published: WorkforceReport, tmp_path: Path) -> None:
    book = load_workbook(save(published, tmp_path))
    sheet = book["Map by directorate"]
    first = next(row for row in range(1, 20) if sheet.cell(row, 1).value == "Directorate")
    shown = [[sheet.cell(row, column).value for column in (1, 3, 4)] for row in range(first + 1, sheet.max_row + 1)]
    twin = [[row["Directorate"], row["Box marker"] or int(row["Box"]),
             row["Number marker"] or int(float(row["Number"]))]
            for row in rows_of(published, "map-by-directorate")]
    assert shown == twin


def check_nobody_can_be_told(council: Workforce, report: WorkforceReport, groups: list[str]) -> None:
    content = report.files["workforce.xlsx"]
    text = b"".join(zipfile.ZipFile(io.BytesIO(content)).read(name)
                    for name in zipfile.ZipFile(io.BytesIO(content)).namelist()).decode("utf-8", "replace")
    text += "".join(one.decode("utf-8-sig") for name, one in report.files.items() if name.endswith(".csv"))
    names = [name for name in council.employees["name"].astype("str") if len(name) > 6]
    assert len(names) > 200
    assert not [name for name in names if name in text]
    for name in (f"{what}-by-{group}" for group in groups for what in ("map", "ratings")):
        counts = [float(row["Number"]) for row in rows_of(report, name) if row["Number"]]
        assert not [n for n in counts if 0 < n < 5]
    for name in [name for name in report.files if "ratings-by-sex" in name or "ratings-by-disab" in name]:
        counts = [float(row["Number"]) for row in rows_of(report, name[4:-4]) if row["Number"]]
        assert not [n for n in counts if 0 < n < 10]


def test_nothing_published_names_anybody_or_counts_a_few(council: Workforce, published: WorkforceReport) -> None:
    check_nobody_can_be_told(council, published, ["directorate"])


@pytest.mark.slow
def test_the_same_record_gives_the_same_bytes_of_all_sections(council: Workforce, tmp_path: Path) -> None:
    one, other = (build_report(council, report=ReportSettings(by=GROUPS)) for _ in range(2))
    assert one.files == other.files
    check_nobody_can_be_told(council, one, GROUPS)
    faults = audit_workbook(save(one, tmp_path), profile="publish")
    assert faults.empty, faults.to_string()


def test_each_cycle_of_the_trend_is_that_cycles_own_profile(council: Workforce, working: WorkforceReport) -> None:
    rows = pd.DataFrame(rows_of(working, "map-by-cycle"))
    for cycle in council.cycles["label"].astype("str"):
        mine = rows[rows["Cycle"].str.startswith(cycle)]
        assert mine["Number"].astype(int).tolist() == tabulate_profile(council, cycle=cycle).frame("map")["n"].tolist()


def test_a_count_withheld_on_one_sheet_is_shown_on_no_other(published: WorkforceReport) -> None:
    alone = {row["Box"]: row for row in rows_of(published, "map")}
    trend = [row for row in rows_of(published, "map-by-cycle") if "[p]" in row["Cycle"]]
    by_group = [row for row in rows_of(published, "map-by-directorate") if row["Directorate"] == "All"]
    assert len(trend) == len(by_group) == len(alone)
    for row in (*trend, *by_group):
        assert row["Number"] == alone[row["Box"]]["Number"]


def test_a_publication_carries_the_record_of_its_release(published: WorkforceReport, working: WorkforceReport) -> None:
    record = list(csv.DictReader(io.StringIO(published.files["release_record.csv"].decode("utf-8-sig"))))
    assert {row["checked"] for row in record} == {"yes"}
    assert published.kept
    assert not working.kept
    assert "release_record.csv" not in working.files


def test_two_reports_of_one_publication_are_proved_together(council: Workforce) -> None:
    publication = Publication("publish", council.settings)
    made = [build_report(council, report=ReportSettings(sections=[section]), beside=publication)
            for section in ("workforce", "coverage")]
    linked = [json.loads(report.files["release_record.json"])["earlier_releases"] for report in made]
    assert linked[0] == []
    assert {line["release"] for line in linked[1]} == set(parse_kept(made[0].kept, name_kept(made[0].kept)))
    assert made[0].kept != made[1].kept


def test_figures_before_the_cycle_has_settled_are_marked_provisional(council: Workforce) -> None:
    early, late = (build_report(council, report=ReportSettings(sections=["profile"], audience="analyst",
                                                               final_after_days=days)) for days in (366, 0))
    assert "[p]" in early.files["csv/map-by-cycle.csv"].decode("utf-8-sig")
    assert "[p]" not in late.files["csv/map-by-cycle.csv"].decode("utf-8-sig")


def test_a_figure_that_changed_for_the_same_cycle_is_marked_revised(council: Workforce) -> None:
    cycle = council.check_cycle(None)
    before = [Headline("posts", "Posts", 7.0, unit="count", cycle=cycle),
              Headline("not_placed", "Unplaced", .5, .4, .6, cycle="2019/20 H1")]
    report = build_report(council, report=ReportSettings(sections=["profile"], audience="analyst"),
                          previous=before)
    rows = {row["Statistic"]: row for row in rows_of(report, "headline")}
    posts, unplaced = rows[say("headline", "posts")], rows[say("headline", "not_placed")]
    assert (posts["Report before"], posts["Change since the report before"][:3]) == ("7", "[r]")
    assert (unplaced["Report before"], unplaced["Change since the report before"]) == ("0.5", "▼ fell")


def test_breaks_priorities_and_the_councils_own_words_are_shown(council: Workforce, tmp_path: Path) -> None:
    cycle = council.check_cycle(None)
    picture = tmp_path / "logo.png"
    picture.write_bytes(_png())
    settings = Settings(cycles=CycleSettings(breaks={cycle: "a new scale"}), priorities={"Growth": ["posts"]},
                        template=TemplateSettings(title="How we work", cover_text="For the board.", logo="logo.png",
                                                  accent="#801650"))
    report = build_report(council, settings=settings, folder=tmp_path,
                          report=ReportSettings(sections=["profile"], audience="analyst"))
    book = load_workbook(save(report, tmp_path))
    cover = [cell.value for row in book["Cover"].iter_rows() for cell in row]
    assert cover[0] == "How we work"
    assert "For the board." in cover
    assert len(book["Cover"]._images) == 1
    assert "[b]" in report.files["csv/map-by-cycle.csv"].decode("utf-8-sig")
    assert any("a new scale" in str(book["Map by cycle"].cell(row, 1).value) for row in range(1, 10))
    assert {row["Council priority"] for row in rows_of(report, "headline")} == {"Growth", "[z]"}
    assert audit_workbook(save(report, tmp_path)).empty


def test_charts_of_the_working_report_have_words_and_none_shows_a_withheld_figure_as_none(
        council: Workforce, working: WorkforceReport) -> None:
    package = zipfile.ZipFile(io.BytesIO(working.files["workforce.xlsx"]))
    drawings = [package.read(name).decode() for name in package.namelist() if name.startswith("xl/drawings/drawing")]
    assert len(drawings) >= 4
    assert all(re.search(r'descr="[^"]{40,}"', one) for one in drawings)
    hidden = build_report(council, report=ReportSettings(sections=["coverage"], by=["team"], profile="working"))
    package = zipfile.ZipFile(io.BytesIO(hidden.files["workforce.xlsx"]))
    assert not [name for name in package.namelist() if name.startswith("xl/charts/")]


def test_a_section_the_record_cannot_fill_is_named_on_the_cover(tmp_path: Path) -> None:
    placements = pd.DataFrame({"employee_id": [str(n) for n in range(40)], "post_id": [f"P{n}" for n in range(40)],
                               "cycle": "2024/25 H1", "rater_id": "9", "source": "manager", "performance": 2, "box": 5,
                               "potential": 2})
    thin = build_workforce({"placements": placements}, as_of=date(2024, 9, 30))
    report = build_report(thin)
    assert {"movement", "talent", "equality", "plan"} <= set(report.absent)
    assert report.failed == {}
    cover = load_workbook(save(report, tmp_path))["Cover"]
    said = " ".join(str(cell.value) for row in cover.iter_rows() for cell in row)
    assert "Equality and due regard" in said


@pytest.mark.slow
def test_what_cannot_be_made_is_refused_with_a_word(council: Workforce, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no section 'profil'\. Did you mean 'profile'"):
        ReportSettings(sections=["profil"])
    with pytest.raises(UsageError, match="no audience 'all'"):
        build_report(council, report=ReportSettings(audience="all"))
    (tmp_path / "logo.png").write_text("no picture")
    with pytest.raises(SettingsError, match="neither PNG nor JPEG"):
        build_report(council, settings=Settings(template=TemplateSettings(logo="logo.png")), folder=tmp_path)
    with pytest.raises(ValueError, match="contrast"):
        TemplateSettings(accent="#9CBFE3")
    with pytest.raises(DataUnusableError):
        build_report(build_workforce({}, as_of=date(2024, 9, 30)))


def test_every_headline_has_its_words(working: WorkforceReport) -> None:
    found = {line.code for line in working.headline}
    assert found <= set(codes("headline"))
    assert set(codes("report_section")) == set(SECTIONS)
    assert tuple(REPORT_SECTIONS) == SECTIONS, "the settings' own list, which stands below the reports"
    assert set(STATISTICS) == set(codes("headline"))
    assert set(GROUPINGS) == {column.name for column in SCHEMA_GROUPS if column.kind != "flag"} | {"tenure_band"}


def _png() -> bytes:
    """Make a picture of one dot."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(b"\x00\x12\x43\x6d")) + chunk(b"IEND", b""))

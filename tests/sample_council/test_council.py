"""The synthetic council: its truth can be found again, its shape is a council's, its files say what its record says."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
import time
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from my121_analytics.errors import UsageError
from my121_analytics.sample_council.council import Sample, make_sample
from my121_analytics.sample_council.design import SampleDesign, sample_words
from my121_analytics.settings_file import load_settings
from my121_analytics.workforce.counts import outcomes_in_cycle, pair_self
from my121_analytics.workforce.hierarchy import build_hierarchy
from my121_analytics.workforce.schema import MANAGER, NOT_KNOWN, PREFER_NOT_TO_SAY, SELF

COMMITTED = Path(__file__).parents[2] / "data" / "sample"
EXPORTS = ("itrent_people.xlsx", "itrent_reviews.xlsx", "resourcelink_ratings.csv", "unit4_my121.xlsx",
           "successfactors_self.csv", "conversations.csv", "objectives_development_succession.xlsx",
           "improvement_plan.xlsx", "iip_evidence.csv", "my121.toml")
TRUTH = ("managers.csv", "employees.csv", "planted.csv", "faults.csv", "settings.json")
ENCODINGS = {"resourcelink_ratings.csv": "cp1252", "successfactors_self.csv": "utf-8-sig"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("sample")


@pytest.fixture(scope="module")
def sample(folder) -> Sample:
    return make_sample(folder=folder)


@pytest.fixture(scope="module")
def large() -> Sample:
    return make_sample(6_000, seed=7)


@pytest.fixture(scope="module")
def large_ratings(large) -> pd.DataFrame:
    """Manager placements of the large council with the planted effects beside them."""
    rows = large.workforce.placements
    rows = rows[(rows["source"] == MANAGER).to_numpy()].astype({"employee_id": "str", "rater_id": "str"})
    managers = large.truth["managers"].set_index("rater_id")
    people = large.truth["employees"].set_index("employee_id")
    ability = people[[f"ability_{c}" for c in range(1, 7)]].to_numpy()
    at = people.index.get_indexer(rows["employee_id"])
    sex = large.workforce.employees.astype({"employee_id": "str"}).set_index("employee_id")["sex"]
    columns = ["leniency", "team_quality", "uses_middle", "has_halo", "potential_leniency"]
    joined = rows.join(managers[columns], on="rater_id").assign(
        ability=ability[at, rows["cycle"].cat.codes], promise=people["promise"].to_numpy()[at],
        sex=sex.reindex(rows["employee_id"]).astype("str").to_numpy())
    return joined[~joined["uses_middle"]]


def slopes(outcome: np.ndarray, *effects: np.ndarray) -> np.ndarray:
    """Fit a logistic regression by Newton's method; the intercept comes first."""
    design = np.column_stack([np.ones(len(outcome)), *effects])
    beta = np.zeros(design.shape[1])
    for _ in range(12):
        chance = 1 / (1 + np.exp(-design @ beta))
        beta += np.linalg.solve(design.T @ (design * (chance * (1 - chance))[:, None]), design.T @ (outcome - chance))
    return beta


# --- the truth can be found again


def test_ratings_follow_the_planted_effects_with_slopes_of_one(large_ratings):
    rows = large_ratings
    for level in (2, 3):
        outcome = (rows["performance"] >= level).to_numpy(dtype="float64")
        found = slopes(outcome, rows["leniency"], rows["team_quality"], rows["ability"])[1:]
        # about 45,000 ratings: se about .03, .05 and .02; leaving out the case mix shrinks slopes by a few hundredths
        assert found == pytest.approx([1, 1, 1], abs=0.15)


def test_planted_spreads_are_those_of_the_design(large):
    managers, design = large.truth["managers"], large.design
    n = len(managers)
    plain = managers.loc[managers["shifted_by"] == 0, "leniency"]
    # the standard error of a standard deviation is sd / sqrt(2 n); four of them
    assert plain.std() == pytest.approx(design.leniency_sd, abs=4 * design.leniency_sd / np.sqrt(2 * n))
    assert managers["team_quality"].std() == pytest.approx(design.team_quality_sd,
                                                           abs=4 * design.team_quality_sd / np.sqrt(2 * n))
    assert large.truth["employees"]["ability"].std() == pytest.approx(design.ability_sd, abs=0.03)
    assert (managers["shifted_by"] != 0).mean() == pytest.approx(design.shifted_share, abs=1 / n)
    assert set(managers["shifted_by"]) == {-1.5, 0.0, 1.5}


def test_lenient_managers_give_higher_ratings_than_others(large, large_ratings):
    by_rater = large_ratings.astype({"performance": "float64"}).groupby("rater_id")
    table = by_rater.agg(mean=("performance", "mean"), n=("performance", "size"), leniency=("leniency", "first"))
    assert table[table["n"] >= 20][["mean", "leniency"]].corr().iloc[0, 1] > 0.65


def test_objectives_met_follow_ability_and_not_leniency(large):
    table = large.workforce.objectives[["employee_id", "cycle", "n_set", "n_met"]].astype({"employee_id": "str"})
    posts = large.workforce.posts_in_cycle(large.workforce.latest_cycle)
    boss = posts[posts["is_main"]].astype({"employee_id": "str", "manager_id": "str"}).set_index("employee_id")
    table = table[table["cycle"] == large.workforce.latest_cycle].join(boss["manager_id"], on="employee_id")
    table = table.join(large.truth["managers"].set_index("rater_id")[["leniency", "team_quality"]], on="manager_id")
    table = table.join(large.truth["employees"].set_index("employee_id")["ability"], on="employee_id").dropna()
    share = (table["n_met"] / table["n_set"]).astype("float64")
    assert np.corrcoef(share, table["ability"])[0, 1] > 0.25
    assert np.corrcoef(share, table["team_quality"])[0, 1] > 0.08
    assert abs(np.corrcoef(share, table["leniency"])[0, 1]) < 0.04  # se about .012 at 7,000 rows, clustered by team


def test_women_are_rated_lower_on_potential_at_equal_performance(large, large_ratings):
    rows = large_ratings[large_ratings["sex"].isin(["Female", "Male"]) & ~large_ratings["has_halo"]
                         & ~large_ratings["derived"]]
    female = (rows["sex"] == "Female").to_numpy(dtype="float64")
    found = slopes((rows["potential"] >= 2).to_numpy(dtype="float64"), female, rows["promise"],
                   rows["performance"].to_numpy(dtype="float64"), rows["leniency"], rows["potential_leniency"])
    assert found[1] == pytest.approx(large.design.potential_gap, abs=0.12)  # se about .03 and some shrinkage
    assert found[3] == pytest.approx(large.design.potential_on_performance, abs=0.12)


def test_managers_who_use_only_the_middle_do_so_and_halo_joins_the_axes(large):
    rows = large.workforce.placements[(large.workforce.placements["source"] == MANAGER).to_numpy()]
    rows = rows.astype({"rater_id": "str", "performance": "int64", "potential": "int64"})
    managers = large.truth["managers"]
    middle = rows[rows["rater_id"].isin(managers.loc[managers["uses_middle"], "rater_id"])]
    halo = rows[rows["rater_id"].isin(managers.loc[managers["has_halo"], "rater_id"])]
    assert (middle["performance"] == 2).mean() > 0.95
    assert (halo["performance"] == halo["potential"]).mean() > 0.85
    assert (rows["performance"] == rows["potential"]).mean() < 0.6


def test_people_kept_in_box_3_are_long_in_post(sample):
    planted = sample.truth["planted"]
    people = planted.loc[planted["kind"] == "kept in box 3, long in post", "employee_id"]
    rows = outcomes_in_cycle(sample.workforce, sample.workforce.latest_cycle)
    posts = sample.workforce.posts_in_cycle(sample.workforce.latest_cycle)
    main = posts.loc[posts["is_main"], "post_id"]
    rows = rows[rows["employee_id"].isin(people) & rows["post_id"].isin(main)]
    assert len(people) >= 3
    assert (rows["box"] == 3).all()
    assert (rows["tenure_months"] > 24).all()


def test_people_place_themselves_higher_than_their_managers_do(large):
    pairs = pair_self(large.workforce)
    assert len(pairs) > 1_000
    assert (pairs["performance_self"] - pairs["performance_manager"]).mean() > 0.04


# --- the shape is a council's


@pytest.mark.parametrize(("n", "seed"), [(30, 1), (50, 2), (200, 3), (600, 121), (3_000, 5)])
def test_five_layers_with_spans_from_2_to_25_and_staff_who_change_manager(n, seed):
    workforce = make_sample(n, seed=seed).workforce
    assert len(workforce.employees) == n
    assert len(workforce.cycles) == 6
    before = None
    for cycle in workforce.cycles["label"]:
        posts = workforce.posts_in_cycle(cycle)
        lines = build_hierarchy(posts)
        spans = lines.people.loc[lines.people["n_direct"] > 0, "n_direct"]
        assert lines.people["layer"].max() == 5
        assert lines.loops == ()
        assert lines.orphans == ()
        assert 2 <= spans.min() <= spans.max() <= 25
        assert posts["manager_id"].value_counts().max() <= 25
        main = posts[posts["is_main"] & (posts["valid_to"].isna() | (posts["valid_to"] >= workforce.cycle_end(cycle)))]
        now = main.astype({"employee_id": "str", "manager_id": "str"}).set_index("employee_id")["manager_id"].fillna("")
        if before is not None:
            both = now.index.intersection(before.index)
            assert 0.05 <= (now[both] != before[both]).mean() <= 0.15
        before = now


def test_directorates_grow_with_the_council(sample):
    def directorates(n: int) -> int:
        return make_sample(n).workforce.posts["directorate"].nunique()

    assert directorates(50) == 2
    assert sample.workforce.posts["directorate"].nunique() == 6
    assert directorates(3_000) > 6


def test_staff_hold_several_posts_work_part_time_start_and_leave(sample):
    workforce = sample.workforce
    posts = workforce.posts_in_cycle(workforce.latest_cycle)
    assert posts.groupby("employee_id", observed=True).size().max() >= 2
    assert posts.groupby("employee_id", observed=True)["is_main"].sum().eq(1).all()
    assert 0.2 < (posts["fte"] < 1).mean() < 0.6
    assert workforce.employees["left_on"].notna().sum() > 60
    assert (workforce.employees["started"] > workforce.cycles["start"].iloc[0]).sum() > 60
    assert posts["is_key"].any()
    assert set(posts["contract"].astype("str")) >= {"Permanent", "Fixed term"}


def test_coverage_is_about_nine_in_ten_and_some_managers_forget_more(large):
    workforce = large.workforce
    rows = outcomes_in_cycle(workforce, workforce.latest_cycle)
    rows = rows[rows["manager_id"].notna()]
    assert 0.86 < rows["box"].notna().mean() < 0.94
    assert large.truth["managers"]["forgets"].max() > 0.3


def test_disclosure_is_declined_or_unknown_for_some(sample):
    for column in sample_words()["protected"]:
        values = set(sample.workforce.employees[column].astype("str"))
        assert {PREFER_NOT_TO_SAY, NOT_KNOWN} <= values, column


def test_some_people_share_a_name_and_names_hold_marks_of_many_languages(sample):
    names = sample.workforce.employees["name"]
    assert names.duplicated().sum() >= 2
    text = "".join(names)
    assert "'" in text
    assert "-" in text
    assert any(letter in text for letter in "éèñøöüŽžŠš")


def test_every_rater_exists_and_nobody_is_placed_before_the_first_day_or_after_the_last(large):
    workforce = large.workforce
    people = workforce.employees.astype({"employee_id": "str"}).set_index("employee_id")
    for table, day in (("placements", "placed_on"), ("conversations", "held_on")):
        rows = getattr(workforce, table)
        for who in ("employee_id", "rater_id"):
            ids = rows[who].astype("str")
            assert ids.isin(people.index).all()
            assert (rows[day].to_numpy() >= people["started"].reindex(ids).to_numpy()).all()
            left = people["left_on"].reindex(ids).to_numpy()
            assert (np.isnat(left) | (rows[day].to_numpy() <= left)).all()


def test_the_rater_is_the_manager_of_the_post_in_that_cycle(sample):
    workforce = sample.workforce
    for cycle in workforce.cycles["label"]:
        rows = outcomes_in_cycle(workforce, cycle)
        placed = rows[rows["rater_id"].notna()]
        assert (placed["rater_id"].astype("str") == placed["manager_id"].astype("str")).all()


def test_rows_of_a_post_follow_each_other_without_gap_or_overlap(sample):
    posts = sample.workforce.posts.sort_values(["employee_id", "post_id", "valid_from"])
    assert (posts["valid_to"].isna() | (posts["valid_to"] >= posts["valid_from"])).all()
    main = posts[posts["is_main"]].sort_values(["employee_id", "valid_from"])
    same = main["employee_id"].eq(main["employee_id"].shift()).to_numpy()
    gap = (main["valid_from"] - main["valid_to"].shift()).dt.days
    assert (gap[same] == 1).all()


def test_boxes_follow_from_the_ratings_but_for_the_planted_disagreements(sample):
    rows, faults = sample.workforce.placements, sample.truth["faults"]
    levels = rows[["performance", "potential"]].to_numpy(dtype="int64")
    differs = sample.workforce.framework.box_of(levels[:, 0], levels[:, 1]) != rows["box"].to_numpy(dtype="int64")
    planted = faults.loc[faults["fault"] == "box and ratings disagree", "record_row"]
    assert len(planted) >= 3
    assert sorted(planted) == np.flatnonzero(differs).tolist()


def test_of_196_requirements_185_are_met_in_four_tiers(sample):
    council = sample.workforce.evidence[sample.workforce.evidence["directorate"].isna()]
    assert len(council) == 196
    assert (council["result"] == "met").sum() == 185
    assert council["tier"].value_counts().loc[["core", "bronze", "silver", "gold"]].tolist() == [39, 26, 50, 81]
    assert council["indicator"].nunique() == 10
    assert sample.workforce.evidence["directorate"].nunique() == 6


# --- edges


@pytest.mark.parametrize("n", [29, 0, -5, 10_000_000, 600.0, True, "600"])
def test_a_council_of_an_impossible_size_is_refused_with_a_hint(n):
    with pytest.raises(UsageError) as problem:
        make_sample(n)
    assert str(n) in str(problem.value).replace(",", "")
    assert problem.value.hints


@pytest.mark.parametrize("seed", [-1, 1.5, None, True])
def test_a_seed_that_is_no_whole_number_is_refused(seed):
    with pytest.raises(UsageError, match="seed"):
        make_sample(60, seed=seed)


@pytest.mark.parametrize("seed", [*range(6), *(pytest.param(n, marks=pytest.mark.slow) for n in range(6, 25))])
def test_the_smallest_councils_work_for_any_seed(seed):
    sample = make_sample(30 + seed, seed=seed)
    assert len(sample.workforce.employees) == 30 + seed
    assert sample.workforce.placements["rater_id"].notna().all()


@pytest.mark.parametrize("n", [50, 200])
def test_small_councils_can_be_written(n, tmp_path):
    sample = make_sample(n, folder=tmp_path / "new" / "folder")
    assert {path.name for path in sample.files} == {*EXPORTS, *TRUTH}


def test_a_design_can_be_changed(large):
    plain = make_sample(600, design=SampleDesign(leniency_sd=0.0, shifted_by=0.0))
    assert (plain.truth["managers"]["leniency"] == 0).all()
    assert large.truth["managers"]["leniency"].std() > 0.4


# --- the same seed, the same bytes


def digests(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_same_seed_gives_the_same_bytes_at_another_time(tmp_path):
    make_sample(60, seed=3, folder=tmp_path / "first")
    time.sleep(2.1)  # zip files count time in steps of two seconds
    make_sample(60, seed=3, folder=tmp_path / "second")
    assert digests(tmp_path / "first") == digests(tmp_path / "second")


def test_another_seed_gives_another_council():
    first, second = make_sample(100, seed=1).workforce, make_sample(100, seed=2).workforce
    assert set(first.employees["employee_id"]) != set(second.employees["employee_id"])
    assert first.placements["performance"].tolist() != second.placements["performance"].tolist()


def test_the_committed_sample_is_what_the_command_makes_now(folder, sample):
    """``python -m my121_analytics sample data/sample --employees 600 --seed 121`` gives what is kept there.

    Text byte for byte; workbooks by the bytes of their parts, since compression differs between zlib versions.
    """
    assert sample.seed == 121
    made, kept = digests(folder), digests(COMMITTED)
    assert made.keys() == kept.keys()
    for name in made:
        if name.endswith(".xlsx"):
            with zipfile.ZipFile(folder / name) as new, zipfile.ZipFile(COMMITTED / name) as old:
                assert new.namelist() == old.namelist(), name
                assert all(new.read(part) == old.read(part) for part in new.namelist()), name
        else:
            assert made[name] == kept[name], name


def test_the_committed_sample_is_small():
    assert sum(path.stat().st_size for path in COMMITTED.rglob("*") if path.is_file()) < 3_000_000


def test_making_a_council_in_memory_needs_no_workbook_library():
    code = ("import sys; from my121_analytics.sample_council.council import make_sample; make_sample(30); "
            "sys.exit(any(name in sys.modules for name in ('xlsxwriter', 'openpyxl', 'matplotlib')))")
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


# --- the files say what the record says


@cache
def cells(folder: Path, file: str, sheet: str = "") -> list[list[object]]:
    """Read a file as rows of cells; None where empty."""
    if file.endswith(".xlsx"):
        book = openpyxl.load_workbook(folder / file, read_only=True)
        return [list(row) for row in book[sheet].iter_rows(values_only=True)]
    with (folder / file).open(encoding=ENCODINGS.get(file, "utf-8"), newline="") as text:
        return [[cell or None for cell in row]
                for row in csv.reader(text, delimiter=";" if file == "resourcelink_ratings.csv" else ",")]


def table(rows: list[list[object]], header: int, n_footer: int = 0) -> pd.DataFrame:
    return pd.DataFrame(rows[header + 1:len(rows) - n_footer], columns=rows[header], dtype=object)


def as_id(values: pd.Series) -> list[str]:
    return [f"{value:06d}" if isinstance(value, int) else value for value in values]


def text_of(values: pd.Series) -> list[object]:
    return values.astype(object).where(values.notna(), None).tolist()


HEADINGS = {
    ("itrent_people.xlsx", "People and posts"): (3, [
        "Personal ref.no", "Surname", "Forename(s)", "Position ref", "Position title", "Main position", "Key position",
        "Directorate", "Service", "Team", "Grade", "Reporting manager ref", "Start date with organisation",
        "Start date in position", "Valid from", "Valid to", "FTE", "Contract type", "Leaving date", "Gender",
        "Ethnic origin", "Disabled", "Age band", "Religion or belief", "Sexual orientation"]),
    ("itrent_reviews.xlsx", "Reviews"): (3, [
        "Personal ref.no", "Position ref", "Review period", "Review date", "Reviewer ref", "Overall performance",
        "My 1-1 map segment"]),
    ("resourcelink_ratings.csv", ""): (0, [
        "Employee Number", "Post Number", "Appraisal Date", "Appraiser", "Performance Rating", "Potential Rating",
        "Map Placement"]),
    ("unit4_my121.xlsx", "My 1-1"): (0, [
        "Resource id", "Resource name", "Position", "Period", "Date placed", "Line manager", "Performance", "Potential",
        "My 1-1 Map", "Agreed on"]),
    ("successfactors_self.csv", ""): (0, [
        "User ID", "Assignment ID", "Review Cycle", "Completed On", "Self Rating: Performance",
        "Self Rating: Potential", "Self Rating: Map Box"]),
    ("conversations.csv", ""): (0, [
        "Employee no", "Post no", "Manager no", "Date held", "Type", "Objectives reviewed", "New objectives",
        "Summary", "Achievements", "Reflections", "Future actions"]),
    ("objectives_development_succession.xlsx", "Objectives"): (0, [
        "Employee no", "Review period", "Objective type", "Number set", "Number met"]),
    ("objectives_development_succession.xlsx", "Development"): (0, [
        "Employee no", "Intervention", "Purpose", "Agreed", "Due", "Completed"]),
    ("objectives_development_succession.xlsx", "Succession"): (0, ["Post no", "Successor no", "Readiness"]),
    ("iip_evidence.csv", ""): (0, ["Requirement", "Indicator", "Tier", "Directorate", "Result", "People heard"]),
}


@pytest.mark.parametrize(("file", "sheet"), HEADINGS)
def test_each_export_has_its_headings_in_its_row(folder, sample, file, sheet):
    row, headings = HEADINGS[file, sheet]
    assert cells(folder, file, sheet)[row] == headings


def test_every_file_is_there_and_the_truth_stays_in_its_folder(folder, sample):
    assert {path.name for path in folder.iterdir() if path.is_file()} == set(EXPORTS)
    assert {path.name for path in (folder / "truth").iterdir()} == set(TRUTH)
    for name in EXPORTS:
        data = (folder / name).read_bytes()
        if name.endswith(".xlsx"):
            with zipfile.ZipFile(folder / name) as book:
                data = b"".join(book.read(part) for part in book.namelist())
        for word in (b"leniency", b"team_quality", b"ability", b"halo"):
            assert word not in data.lower(), (name, word)


def test_the_truth_files_say_what_was_planted(folder, sample):
    managers = pd.read_csv(folder / "truth" / "managers.csv", dtype={"rater_id": "str"})
    assert managers.columns[:3].tolist() == ["rater_id", "leniency", "team_quality"]
    assert managers["rater_id"].tolist() == sample.truth["managers"]["rater_id"].tolist()
    assert managers["leniency"].tolist() == sample.truth["managers"]["leniency"].tolist()
    facts = json.loads((folder / "truth" / "settings.json").read_text("utf-8"))
    assert (facts["seed"], facts["n_employees"], facts["leniency_sd"]) == (121, 600, 0.5)
    raters = sample.workforce.placements.loc[(sample.workforce.placements["source"] == MANAGER).to_numpy(), "rater_id"]
    assert set(raters.astype("str")) <= set(managers["rater_id"])


def test_the_settings_file_is_the_settings_of_the_record(folder, sample):
    assert load_settings(folder / "my121.toml") == sample.workforce.settings


def test_each_fault_stands_where_the_truth_says(folder, sample):
    faults = sample.truth["faults"]
    assert len(faults) >= 12
    assert set(faults["expected"]) == {"repaired", "quarantined", "kept with finding"}
    for fault in faults.itertuples():
        rows = cells(folder, fault.file, fault.sheet)
        header = rows[HEADINGS[fault.file, fault.sheet][0]]
        cell = rows[fault.row - 1][header.index(fault.column)]
        if fault.fault == "box and ratings disagree":
            box = sample.workforce.framework.box(int(fault.written))
            assert cell in (box.number, f"Box {box.number}", box.name, f"{box.number} - {box.name}")
        else:
            assert str(cell).startswith(fault.written), fault


def test_the_ambiguous_manager_shares_a_name_with_exactly_the_people_of_that_name(sample):
    faults = sample.truth["faults"].set_index("column")
    surname, forename = faults.loc["Appraiser", "written"].split(", ")
    names = sample.workforce.employees["name"].str.upper()
    assert (names == f"{forename} {surname}".upper()).sum() >= 2


def test_people_and_posts_come_back_from_the_file(folder, sample):
    rows = cells(folder, "itrent_people.xlsx", "People and posts")
    assert rows[-1][:2] == ["End of report", f"Rows: {len(sample.workforce.posts)}"]
    read = table(rows, 3, 1)
    posts = sample.workforce.posts
    numbers = [cell for cell in read["Personal ref.no"] if isinstance(cell, int)]
    assert 0 < len(numbers) < 0.05 * len(read)
    assert as_id(read["Personal ref.no"]) == text_of(posts["employee_id"])
    for heading, column in (("Position ref", "post_id"), ("Position title", "role"), ("Directorate", "directorate"),
                            ("Service", "service"), ("Team", "team"), ("Grade", "grade"),
                            ("Reporting manager ref", "manager_id"), ("Contract type", "contract")):
        assert text_of(read[heading]) == text_of(posts[column]), heading
    for heading, column in (("Main position", "is_main"), ("Key position", "is_key")):
        assert read[heading].tolist() == ["Yes" if flag else "No" for flag in posts[column]]
    until = pd.to_datetime(read["Valid to"])
    until = until.where(until != pd.Timestamp("2099-12-31"))
    assert until.astype("datetime64[s]").equals(posts["valid_to"].rename("Valid to"))
    for heading, column in (("Start date in position", "started_in_post"), ("Valid from", "valid_from")):
        assert pd.to_datetime(read[heading]).astype("datetime64[s]").tolist() == posts[column].tolist(), heading
    faults = sample.truth["faults"]
    spoilt = faults.loc[faults["column"] == "FTE", "record_row"]
    assert read["FTE"].drop(spoilt).tolist() == posts["fte"].drop(spoilt).tolist()
    people = read.assign(id=as_id(read["Personal ref.no"])).drop_duplicates("id")
    staff = sample.workforce.employees
    assert people["id"].tolist() == text_of(staff["employee_id"])
    assert (people["Forename(s)"] + " " + people["Surname"]).tolist() == staff["name"].tolist()
    assert pd.to_datetime(people["Start date with organisation"]).tolist() == staff["started"].tolist()
    assert pd.to_datetime(people["Leaving date"]).isna().tolist() == staff["left_on"].isna().tolist()
    for heading, column in (("Gender", "sex"), ("Ethnic origin", "ethnicity"), ("Disabled", "disability"),
                            ("Age band", "age_band"), ("Religion or belief", "religion"),
                            ("Sexual orientation", "sexual_orientation")):
        assert people[heading].tolist() == text_of(staff[column]), heading


def read_placements(folder: Path) -> pd.DataFrame:
    """Read the four placement exports as a perfect reader would, in order; spoilt cells come back as they are."""
    reviews = table(cells(folder, "itrent_reviews.xlsx", "Reviews"), 3)
    first = pd.DataFrame({
        "employee_id": reviews["Personal ref.no"], "post_id": reviews["Position ref"],
        "cycle": reviews["Review period"], "placed_on": [str(day)[:10] for day in reviews["Review date"]],
        "rater_id": reviews["Reviewer ref"],
        "performance": reviews["Overall performance"].str[:1], "box": reviews["My 1-1 map segment"].str[:1]})
    rows = cells(folder, "resourcelink_ratings.csv")
    assert rows[-1] == [f"*** {len(rows) - 2} records ***"]
    ratings = table(rows, 0, 1)
    day = ratings["Appraisal Date"].str.split("/")
    second = pd.DataFrame({
        "employee_id": ratings["Employee Number"], "post_id": ratings["Post Number"], "cycle": None,
        "placed_on": day.str[2] + "-" + day.str[1] + "-" + day.str[0], "rater_id": ratings["Appraiser"].str[-7:-1],
        "performance": ratings["Performance Rating"].str[-1], "potential": ratings["Potential Rating"],
        "box": ratings["Map Placement"]})
    placed = table(cells(folder, "unit4_my121.xlsx", "My 1-1"), 0)
    is_data = ~placed["Resource id"].str.contains("Total|Resource")
    placed = placed[is_data]
    third = pd.DataFrame({
        "employee_id": placed["Resource id"], "post_id": placed["Position"],
        "cycle": placed["Period"].str[3:] + " " + placed["Period"].str[:2],
        "placed_on": [str(day)[:10] for day in placed["Date placed"]], "rater_id": placed["Line manager"],
        "performance": placed["Performance"].astype("str"), "potential": placed["Potential"],
        "box": placed["My 1-1 Map"].astype("str").str.removeprefix("Box "),
        "agreed_on": [str(day)[:10] if day else None for day in placed["Agreed on"]]})
    own = table(cells(folder, "successfactors_self.csv"), 0)
    levels = {"Partially meets expectations": "1", "Meets expectations": "2", "Exceeds expectations": "3"}
    fourth = pd.DataFrame({
        "employee_id": own["User ID"], "post_id": own["Assignment ID"], "cycle": own["Review Cycle"],
        "placed_on": own["Completed On"], "rater_id": own["User ID"],
        "performance": own["Self Rating: Performance"].replace(levels), "potential": own["Self Rating: Potential"],
        "box": own["Self Rating: Map Box"].str.replace("&", "and").replace(
            "New to Role and/or Need Support", "New to Role and/or Needs Support")})
    return pd.concat([first, second, third, fourth], ignore_index=True)


def test_placements_come_back_from_the_four_exports(folder, sample):
    workforce, framework = sample.workforce, sample.workforce.framework
    read, rows, faults = read_placements(folder), workforce.placements, sample.truth["faults"]
    assert len(read) == len(rows)
    spoilt = faults[(faults["table"] == "placements") & ~faults["in_record"]]["record_row"]
    read, rows = read.drop(spoilt), rows.drop(spoilt)
    for column in ("employee_id", "post_id", "rater_id"):
        assert read[column].tolist() == text_of(rows[column]), column
    assert read["placed_on"].tolist() == rows["placed_on"].dt.strftime("%Y-%m-%d").tolist()
    named = read["cycle"].notna()
    assert read.loc[named, "cycle"].tolist() == text_of(rows.loc[named, "cycle"])
    bounds = workforce.cycles.set_index("label").reindex(rows.loc[~named, "cycle"].astype("str"))
    day = rows.loc[~named, "placed_on"].to_numpy()
    assert ((bounds["start"].to_numpy() <= day) & (day <= bounds["end"].to_numpy())).all()
    assert read["performance"].tolist() == rows["performance"].astype("str").tolist()
    numbers = {box.name: str(box.number) for box in framework.boxes}
    assert read["box"].replace(numbers).tolist() == rows["box"].astype("str").tolist()
    labels = {level.label: level.level for level in framework.potential}
    first_word = read["potential"].str.split(" ").str[0]
    assert first_word.map(labels).dropna().astype("int64").tolist() == rows.loc[~rows["derived"], "potential"].tolist()
    signed = read["agreed_on"].notna()
    assert signed.tolist() == rows["agreed_on"].notna().tolist()
    assert read.loc[signed, "agreed_on"].tolist() == rows.loc[signed, "agreed_on"].dt.strftime("%Y-%m-%d").tolist()
    assert set(rows.loc[rows["derived"], "source"]) == {MANAGER}
    assert (rows["source"] == SELF).sum() > 1_000


def test_the_unit4_export_has_a_subtotal_and_the_header_again_between_directorates(folder, sample):
    rows = cells(folder, "unit4_my121.xlsx", "My 1-1")
    totals = [row for row, line in enumerate(rows) if str(line[0]).startswith("Total ")]
    assert len(totals) == 6
    assert [rows[row + 1] for row in totals[:-1]] == [rows[0]] * 5
    assert sum(int(rows[row][0].rsplit(": ", 1)[1]) for row in totals) == len(rows) - 1 - 6 - 5


def test_conversations_come_back_from_the_file(folder, sample):
    read, rows = table(cells(folder, "conversations.csv"), 0), sample.workforce.conversations
    for heading, column in (("Employee no", "employee_id"), ("Post no", "post_id"), ("Manager no", "rater_id")):
        assert read[heading].tolist() == text_of(rows[column])
    faults = sample.truth["faults"]
    spoilt = faults.loc[faults["table"] == "conversations", "record_row"]
    day = pd.to_datetime(read["Date held"].drop(spoilt), format="%d-%b-%y")
    assert day.tolist() == rows["held_on"].drop(spoilt).tolist()
    assert read["Type"].str.lower().tolist() == text_of(rows["kind"])
    for heading, column in zip(HEADINGS["conversations.csv", ""][1][5:],
                               [c for c in rows.columns if c.startswith("has_")], strict=True):
        assert (read[heading] == "Y").tolist() == rows[column].tolist()
        assert 0.2 < rows[column].mean() < 0.8


def test_objectives_development_succession_and_evidence_come_back(folder, sample):
    workforce, file = sample.workforce, "objectives_development_succession.xlsx"
    pairs = (("Objectives", workforce.objectives, ("employee_id", "cycle", "kind", "n_set", "n_met")),
             ("Development", workforce.development_actions,
              ("employee_id", "intervention", "purpose", "agreed_on", "due_on", "completed_on")),
             ("Succession", workforce.successors, ("post_id", "employee_id", "readiness")))
    for sheet, frame, columns in pairs:
        read = table(cells(folder, file, sheet), 0)
        assert len(read) == len(frame) > 10
        for heading, column in zip(read.columns, columns, strict=True):
            given = [None if pd.isna(value) else value for value in read[heading]]
            assert given == text_of(frame[column]), (sheet, column)
    read = table(cells(folder, "iip_evidence.csv"), 0)
    for heading, column in zip(read.columns, ("requirement_id", "indicator", "tier", "directorate", "result"),
                               strict=False):
        assert read[heading].tolist() == text_of(workforce.evidence[column])
    assert [int(n) for n in read["People heard"]] == workforce.evidence["sample_size"].tolist()


def test_the_improvement_plan_is_an_assessors_form(folder, sample):
    sheet = openpyxl.load_workbook(folder / "improvement_plan.xlsx")["Improvement plan"]
    text = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[0] for row in text if row[0] and row[0][1:2] == "."] == [
        "A. Key Information", "B. Key Contacts", "C. Future Activity"]
    assert text[13][0] == "Business Issue"
    assert text[14][:3] == ["What", "How", "Why"]
    assert any("D14:D15" in str(merged) for merged in sheet.merged_cells.ranges)
    issues = text[15:]
    assert len(issues) >= 6
    assert all(action.startswith("• ") for issue in issues for action in issue[1].split("\n"))
    assert any("\n" in issue[3] for issue in issues)


@pytest.mark.slow
def test_a_hundred_thousand_employees_take_less_than_two_minutes():
    begun = time.perf_counter()
    sample = make_sample(100_000)
    assert time.perf_counter() - begun < 120
    assert len(sample.workforce.employees) == 100_000

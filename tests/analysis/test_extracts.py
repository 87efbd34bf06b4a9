"""Two extracts that differ in known ways: each difference is found, told once, and nothing else is."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from my121_analytics.analysis.extracts import compare_extracts
from my121_analytics.disclosure.release import release
from my121_analytics.errors import UsageError
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import CompareSettings, FrameworkSettings, Settings
from my121_analytics.workforce.record import Workforce, build_workforce


@pytest.fixture(scope="module")
def council() -> Workforce:
    return make_sample(200, seed=7).workforce


def edited(record: Workforce, **tables: pd.DataFrame) -> Workforce:
    return record.with_tables(**tables)


def text(frame: pd.DataFrame) -> pd.DataFrame:
    """Give a table with its categories as plain text, to be edited."""
    return frame.astype({c: "str" for c in frame.columns if isinstance(frame[c].dtype, pd.CategoricalDtype)})


def found(old: Workforce, new: Workforce) -> Counter[str]:
    return Counter(compare_extracts(old, new).frame("changes")["change"])


def changes(old: Workforce, new: Workforce, code: str) -> pd.DataFrame:
    table = compare_extracts(old, new).frame("changes")
    return table[table["change"] == code].reset_index(drop=True)


def someone(record: Workforce, n: int = 0) -> str:
    """Give somebody in one post on the day, who manages nobody."""
    posts = record.posts_in_cycle(record.latest_cycle)
    posts = posts[posts["in_force"]]
    ids = posts["employee_id"].astype("str")
    sole = ids[~ids.duplicated(keep=False) & ~ids.isin(record.posts["manager_id"].astype("str"))]
    names = record.employees["name"].astype("str").set_axis(record.employees["employee_id"].astype("str"))
    return str(sole[names.reindex(sole).str.contains(" ").to_numpy()].iloc[n])


def test_an_extract_does_not_differ_from_itself(council):
    result = compare_extracts(council, council)
    assert result.frame("changes").empty
    assert result.frame("units").empty
    assert not result.frame("scales")["differs"].any()
    assert (result.frame("rows")["difference"] == 0).all()
    assert (result.frame("figures")["difference"] == 0).all()
    stays = result.frame("stays").set_index("what")["cases"]
    assert stays["same_people"] == len(council.employees)


def test_the_order_of_the_rows_is_no_difference(council):
    rng = np.random.default_rng(3)
    shuffled = {name: frame.iloc[rng.permutation(len(frame))] for name in ("employees", "posts", "placements")
                for frame in [getattr(council, name)]}
    assert found(council, edited(council, **shuffled)) == {}


def test_people_who_come_go_and_are_lost_are_told_apart(council):
    people = text(council.employees)
    a, b = someone(council), someone(council, 1)
    later = pd.Timestamp(council.as_of) + pd.Timedelta(days=20)
    fresh = people.iloc[:2].assign(employee_id=["N1", "N2"], name=["New Person", "Odd Person"], left_on=pd.NaT,
                                   started=pd.Series([later, pd.Timestamp("2010-01-04")]).astype("datetime64[s]").array)
    kept = people[people["employee_id"] != a]
    kept = kept.assign(left_on=kept["left_on"].mask(kept["employee_id"] == b, pd.Timestamp(council.as_of)))
    gone = {name: text(getattr(council, name)) for name in ("posts", "placements", "conversations")}
    gone = {name: frame[frame["employee_id"] != a] for name, frame in gone.items()}
    new = replace(edited(council, employees=pd.concat([kept, fresh]), **gone), as_of=later.date())
    told = compare_extracts(council, new).frame("changes")
    by_code = told.groupby("change")["employee_id"].agg(set)
    assert by_code["vanished"] == {a}
    assert by_code["joined"] == {"N1"}
    assert by_code["appeared"] == {"N2"}
    assert by_code["left"] == {b}


def test_a_leaver_who_is_dropped_is_no_loss(council):
    leaver = str(council.employees[council.employees["left_on"].notna()]["employee_id"].astype("str").iloc[0])
    people = text(council.employees)
    new = edited(council, employees=people[people["employee_id"] != leaver])
    assert changes(council, new, "dropped_leaver")["employee_id"].tolist() == [leaver]
    assert changes(new, council, "appeared")["employee_id"].tolist() == [leaver]


def test_a_person_under_a_new_id_is_one_change_and_takes_everything_along(council):
    manager = str(council.posts["manager_id"].astype("str").dropna().value_counts().index[0])
    frames = {name: text(getattr(council, name)) for name in
              ("employees", "posts", "placements", "conversations", "objectives", "development_actions", "successors")}
    for frame in frames.values():
        for column in ("employee_id", "manager_id", "rater_id"):
            if column in frame:
                frame[column] = frame[column].replace(manager, "X-999")
    told = compare_extracts(council, edited(council, **frames)).frame("changes")
    assert told[["change", "employee_id", "before", "after"]].values.tolist() == [
        ["renumbered", "X-999", manager, "X-999"]]


def test_one_person_under_two_ids_is_asked_about(council):
    people = text(council.employees)
    twin = people[people["employee_id"] == someone(council)]
    surname, *rest = reversed(str(twin["name"].iloc[0]).split())
    new = edited(council, employees=pd.concat([people, twin.assign(
        employee_id="T1", name=f"{surname.upper()}, {' '.join(reversed(rest))}")]))
    doubles = changes(council, new, "same_person")
    assert set(doubles["employee_id"]) == {someone(council), "T1"}
    assert set(changes(new, new, "same_person_before")["employee_id"]) == {someone(council), "T1"}


def test_an_id_given_to_somebody_else_is_found_and_a_married_name_is_not_that(council):
    a, b = someone(council), someone(council, 1)
    people = text(council.employees).set_index("employee_id", drop=False)
    people.loc[a, ["name", "started"]] = "Quite Another", pd.Timestamp("2023-01-09")
    people.loc[b, "name"] = str(people.loc[b, "name"]).split()[0] + " Newname"
    new = edited(council, employees=people.reset_index(drop=True))
    assert changes(council, new, "id_reused")["employee_id"].tolist() == [a]
    assert changes(council, new, "name")["employee_id"].tolist() == [b]
    assert found(council, new) == {"id_reused": 1, "name": 1}


def test_a_change_of_manager_is_told_by_name(council):
    a = someone(council)
    posts = text(council.posts)
    here = (posts["employee_id"] == a) & posts["valid_to"].isna()
    before = posts.loc[here, "manager_id"].iloc[0]
    other = next(m for m in posts["manager_id"].dropna().unique() if m != before)
    told = changes(council, edited(council, posts=posts.assign(
        manager_id=posts["manager_id"].mask(here, other))), "manager")
    names = council.names
    assert told[["employee_id", "before", "after"]].values.tolist() == [
        [a, f"{names[before]} ({before})", f"{names[other]} ({other})"]]


def test_another_post_and_another_directorate_are_two_facts(council):
    a = someone(council)
    posts = text(council.posts)
    here = (posts["employee_id"] == a) & posts["valid_to"].isna()
    other = next(d for d in posts["directorate"].unique() if d != posts.loc[here, "directorate"].iloc[0])
    new = edited(council, posts=posts.assign(post_id=posts["post_id"].mask(here, "P99999"),
                                             directorate=posts["directorate"].mask(here, other)))
    told = found(council, new)
    assert told["post"] == 1
    assert told["directorate"] == 1
    assert told["service"] == told["team"] == 0


def test_a_renamed_directorate_moves_nobody(council):
    posts = text(council.posts)
    name = posts["directorate"].iloc[0]
    result = compare_extracts(council, edited(council, posts=posts.assign(
        directorate=posts["directorate"].replace(name, "Brand New Name"))))
    assert result.frame("changes").empty
    units = result.frame("units")
    assert units[["level", "what", "before", "after"]].values.tolist() == [
        ["directorate", "renamed", name, "Brand New Name"]]
    assert units["share"].tolist() == [1.0]


def test_a_directorate_taken_into_another_is_merged_and_one_broken_up_is_split(council):
    posts = text(council.posts)
    first, second = posts["directorate"].value_counts().index[:2]
    merged = compare_extracts(council, edited(council, posts=posts.assign(
        directorate=posts["directorate"].replace(first, second)))).frame("units")
    assert merged["what"].tolist() == ["merged"]
    halves = np.where(np.arange(len(posts)) % 2, "One Half", "Other Half")
    split = compare_extracts(council, edited(council, posts=posts.assign(
        directorate=posts["directorate"].mask(posts["directorate"] == first, halves)))).frame("units")
    assert set(split["what"]) == {"split"}
    assert set(split["after"]) == {"One Half", "Other Half"}


def test_a_placement_of_a_closed_cycle_that_differs_is_told_as_such(council):
    first, last = str(council.cycles["label"].iloc[0]), council.latest_cycle
    rows = text(council.placements)
    closed = rows.index[(rows["cycle"] == first) & (rows["source"] == "manager")][:3]
    open_one = rows.index[(rows["cycle"] == last) & (rows["source"] == "manager")][0]
    rows.loc[closed[0], "performance"] = rows.loc[closed[0], "performance"] % 3 + 1
    rows.loc[open_one, "performance"] = rows.loc[open_one, "performance"] % 3 + 1
    rows.loc[closed[1], "rater_id"] = next(m for m in rows["rater_id"] if m != rows.loc[closed[1], "rater_id"])
    told = found(council, edited(council, placements=rows.drop(index=closed[2])))
    assert told["locked_placement"] == 1
    assert told["locked_rater"] == 1
    assert told["placement"] == 1
    assert told["locked_placement_removed"] + told["placement_removed"] <= 1


def test_the_day_a_cycle_closes_is_a_setting(council):
    first = str(council.cycles["label"].iloc[-2])
    rows = text(council.placements)
    at = rows.index[(rows["cycle"] == first) & (rows["source"] == "self")][0]
    rows.loc[at, "performance"] = rows.loc[at, "performance"] % 3 + 1
    new = edited(council, placements=rows)
    assert found(council, new) == {"locked_placement": 1}
    lenient = replace(new, settings=new.settings.model_copy(update={"compare": CompareSettings(lock_days=365)}))
    assert found(council, lenient) == {"placement": 1}


def test_a_cycle_that_is_gone_is_told_once_and_a_new_one_is_no_change(council):
    rows = text(council.placements)
    first = str(council.cycles["label"].iloc[0])
    fewer = edited(council, placements=rows[rows["cycle"] != first])
    assert found(council, fewer) == {"cycle_gone": 1}
    assert found(fewer, council) == {}
    counted = compare_extracts(fewer, council).frame("rows").set_index(["table", "cycle"])["difference"]
    assert counted["placements", first] > 0


def test_another_scale_is_seen_in_labels_and_in_levels(council):
    settings = council.settings.model_copy(update={"framework": FrameworkSettings(
        performance_levels=["Low", "Below", "Good", "High"], map_columns=[1, 1, 2, 3])})
    rows = text(council.placements)
    new = build_workforce({**{name: getattr(council, name) for name in ("employees", "posts")}, "placements":
                           rows.assign(performance=rows["performance"] + 1)}, settings=settings, as_of=council.as_of)
    scales = compare_extracts(council, new).frame("scales").set_index(["axis", "what"])
    assert scales.loc[("performance", "labels"), "differs"]
    assert scales.loc[("performance", "in_use"), "after"] == "2, 3, 4"
    assert not scales.loc[("box", "labels"), "differs"]


def test_the_effect_on_the_headline_figures_is_the_difference_of_the_two(council):
    rows = text(council.placements)
    last = council.latest_cycle
    mine = (rows["cycle"] == last) & (rows["source"] == "manager")
    new = edited(council, placements=rows.assign(box=rows["box"].mask(mine, 5).astype("Int32")))
    figures = compare_extracts(council, new).frame("figures").set_index("measure")
    assert set(figures["comparison"]) == {"same_cycle"}
    assert figures.loc["box 5", "after"] == 1.0
    np.testing.assert_allclose(figures["difference"], figures["after"] - figures["before"])
    boxes = figures[figures.index.str.startswith("box ")]
    assert boxes["before"].sum() == pytest.approx(1)
    assert figures.loc["coverage", "difference"] == 0


def test_extracts_given_the_wrong_way_round_are_refused(council):
    earlier = replace(council, as_of=date(2020, 1, 1))
    with pytest.raises(UsageError, match="2020-01-01"):
        compare_extracts(council, earlier)


def test_an_empty_record_can_be_compared(council):
    empty = build_workforce({}, settings=Settings(), as_of=date(2020, 1, 1))
    result = compare_extracts(empty, council)
    assert result.frame("figures").empty
    assert set(result.frame("changes")["change"]) <= {"joined", "appeared"}


def test_neither_record_is_changed_and_nobody_is_shown_to_the_public(council):
    before = council.posts.copy()
    result = compare_extracts(council, council)
    pd.testing.assert_frame_equal(council.posts, before)
    released = release(result, audience="publish")
    assert not {"changes", "figures", "rows", "units", "stays", "summary"} & set(released.tables)

"""Everything published is one system: the same people counted in two analyses are one number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NoReturn

import numpy as np
import pandas as pd
import pytest

from my121_analytics.disclosure.attacker import attack_release, show_earlier
from my121_analytics.disclosure.bounds import find_bounds
from my121_analytics.disclosure.kept import Earlier
from my121_analytics.disclosure.linked_tables.equations import Knowledge, Shown, show, write_equations
from my121_analytics.disclosure.linked_tables.gathered import NO_SUM, Gathered
from my121_analytics.disclosure.linked_tables.grids import Grid
from my121_analytics.disclosure.linked_tables.links import add_flows
from my121_analytics.disclosure.release import Released, release, release_together
from my121_analytics.errors import UsageError
from my121_analytics.publication import Publication
from my121_analytics.reports.workforce_report.report import build_report
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import ReportSettings
from my121_analytics.workforce.results import TOTAL, Count, Fact, Result, Table, describe

POSTS = Count("posts")
DAY = date(2025, 3, 31)


def ratings(by_grade: dict[str, list[int]], as_of: date = DAY) -> Result:
    """Posts by grade and level, the last without a placement, with a row for all grades."""
    whole = {**by_grade, TOTAL: [sum(column) for column in zip(*by_grade.values(), strict=True)]}
    rows = [(grade, level, n, sum(ns[:3]) if level else sum(ns))
            for grade, ns in whole.items() for level, n in zip((1, 2, 3, 0), ns, strict=True)]
    frame = pd.DataFrame(rows, columns=["grade", "level", "n", "base"])
    table = Table(frame, keys=("grade", "level"), count="n", base="base", sums=("grade", "level"),
                  counts={"n": POSTS, "base": POSTS})
    about = describe("profile", population="posts_in_cycle", counts="posts", source="manager", cycle="2024/25 H2",
                     as_of=as_of, n=sum(map(sum, by_grade.values())))
    return Result(about, {"ratings_by_group": table}, {}, {"n": Fact("posts", who=POSTS)})


def coverage(by_grade: dict[str, list[int]]) -> Result:
    """Posts in force by grade, with and without a placement."""
    rows = [(grade, sum(ns), sum(ns[:3]), ns[3]) for grade, ns in by_grade.items()]
    rows.append((TOTAL, *(sum(row[k] for row in rows) for k in (1, 2, 3))))
    frame = pd.DataFrame(rows, columns=["grade", "n_posts", "n_with_placement", "n_without_placement"])
    table = Table(frame, keys=("grade",), count="n_posts", parts=("n_with_placement", "n_without_placement"),
                  sums=("grade",), counts={"n_posts": Count("posts_in_force"),
                                           "n_with_placement": Count("placed_in_force"),
                                           "n_without_placement": Count("unplaced_in_force")})
    about = describe("coverage", population="people_in_post", counts="people_and_posts", source="manager",
                     cycle="2024/25 H2", as_of=DAY)
    return Result(about, {"by_group": table})


def by_number(results: list) -> dict[str, object]:
    return {str(number): one for number, one in enumerate(results)}


GRADES = {"Grade 3": [2, 7, 0, 0], "Grade 4": [9, 31, 14, 0], "Grade 5": [11, 40, 19, 6], "Grade 6": [8, 25, 9, 0]}


def test_coverage_beside_ratings_gives_nothing_away() -> None:
    """Grade 3: 9 posts, 9 placed; 7 Meets and 0 Exceeds: the two at the lowest rating are the rest."""
    results = [ratings(GRADES), coverage(GRADES)]
    table = results[0].tables["ratings_by_group"]
    frame = table.frame.astype({"n": "Float64", "base": "Float64"})
    frame.loc[frame["grade"] == "Grade 3", "base"] = pd.NA
    frame.loc[(frame["grade"] == "Grade 3") & (frame["level"] == 1), "n"] = pd.NA
    frame.loc[frame["grade"] == TOTAL, ["n", "base"]] = pd.NA
    beside = results[1].tables["by_group"]
    apart = [show("r", frame, table, results[0].about)]
    for shown, expected in ((apart, None), ([*apart, show("c", beside.frame, beside, results[1].about)], (2.0, 2.0))):
        known = write_equations(shown, {}, {})
        (cell,) = known.cells.loc[known.cells["keys"].eq("grade=Grade 3, level=1")
                                  & known.cells["column"].eq("n"), "variable"]
        low, high = find_bounds(known.system, np.array([cell]), np.array([5.0]), witness=known.truth, exact=True)
        assert expected is None or (low[0], high[0]) == expected
        assert expected is not None or high[0] - low[0] >= 5
    together = release_together(results, audience="publish")
    assert attack_release(by_number(together), by_number(results), exact=True).passed


def test_the_same_people_in_two_analyses_are_one_number_whatever_the_day_of_the_extract() -> None:
    first, second = ratings(GRADES), ratings(GRADES, as_of=date(2025, 4, 1))
    shown = [show(f"{at}.t", result.tables["ratings_by_group"].frame, result.tables["ratings_by_group"], result.about)
             for at, result in enumerate((first, second))]
    places = write_equations(shown, {}, {}).places
    one, two = (places.loc[places["table"] == name, "variable"].tolist() for name in ("0.t", "1.t"))
    assert one == two


@pytest.mark.parametrize(("levels", "known"), [
    ([1, 4, 1, 0], (1, 4)),  # were all six at one level, "no placement" would be withheld with the other noughts
    ([1, 4, 1, 8], (0, 6))])
def test_a_nought_is_not_withheld_beside_one_of_its_group_that_is_shown(levels: list[int],
                                                                        known: tuple[int, int]) -> None:
    posts = ratings({"Grade 8": levels})
    table = posts.tables["ratings_by_group"]
    level = table.frame["grade"].eq("Grade 8") & table.frame["level"].ne(0) | table.frame["grade"].eq(TOTAL)
    shown = show("r", table.frame.assign(n=table.frame["n"].astype("Int64").mask(level)), table, posts.about)
    assert ends(write_equations([shown], {}, {}), keys="grade=Grade 8, level=2", column="n") == known


def test_a_law_that_one_record_breaks_is_kept_with_its_slack() -> None:
    """Posts without a placement are in force; one that ended without a trace makes them differ by one."""
    broken = {**GRADES, "Grade 5": [11, 40, 19, 7]}
    results = [ratings(broken), coverage(GRADES)]
    shown = [show(f"{at}.{name}", table.frame, table, result.about)
             for at, result in enumerate(results) for name, table in result.tables.items()]
    known = write_equations(shown, {}, {})
    limits = known.system.most_to[known.system.most_to > 0]
    assert limits.size
    assert limits.max() == 1


def test_the_map_gives_a_rating_away_within_the_records_that_contradict_it() -> None:
    """Three boxes say Meets: one withheld, 18 and 7; 28 are rated so, and one placement contradicts its rating.

    So the withheld box holds 28 - 25 = 3, give or take one.
    """
    boxes = {1: 4, 2: 3, 3: 3, 4: 6, 5: 18, 6: 1, 7: 1, 8: 7, 9: 1}
    levels = {1: 4, 2: 28, 3: 12}  # the boxes say 5, 28 and 11
    place = {box: (3 - (box - 1) % 3, 3 - (box - 1) // 3) for box in boxes}
    the_map = pd.DataFrame([(box, *place[box], n, 44) for box, n in boxes.items()],
                           columns=["box", "performance", "potential", "n", "base"])
    rated = pd.DataFrame([(level, n, 44) for level, n in levels.items()], columns=["level", "n", "base"])
    about = ratings(GRADES).about
    counts = {"n": POSTS, "base": POSTS}
    tables = {"map": Table(the_map, keys=("box",), count="n", base="base", sums=("box",), counts=counts),
              "ratings": Table(rated, keys=("level",), count="n", base="base", sums=("level",), counts=counts)}
    shown = [show(f"0.{name}", table.frame.assign(n=table.frame["n"].astype("Int64").mask(
        table.frame["n"].lt(5) | table.frame["n"].eq(12))), table, about) for name, table in tables.items()]
    known = write_equations(shown, {}, {})
    (box_2,) = known.cells.loc[known.cells["keys"].eq("box=2"), "variable"]
    low, high = find_bounds(known.system, np.array([box_2]), np.array([5.0]), witness=known.truth, exact=True)
    assert (low[0], high[0]) == (2.0, 4.0)
    result = Result(about, tables)
    released = release(result, audience="publish")
    assert attack_release({"0": released}, {"0": result}, exact=True).passed


def test_a_move_that_is_listed_was_made_even_where_its_whole_line_is_withheld() -> None:
    """Six were at level 1 and made two of the moves listed: each was made by 1 to 5 of them, not by 0 to 6."""
    made = {(1, 1): 2, (1, 2): 4, (2, 2): 20, (2, 3): 6, (3, 3): 9}
    frame = pd.DataFrame([(*pair, n) for pair, n in made.items()], columns=["before", "after", "n"])
    flows = Count("present_level", "2024/25 H1 > 2024/25 H2", keys={"before": "level_before", "after": "level_after"})
    moves = Table(frame, keys=("before", "after"), count="n", sums=("before", "after"), counts={"n": flows})
    change = pd.DataFrame({"level": [1, 2, 3], "n_before": [6, 26, 9]})
    before = Table(change, keys=("level",), count="n_before", sums=("level",), counts={
        "n_before": Count("present_level", flows.cycle, keys={"level": "level_before"})})
    hidden = frame.assign(n=frame["n"].astype("Int64").mask(frame["before"].eq(1)))
    about = ratings(GRADES).about
    known = write_equations([show("0.moves", hidden, moves, about), show("0.change", change, before, about)], {}, {})
    asked = known.cells["variable"].to_numpy(np.int64)
    low, high = find_bounds(known.system, asked, np.full(2, 5.0), exact=True)
    assert low.tolist() == [1, 1]
    assert high.tolist() == [5, 5]


def keep(result: Result, released: Released) -> dict[str, Earlier]:
    return {"then": Earlier(released.about, released.tables, result.tables, released.facts,
                            declared=dict(result.declared))}


def test_a_sum_that_did_not_hold_of_what_was_kept_is_no_law_later() -> None:
    """The total counts six posts without a grade; once Grade 3 is hidden nobody can tell that the rows miss them."""
    frame = pd.DataFrame({"grade": ["Grade 3", "Grade 4", TOTAL], "n": [7, 12, 25]})
    table = Table(frame, keys=("grade",), count="n", sums=("grade",), counts={"n": POSTS})
    about = ratings(GRADES).about
    at_the_time = write_equations([show("0.posts", frame, table, about)], {}, {})
    hidden = frame.assign(n=frame["n"].astype("Int64").mask(frame["grade"] == "Grade 3"))
    later = show("0.posts", hidden, replace(table, frame=hidden), about)

    def reach(known: Knowledge) -> list[float]:
        low, high = find_bounds(known.system, known.cells["variable"].to_numpy(np.int64), np.array([50.0]), exact=True)
        return [float(low[0]), float(high[0])]

    assert [name[:len(NO_SUM)] for name in at_the_time.slack] == [NO_SUM]
    assert reach(write_equations([later], {}, {})) == [13, 13]  # false: it was 7
    low, high = reach(write_equations([later], {}, {}, slack=at_the_time.slack))
    assert low <= 7 <= high
    assert high - low >= 50
    edition = write_equations([replace(later, edition="then")], {}, {}, slack=at_the_time.slack)
    assert reach(edition) == [low, high]


def test_what_is_kept_is_linked_table_by_table_where_not_all_of_its_sums_can_be_true() -> None:
    """Some have two contracts: 30 permanent ones leave less than nothing of 25 posts for the others."""
    about = ratings(GRADES).about
    grades = pd.DataFrame({"grade": ["Grade 3", "Grade 4", TOTAL], "n": [7, 18, 25]})
    contracts = pd.DataFrame({"contract": ["Fixed", "Permanent", TOTAL], "n": [3, 30, 25]})
    tables = {name: Table(frame, keys=(key,), count="n", sums=(key,), counts={"n": POSTS})
              for name, key, frame in (("grades", "grade", grades), ("contracts", "contract", contracts))}
    frames = {name: table.frame.assign(n=table.frame["n"].astype("Int64").mask([True, False, False]),
                                       marker=["[c]", "", ""]) for name, table in tables.items()}
    shown, links = show_earlier({"then 0": Earlier(about, frames, tables)},
                                [show("0.grades", grades, tables["grades"], about)])
    assert links.partly == ("then 0",)
    assert {table.name: table.reach for table in shown} == {"then 0.grades": "all", "then 0.contracts": "none"}


def test_placements_are_no_part_of_the_people_of_what_was_kept_even_where_all_that_is_shown_are_fewer() -> None:
    """In Grade 3 two people hold three posts, all placed; that row was withheld, and the others have more people."""
    by_grade = {"Grade 3": [2, 3], "Grade 4": [15, 12], "Grade 5": [18, 15]}
    frame = pd.DataFrame([(grade, *ns) for grade, ns in by_grade.items()],
                         columns=["grade", "n_people", "n_with_placement"])
    table = Table(frame, keys=("grade",), count="n_people", parts=("n_with_placement",), sums=("grade",),
                  counts={"n_people": Count("people"), "n_with_placement": Count("placed_in_force")})
    hidden = frame.astype({"n_people": "Int64", "n_with_placement": "Int64"}).assign(marker=["[c]", "", ""])
    hidden.loc[0, ["n_people", "n_with_placement"]] = pd.NA
    about = coverage(GRADES).about
    shown, links = show_earlier({"then 0": Earlier(about, {"by_group": hidden}, {"by_group": table})},
                                [show("0.by_group", frame, table, about)])
    assert links.same == ("then 0",)
    assert [later.reach for later in shown] == ["all"]


def test_one_leaver_between_two_releases_of_a_cycle_does_not_unlink_them() -> None:
    """One of Grade 4 at Meets left: the total fell by one, and everything else is what it was."""
    then = ratings(GRADES)
    now = ratings({**GRADES, "Grade 4": [9, 30, 14, 0]}, as_of=date(2025, 4, 1))
    kept = keep(then, release(then, audience="publish"))
    released = release(now, audience="publish", earlier=kept)
    assert list(released.earlier) == ["then"]
    assert "corrected" in released.earlier["then"]
    report = attack_release({"now": released}, {"now": now}, earlier=kept)
    assert report.links.corrected == ("then",)
    assert report.passed
    shown_then = kept["then"].frames["ratings_by_group"]
    opened = released.tables["ratings_by_group"]["n"].notna() & shown_then["n"].isna()
    assert not (opened & (now.tables["ratings_by_group"].frame["n"] < 5)).any()


def test_one_more_post_in_a_units_pack_is_one_change_however_many_rows_its_base_stands_in() -> None:
    """Maps in the packs of two directorates, of 33 posts and of 12, and then of 34 and of 12: one post was added.

    Each base stands in the nine rows of its map; counted in each row, it was nine changes. Steps have 25 rows: so many
    were never tried, and packs were not linked with those before a joiner.
    """
    def lay_out(directorate: str, base: int) -> Result:
        frame = pd.DataFrame({"box": range(1, 10), "n": [0, 4, base - 9, 0, 0, 3, 0, 2, 0], "base": base})
        table = Table(frame, keys=("box",), count="n", base="base", sums=("box",), counts={"n": POSTS, "base": POSTS})
        return Result(describe("profile", population="posts_in_cycle", counts="posts", source="manager", as_of=DAY,
                               cycle="2024/25 H2", filters={"directorate": directorate}), {"map": table})

    kept = {}
    for at, (directorate, base) in enumerate({"Adult Care": 33, "Waste": 12}.items()):
        result = lay_out(directorate, base)
        frame = result.tables["map"].frame.astype({"n": "Float64", "base": "Float64"})
        hidden = frame.assign(n=frame["n"].mask(frame["n"] > 0), marker=np.where(frame["n"] > 0, "[c]", ""))
        kept[f"then {at}"] = Earlier(result.about, {"map": hidden}, dict(result.tables))
    today = [lay_out("Adult Care", 34), lay_out("Waste", 12)]
    nesting = {("service", "directorate"): {"Reablement": "Adult Care", "Bins": "Waste"}}
    present = [show(f"{at}.map", result.tables["map"].frame, result.tables["map"], result.about)
               for at, result in enumerate(today)]
    shown, links = show_earlier(kept, present, nesting)
    assert links.corrected == ("then 0", "then 1")
    assert {tuple(table.changed.items()) for table in shown} == {(("2024/25 H2", 1.0),)}


def test_the_parts_of_a_law_change_together_between_two_editions() -> None:
    """51 posts were shown, all in force; 52 are now, one of a placement whose post ended, and 3 changed at most.

    One of the three is the ended one, so that those in force are 49 to 53; with each count by itself, 48 to 54.
    """
    about = coverage(GRADES).about
    declared = {"n": Count("posts"), "in_force": Count("posts_in_force")}
    then = pd.DataFrame({"n": [51], "in_force": [51]})
    now = pd.DataFrame({"n": [52], "in_force": [51]})
    hidden = pd.DataFrame({name: pd.array([pd.NA], dtype="Int64") for name in now})
    table = Table(now, keys=(), parts=("n", "in_force"), counts=declared)
    today = show("0.posts", hidden, table, about)
    before = show("1.posts", then, replace(table, frame=then), about, edition="then", changed={"2024/25 H2": 3.0})
    known = write_equations([today, before], {}, {})
    (cell,) = known.cells.loc[known.cells["column"].eq("in_force"), "variable"]
    low, high = find_bounds(known.system, np.array([cell]), np.array([50.0]), witness=known.truth, exact=True)
    assert (low[0], high[0]) == (49, 53)


def test_a_move_that_no_row_lists_is_known_to_be_nobodys_where_other_moves_names_are_hidden() -> None:
    """Two moves are listed, one of them hidden with its names: nobody made the others, though a reader cannot tell."""
    about = coverage(GRADES).about
    flows = Count("present_level", keys={"before": "level_before", "after": "level_after"})
    frame = pd.DataFrame({"before": [2, 2], "after": [2, 3], "n": [19, 1]}).astype("Int64")
    hidden = frame.mask(frame.index.to_series().eq(1), pd.NA)
    moves = Table(frame, keys=("before", "after"), count="n", counts={"n": flows})
    gathered = Gathered()
    grid = Grid(show("0.moves", hidden, moves, replace(about, subject=replace(about.subject, cycle="1 > 2"))))
    grid.positions["n"] = gathered.add(grid.names("n"), grid.truth["n"], grid.shown["n"], grid, "n")
    add_flows(gathered, [grid], {})
    names, truth, shown = (np.concatenate(part) for part in (gathered.names, gathered.truth, gathered.shown))
    (back,) = (at for at, name in enumerate(names) if {"level_before=3", "level_after=2"} <= set(name.split("\x1f")))
    assert truth[back] == 0
    assert np.isnan(shown[back])


def ends(known: Knowledge, **of: str) -> tuple[float, float]:
    """Give the range of the one hidden count whose table, keys or column are these."""
    chosen = known.cells
    for column, value in of.items():
        chosen = chosen[chosen[column].eq(value)]
    low, high = find_bounds(known.system, chosen["variable"].to_numpy(np.int64)[:1], np.array([50.0]),
                            witness=known.truth, exact=True)
    return float(low[0]), float(high[0])


def test_how_many_posts_had_ended_is_known_of_what_was_kept_as_well() -> None:
    """No post had ended, so those of Grade 5 are the 76 in force, though the council's numbers are withheld."""
    posts, in_force = ratings(GRADES), coverage(GRADES)
    tables = [posts.tables["ratings_by_group"], in_force.tables["by_group"]]
    at_the_time = write_equations([show("1.ratings", tables[0].frame, tables[0], posts.about),
                                   show("2.coverage", tables[1].frame, tables[1], in_force.about)], {}, {})
    assert at_the_time.slack["told ended@2024/25 H2"] == (0.0, 0.0)

    def without(frame: pd.DataFrame, where: pd.Series, columns: Sequence[str]) -> pd.DataFrame:
        return frame.assign(**{column: frame[column].astype("Int64").mask(where) for column in columns})

    parts = ["n_with_placement", "n_without_placement"]
    kept = without(tables[1].frame, tables[1].frame["grade"].isin(["Grade 6", TOTAL]), ["n_posts", *parts])
    kept = without(kept, kept["grade"].eq("Grade 5"), parts)
    level = tables[0].frame["grade"].isin(["Grade 5", TOTAL]) & tables[0].frame["level"].eq(0)
    now = without(tables[0].frame, level, ["n", "base"])
    shown = [show("1.ratings", now, tables[0], posts.about),
             show("2.coverage", kept, replace(tables[1], frame=kept), in_force.about)]
    low, high = ends(write_equations(shown, {}, {}), table="1.ratings", keys="grade=Grade 5, level=0")
    assert (low, high - low >= 50) == (6, True)
    known = write_equations(shown, {}, {}, slack=at_the_time.slack)
    assert ends(known, table="1.ratings", keys="grade=Grade 5, level=0") == (6, 6)
    told = replace(shown[1], unprinted=(("ended", "2024/25 H2", 0),))  # by the record itself, nothing being kept
    assert ends(write_equations([shown[0], told], {}, {}), table="1.ratings", keys="grade=Grade 5, level=0") == (6, 6)
    of_then = replace(told, edition="then", changed={"2024/25 H2": 3.0})  # what is so today was not so then
    assert "told ended@2024/25 H2" not in write_equations([shown[0], of_then], {}, {}).slack


def test_the_number_that_shares_of_a_characteristic_are_of_is_everybody() -> None:
    """48 permanent and 1 fixed-term: withheld, but the base of their shares is 49, so everybody is 49."""
    about = coverage(GRADES).about
    counts = {"n": Count("people"), "base": Count("people", keys={"contract": ""})}
    frame = pd.DataFrame({"contract": ["Fixed term", "Permanent"], "n": [1, 48], "base": [49, 49]})
    hidden = frame.assign(n=pd.array([pd.NA, pd.NA], dtype="Int64"))
    contracts = Table(frame, keys=("contract",), count="n", base="base", sums=("contract",), counts=counts)
    people = pd.DataFrame({"grade": [TOTAL], "n_people": [49]})
    staff = Table(people, keys=("grade",), count="n_people", sums=("grade",), counts={"n_people": Count("people")})
    nobody = people.assign(n_people=pd.array([pd.NA], dtype="Int64"))
    known = write_equations([show("staff", nobody, staff, about), show("contracts", hidden, contracts, about)], {}, {})
    assert ends(known, table="staff") == (49, 49)
    # As kept, the true counts are not known any more: nothing may be made of a base in their place.
    kept = show("contracts", hidden, replace(contracts, frame=hidden), about)
    known = write_equations([show("staff", nobody, staff, about), kept], {}, {})
    assert ends(known, table="staff") == (49, 49)
    assert ends(known, table="contracts", keys="contract=Fixed term") == (1, 48)


def test_a_kept_base_is_that_of_the_counts_of_its_own_name() -> None:
    """Of 45 placed before 20 and 18 are shown, so 7 are left; the 48 placed after have nothing to do with it."""
    about = ratings(GRADES).about
    frame = pd.DataFrame({"box": ["1", "2", "3"], "n_before": [7, 20, 18], "n_after": [10, 20, 18],
                          "base_before": [45] * 3, "base_after": [48] * 3})
    placed = (("placed", "box"),)
    counts = {f"{column}_{when}": Count("posts", f"2024/25 H{half}", where=where)
              for when, half in (("before", 1), ("after", 2)) for column, where in (("n", ()), ("base", placed))}
    table = Table(frame, keys=("box",), count="n_after", base="base_after", parts=("n_before",), sums=("box",),
                  counts=counts)
    hidden = frame.assign(n_before=pd.array([pd.NA, 20, 18], dtype="Int64"),
                          n_after=pd.array([pd.NA, 20, 18], dtype="Int64"))
    kept = show("kept", hidden, replace(table, frame=hidden), about)
    everybody = pd.DataFrame({"n": [50]})
    posts = Table(everybody, keys=(), count="n", counts={"n": Count("posts", "2024/25 H1")})
    known = write_equations([kept, show("posts", everybody, posts, about)], {}, {})
    assert ends(known, column="n_before") == (7, 7)
    assert ends(known, column="n_after") == (10, 10)


def test_what_was_shown_before_a_leaver_is_not_withheld_in_vain() -> None:
    """A release that hides another pattern than the one before it would give away what that one hid."""
    then = ratings(GRADES)
    kept = keep(then, release(then, audience="publish"))
    everything = then.tables["ratings_by_group"].frame
    open_frame = everything.assign(marker="", n=everything["n"].astype("Int64").mask(everything["n"].between(1, 4)))
    open_kept = {"then": Earlier(then.about, {"ratings_by_group": open_frame.assign(
        marker=open_frame["n"].isna().map({True: "[c]", False: ""}))}, then.tables)}
    now = ratings({**GRADES, "Grade 4": [9, 30, 14, 0]}, as_of=date(2025, 4, 1))
    report = attack_release({"now": release(now, audience="publish", earlier=kept)}, {"now": now}, earlier=open_kept)
    assert not report.passed or "narrow_before" in set(report.cells["why"])


def test_verdicts_make_up_the_managers_and_facts_are_numbers_of_the_system() -> None:
    declared = {name: Fact("managers", part_of="n_all", who=Count("managers", where=(("verdict", verdict),)))
                for name, verdict in (("a", "pattern"), ("b", "watch"), ("c", "in line"), ("d", "cannot tell"))}
    declared["n_all"] = Fact("managers", who=Count("managers"))
    facts = {"n_all": 84, "a": 4, "b": 12, "c": 30, "d": 38}
    table = Table(pd.DataFrame({"level": [1, 2], "n": [40, 80]}), keys=("level",), count="n", sums=("level",))
    result = Result(describe("profile", population="people_in_post", as_of=DAY), {"t": table}, facts, declared)
    shown = release(result, audience="publish").facts
    assert shown["a"] is None
    assert shown["n_all"] == 84
    assert sum(value is None for value in shown.values()) == 2


def test_every_count_of_a_report_has_one_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that stands for two numbers cannot be linked with a release that was kept."""
    asked: list[Result] = []

    def stop(publication: Publication, results: Sequence[Result], **cut: object) -> NoReturn:
        asked.extend(results)
        raise UsageError("enough")

    monkeypatch.setattr(Publication, "propose", stop)
    sections = ["workforce", "profile", "movement", "coverage"]
    with pytest.raises(UsageError, match="enough"):
        build_report(make_sample(60, seed=3014).workforce,
                     report=ReportSettings(sections=sections, by=["directorate", "contract", "tenure_band"]))
    values: dict[str, set[float]] = {}
    for at, result in enumerate(asked):
        for name, table in result.tables.items():
            grid = Grid(show(f"{at}.{name}", table.frame, table, result.about))
            for column in grid.columns:
                for count, value in zip(grid.names(column), grid.truth[column], strict=True):
                    values.setdefault(count, set()).add(value)
    assert len(values) > 400
    assert {count: found for count, found in values.items() if len(found) > 1} == {}


def test_one_unit_is_not_the_whole_council_of_a_kept_release_whose_counts_are_hidden() -> None:
    """Of the council 50 are placed, of one directorate 20; the ratings of both are hidden, the kept ones for good."""
    def lay_out(name: str, placed: int, *, within: str = "", is_kept: bool = False) -> Shown:
        frame = pd.DataFrame({"level": [1, 2, 3], "n": [4, placed - 8, 4], "base": placed}).astype(
            {"n": "Float64", "base": "Float64"})
        hidden = frame.assign(n=pd.array([pd.NA] * 3, dtype="Float64"))
        table = Table(hidden if is_kept else frame, keys=("level",), count="n", base="base", sums=("level",),
                      counts={"n": POSTS, "base": POSTS})
        about = describe("profile", population="posts_in_cycle", counts="posts", source="manager", cycle="2024/25 H2",
                         as_of=DAY, filters={"directorate": within} if within else None)
        return show(name, hidden, table, about)

    tables = [lay_out("then", 50, is_kept=True), lay_out("now", 20, within="Adult Care")]
    only = {"Reablement": "Adult Care"}
    one = write_equations(tables, {}, {("service", "directorate"): only})
    two = write_equations(tables, {}, {("service", "directorate"): {**only, "Waste": "Environment"}})
    n_ratings = 3

    def count_equal_pairs(known: Knowledge) -> int:
        return int((np.diff(known.system.equal.indptr) == 2).sum())

    assert count_equal_pairs(one) == n_ratings  # each rating of the only unit is all
    assert count_equal_pairs(two) == 0
    assert count_equal_pairs(write_equations(tables[:1], {}, {})) == 0


def test_units_of_a_kept_release_are_no_whole_where_nothing_tells_which_units_there_are() -> None:
    """A kept pack of one directorate, all of its ratings hidden, beside a council's map; no table lists units."""
    frame = pd.DataFrame({"level": [1, 2, 3], "n": [pd.NA] * 3, "base": 20.0}).astype({"n": "Float64"})
    table = Table(frame, keys=("level",), count="n", base="base", sums=("level",), counts={"n": POSTS, "base": POSTS})
    whole = Table(frame.assign(base=50.0, n=pd.array([10, 30, 10], dtype="Float64")), keys=("level",), count="n",
                  base="base", sums=("level",), counts={"n": POSTS, "base": POSTS})

    def about(within: str) -> Result:
        return Result(describe("profile", population="posts_in_cycle", counts="posts", source="manager", as_of=DAY,
                               cycle="2024/25 H2", filters={"directorate": within} if within else None), {})

    tables = [show("then", frame, table, about("Adult Care").about), show("now", whole.frame, whole, about("").about)]
    assert (np.diff(write_equations(tables, {}, {}).system.equal.indptr) != 2).all()


def test_of_a_kept_map_with_every_count_hidden_the_base_is_that_of_the_placed_and_no_count_of_a_box() -> None:
    """50 posts were placed, in which boxes is hidden, and 51 are now: one change, not 50 less the posts of a box."""
    def lay_out(placed: int) -> Result:
        frame = pd.DataFrame({"box": [*range(1, 10), 0], "n": [0, 4, placed - 9, 0, 0, 3, 0, 2, 0, 6],
                              "base": [*[placed] * 9, placed + 6]})
        table = Table(frame, keys=("box",), count="n", base="base", sums=("box",), counts={"n": POSTS, "base": POSTS})
        return Result(describe("profile", population="posts_in_cycle", counts="posts", source="manager", as_of=DAY,
                               cycle="2024/25 H2"), {"map": table})

    then, now = lay_out(50), lay_out(51)
    frame = then.tables["map"].frame.astype({"n": "Float64", "base": "Float64"})
    frame = frame.assign(n=pd.NA, marker="[c]")
    frame.loc[9, "base"] = pd.NA
    kept = {"then 0": Earlier(then.about, {"map": frame.astype({"n": "Float64"})}, dict(then.tables))}
    shown, links = show_earlier(kept, [show("0.map", now.tables["map"].frame, now.tables["map"], now.about)])
    assert links.corrected == ("then 0",)
    assert [dict(table.changed) for table in shown] == [{"2024/25 H2": 1.0}]

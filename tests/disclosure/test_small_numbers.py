"""What may be shown of small numbers: known tables, and properties that hold for any table."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from my121_analytics.disclosure.release import release
from my121_analytics.disclosure.suppression import LABELS, count_columns, find_small
from my121_analytics.settings import DisclosureSettings, Settings
from my121_analytics.workforce.results import TOTAL, About, Count, Fact, Result, Table, describe
from my121_analytics.workforce.single_counts import outcome_keys

THRESHOLD = 5
COUNTS = st.integers(0, 30)


def about(n: int) -> About:
    return describe("profile", population="people_in_post", as_of=date(2025, 3, 31), cycle="2024/25 H2", n=n)


def with_shares(frame: pd.DataFrame) -> pd.DataFrame:
    share = frame["n"] / frame["base"].where(frame["base"] > 0)
    return frame.assign(share=share, lower=share * 0.9, upper=share * 1.1 + 0.01)


def map_table(counts: list[int]) -> Table:
    """Counts of box 0 (no placement) and boxes 1 to 9."""
    placed, everybody = sum(counts[1:]), sum(counts)
    frame = pd.DataFrame({"box": [*range(1, 10), 0], "box_name": [f"Box {b}" for b in [*range(1, 10), 0]],
                          "n": [*counts[1:], counts[0]], "base": [placed] * 9 + [everybody]})
    return Table(with_shares(frame), keys=("box",), count="n", base="base", follows=("share", "lower", "upper"),
                 sums=("box",))


def group_table(counts: dict[str, list[int]], *, by: str = "directorate", protected: bool = False) -> Table:
    """Counts by group and outcome, with a margin row of all groups."""
    everyone = {**counts, TOTAL: np.sum(list(counts.values()), axis=0).tolist()}
    rows = [{by: group, "box": box, "n": n, "base": sum(ns)}
            for group, ns in everyone.items() for box, n in enumerate(ns, start=1)]
    return Table(with_shares(pd.DataFrame(rows)), keys=(by, "box"), count="n", base="base",
                 follows=("share", "lower", "upper"), sums=(by, "box"), protected=(by,) if protected else (),
                 unit_columns=() if protected else (by,))


def publish(**tables: Table):
    n = int(max((t.frame[t.base].max() for t in tables.values() if t.base and len(t.frame)), default=0))
    return release(Result(about(n), tables), audience="publish")


def attack(shown: list[float], total: float | None) -> list[float]:
    """Give the width of the range that an attacker is left with for each hidden cell of one known total."""
    hidden = [i for i, n in enumerate(shown) if np.isnan(n)]
    if total is None or not hidden:
        return [np.inf] * len(hidden)
    rest = total - np.nansum(shown)
    widths = []
    for i in range(len(hidden)):
        cost = np.eye(len(hidden))[i]
        ends = [linprog(sign * cost, A_eq=[np.ones(len(hidden))], b_eq=[rest], bounds=(1, None)) for sign in (1, -1)]
        # No solution means that the attacker's belief (at least 1) is wrong: zeros are hidden, and nothing is learnt.
        widths.append(np.inf if any(e.status == 2 for e in ends) else -ends[1].fun - ends[0].fun)
    return widths


def shown(frame: pd.DataFrame, column: str = "n") -> list[float]:
    return frame[column].astype("Float64").to_numpy("float64", na_value=np.nan).tolist()


def test_counts_below_five_go_with_their_share_and_interval():
    frame = publish(map=map_table([0, 3, 40, 2, 60, 90, 30, 50, 80, 40])).tables["map"]
    small = frame[frame["box"].isin([1, 3])]
    assert small[["n", "share", "lower", "upper"]].isna().all(axis=None)
    assert (small["marker"] == "[c]").all()
    assert small["box_name"].tolist() == ["Box 1", "Box 3"]


def test_a_single_hidden_cell_takes_the_next_smallest_with_it():
    frame = publish(map=map_table([0, 3, 40, 20, 60, 90, 30, 50, 80, 40])).tables["map"].set_index("box")
    assert frame.index[frame["marker"] == "[c]"].tolist() == [1, 3]
    assert frame.loc[5, "n"] == 90
    assert frame.loc[5, "base"] == 413


def test_three_people_without_a_placement_cannot_be_had_by_subtraction():
    released = publish(map=map_table([3, 20, 40, 20, 60, 90, 30, 50, 80, 40]))
    frame = released.tables["map"].set_index("box")
    assert pd.isna(frame.loc[0, "n"])
    assert pd.isna(frame.loc[0, "base"])  # everybody, minus everybody placed, would be the three
    assert frame.loc[1, "base"] == 430
    assert released.about.n is None


def test_true_zeros_are_shown_or_hidden_as_the_settings_say():
    table = map_table([0, 0, 40, 20, 60, 90, 30, 50, 80, 40])
    assert publish(map=table).tables["map"].set_index("box").loc[1, "n"] == 0
    hiding = Settings(disclosure={"show_zeros": False})
    frame = release(Result(about(410), {"map": table}), audience="publish", settings=hiding).tables["map"]
    assert pd.isna(frame.set_index("box").loc[1, "n"])


def test_equality_tables_have_the_higher_threshold():
    counts = {"Female": [7, 30, 60], "Male": [40, 35, 55], "Not known": [20, 25, 30]}
    plain = publish(t=group_table(counts)).tables["t"].set_index(["directorate", "box"])
    protected = publish(t=group_table(counts, by="sex", protected=True)).tables["t"].set_index(["sex", "box"])
    assert plain.loc[("Female", 1), "n"] == 7
    assert pd.isna(protected.loc[("Female", 1), "n"])


def test_a_group_wholly_in_one_box_is_hidden_zeros_and_all():
    counts = {"Legal": [0, 12, 0], "Housing": [20, 30, 15], "Parks": [22, 18, 40]}
    frame = publish(t=group_table(counts)).tables["t"].set_index(["directorate", "box"])
    assert frame.loc["Legal", "n"].isna().all()
    for box in (1, 2, 3):  # nor does the margin of any box give the group away
        column = frame.xs(box, level="box")["n"]
        assert column.drop(TOTAL).isna().sum() >= 2 or pd.isna(column[TOTAL])


def test_everyone_placed_being_in_one_box_is_hidden_though_some_have_no_placement():
    frame = publish(map=map_table([10, 0, 0, 0, 0, 25, 0, 0, 0, 0])).tables["map"].set_index("box")
    assert frame.loc[range(1, 10), "n"].isna().all()


def test_a_table_that_lists_only_what_occurs_does_not_name_the_only_outcome():
    rows = pd.DataFrame({"before": [4, 5, 5, 6, 6], "after": [4, 4, 5, 5, 6], "n": [12, 20, 30, 8, 9]})
    frame = publish(moves=Table(rows, keys=("before", "after"), count="n", sums=("before", "after"))).tables["moves"]
    first = frame.iloc[0]
    assert pd.isna(first["n"])
    assert pd.isna(first["after"])
    assert first["marker"] == "[c]"


def test_an_empty_group_is_not_a_disclosed_one():
    counts = {"Legal": [0, 0, 0], "Housing": [20, 30, 15], "Parks": [22, 18, 40]}
    frame = publish(t=group_table(counts)).tables["t"]
    assert frame["n"].notna().all()


def test_a_hidden_margin_is_hidden_in_every_table_that_holds_it():
    counts = {"Housing": [2, 30, 15], "Parks": [1, 28, 40]}
    totals = [3, 58, 55]
    overall = pd.DataFrame({"box": [1, 2, 3], "n": totals, "base": 116})
    frames = publish(t=group_table(counts), map=Table(with_shares(overall), keys=("box",), count="n", base="base",
                                                      follows=("share", "lower", "upper"), sums=("box",))).tables
    by_group = frames["t"][frames["t"]["directorate"] == TOTAL].set_index("box")["n"]
    alone = frames["map"].set_index("box")["n"]
    assert by_group.isna().tolist() == alone.isna().tolist()
    assert pd.isna(alone[1])


def test_a_few_without_a_conversation_are_hidden_too():
    frame = pd.DataFrame({"directorate": ["Housing", "Parks", "Roads"], "n_people": [100, 80, 90],
                          "n_with_enough": [97, 60, 50], "base": [100, 80, 90]})
    frame = frame.assign(estimate=frame["n_with_enough"] / frame["base"], lower=0.5, upper=0.9)
    table = Table(frame, keys=("directorate",), count="n_people", base="base",
                  follows=("n_with_enough", "estimate", "lower", "upper"), unit_columns=("directorate",))
    out = publish(by_group=table).tables["by_group"].set_index("directorate")
    assert out.loc["Housing", ["n_with_enough", "estimate", "lower"]].isna().all()
    assert out.loc["Housing", "n_people"] == 100
    assert out.loc["Parks", "n_with_enough"] == 60


def coverage_row(n_posts: int, *, names_unplaced: bool = True) -> Table:
    """123 people, and their posts, of which 119 have a placement."""
    counts = {"n_people": Count("people"), "n_posts": Count("posts_in_force"), "n_placed": Count("placed_in_force"),
              "n_unplaced": Count("unplaced_in_force")}
    frame = pd.DataFrame({"directorate": ["All"], "n_people": [123], "n_posts": [n_posts], "n_placed": [119],
                          "n_unplaced": [n_posts - 119]})
    columns = ["n_people", "n_posts", "n_placed", *(["n_unplaced"] if names_unplaced else [])]
    return Table(frame[["directorate", *columns]], keys=("directorate",), count="n_people", parts=tuple(columns[1:]),
                 sums=("directorate",), counts={column: counts[column] for column in columns})


@pytest.mark.parametrize(("table", "is_small"), [
    (coverage_row(128), False),  # nine posts have none, and that is a column of its own
    (coverage_row(127), True),  # people and posts are nearly the same number, and stand for each other
    (coverage_row(128, names_unplaced=False), True)])
def test_placements_are_held_against_posts_and_not_against_people(table, is_small):
    assert find_small(table, DisclosureSettings()).cells["n_placed"].tolist() == [is_small]


def test_the_estimate_of_one_count_outlives_another_count_on_the_row():
    frame = pd.DataFrame({"directorate": ["Housing", "Parks", "Roads"], "n_people": [100, 80, 90],
                          "n_with_placement": [97, 70, 60], "n_with_enough": [55, 60, 50], "base": [100, 80, 90]})
    frame = frame.assign(estimate=frame["n_with_enough"] / frame["base"], lower=0.5, upper=0.9)
    table = Table(frame, keys=("directorate",), count="n_people", base="base", unit_columns=("directorate",),
                  follows=("n_with_enough", "n_with_placement", "estimate", "lower", "upper"))
    out = publish(by_group=table).tables["by_group"].set_index("directorate")
    assert pd.isna(out.loc["Housing", "n_with_placement"])
    assert out.loc["Housing", "estimate"] == 0.55


def test_two_counts_that_make_a_third_do_not_give_each_other_away():
    frame = pd.DataFrame({"service": ["A", "B", "C"], "n_posts": [66, 80, 90], "n_with": [62, 60, 70],
                          "n_without": [4, 20, 20]})
    table = Table(frame, keys=("service",), count="n_posts", parts=("n_with", "n_without"))
    out = publish(t=table).tables["t"].set_index("service")
    assert out.loc["A", ["n_with", "n_without"]].isna().all()
    assert out.loc["A", "n_posts"] == 66
    assert out.loc["B", "n_with"] == 60


def test_a_count_that_happens_to_equal_its_base_is_no_sum():
    frame = pd.DataFrame({"service": ["A", "B", "C"], "n_people": [62, 80, 90], "n_held": [62, 78, 60],
                          "base": [62, 78, 88]})
    out = publish(t=Table(frame, keys=("service",), count="n_people", base="base", parts=("n_held",),
                          sums=("service",))).tables["t"]
    assert out["base"].notna().all()


def test_a_statistic_that_no_table_declares_goes_with_its_row():
    frame = pd.DataFrame({"service": ["A", "B", "C"], "n": [3, 30, 40], "mean_rating": [2.1, 2.2, 2.3],
                          "remark": ["three people", "thirty", "forty"]})
    out = publish(t=Table(frame, keys=("service",), count="n", unit_columns=("service",))).tables["t"]
    assert out.loc[0, ["n", "mean_rating", "remark"]].isna().all()
    assert out["mean_rating"].tolist()[1:] == [2.2, 2.3]


def check_map(counts):
    frame = publish(map=map_table(counts)).tables["map"]
    placed, all_rows = frame[frame["box"] > 0], frame
    assert not frame["n"].between(1, THRESHOLD - 1).any()
    assert not frame["base"].between(1, THRESHOLD - 1).any()
    base = shown(placed, "base")[0]
    everybody = shown(frame[frame["box"] == 0], "base")[0]
    widths = attack(shown(placed), None if np.isnan(base) else base)
    widths += attack(shown(all_rows), None if np.isnan(everybody) else everybody)
    assert all(width >= THRESHOLD for width in widths)
    if not np.isnan(base) and not np.isnan(everybody):
        assert not 0 < everybody - base < THRESHOLD


def check_groups(rows):
    counts = {f"Group {g}": row for g, row in enumerate(rows)}
    frame = publish(t=group_table(counts)).tables.get("t")
    if frame is None:  # left out, since hardly anything of it could be shown
        return
    assert not frame["n"].between(1, THRESHOLD - 1).any()
    follows = frame[["share", "lower", "upper"]]
    assert follows[frame["n"].isna() | frame["base"].isna()].isna().all(axis=None)
    for _, rows in frame.groupby("directorate"):
        base = shown(rows, "base")[0]
        assert all(w >= THRESHOLD for w in attack(shown(rows), None if np.isnan(base) else base))
    for _, rows in frame.groupby("box"):
        total = shown(rows[rows["directorate"] == TOTAL])[0]
        parts = shown(rows[rows["directorate"] != TOTAL])
        assert all(w >= THRESHOLD for w in attack(parts, None if np.isnan(total) else total))


MAPS = st.lists(COUNTS, min_size=10, max_size=10)
GROUPS = st.integers(2, 4).flatmap(lambda k: st.lists(st.lists(COUNTS, min_size=k, max_size=k), min_size=1,
                                                      max_size=5))


@given(MAPS)
@settings(max_examples=8, deadline=None)
def test_no_attack_on_a_map_narrows_a_hidden_count_below_the_threshold(counts):
    check_map(counts)


@given(GROUPS)
@settings(max_examples=6, deadline=None)
def test_no_row_or_column_sum_of_a_table_by_group_gives_a_hidden_count_away(rows):
    check_groups(rows)


@pytest.mark.slow
@given(MAPS)
@settings(max_examples=500, deadline=None)
def test_no_attack_on_any_of_many_maps_succeeds(counts):
    check_map(counts)


@pytest.mark.slow
@given(GROUPS)
@settings(max_examples=500, deadline=None)
def test_no_attack_on_any_of_many_tables_by_group_succeeds(rows):
    check_groups(rows)


@given(MAPS)
@settings(max_examples=10, deadline=None)
def test_what_is_shown_is_true(counts):
    table = map_table(counts)
    frame = publish(map=table).tables["map"]
    for column in ("n", "base", "share", "lower", "upper"):
        seen = frame[column].notna()
        np.testing.assert_array_equal(frame.loc[seen, column].astype(float), table.frame.loc[seen, column])
    assert frame["box"].tolist() == table.frame["box"].tolist()


def test_every_count_column_is_looked_at_and_labels_are_not_counts():
    table = map_table([0] * 10)
    assert count_columns(table) == ["n", "base"]
    assert outcome_keys(table) == ["box"]
    assert outcome_keys(group_table({"A": [1, 2]})) == ["box"]
    assert not LABELS & {"n", "base", "share", "estimate", "lower", "upper", "mean_rating", "verdict"}


@pytest.mark.parametrize("n", [0, 4, 5])
def test_the_threshold_is_the_smallest_count_shown(n):
    frame = pd.DataFrame({"service": ["A"], "n": [n]})
    mask = find_small(Table(frame, keys=("service",), count="n"), DisclosureSettings())
    assert mask.rows.tolist() == [0 < n < 5]


def test_an_empty_table_passes_empty():
    table = group_table({"A": [1, 2]})
    empty = Table(table.frame.iloc[:0], keys=table.keys, count="n", base="base", sums=table.sums)
    assert publish(t=empty).tables["t"].empty


@pytest.mark.parametrize(("weights", "kept", "lost"), [
    ({}, "No", "Not declared"),
    ({"Not declared": 50, "No": 0.02}, "Not declared", "No"),
])
def test_where_more_must_be_hidden_the_weights_of_the_settings_say_of_which_group(weights, kept, lost) -> None:
    counts = {"No": (64, 216, 90), "Not declared": (30, 49, 28), "Yes": (7, 22, 30)}
    rows = [(group, level, n) for group, of in counts.items() for level, n in enumerate(of, start=1)]
    rows += [("All", level, sum(of[level - 1] for of in counts.values())) for level in (1, 2, 3)]
    frame = pd.DataFrame(rows, columns=["disability", "level", "n"])
    table = Table(frame, keys=("disability", "level"), count="n", sums=("disability", "level"),
                  protected=("disability",), counts={"n": Count("posts")})
    result = Result(describe("profile", as_of=date(2025, 3, 31), counts="posts"), {"ratings_by_group": table})
    shown = release(result, audience="publish", settings=Settings(disclosure=DisclosureSettings(weights=weights)))
    n_hidden = shown.tables["ratings_by_group"].groupby("disability")["n"].apply(lambda n: int(n.isna().sum()))
    assert n_hidden[kept] == 0
    assert n_hidden[lost] == 1
    assert n_hidden["Yes"] == 1


def test_figures_of_other_rows_do_not_tell_the_small_count_of_a_withheld_one():
    """85 people, 82 who owe conversations, 3 who owe none: the row of the 3 is withheld, and one of the others."""
    counts = {"everybody": ("people", 85), "owing": ("owing", 82), "too new": ("not_owing", 3)}
    frame = pd.DataFrame({"figure": list(counts), "n_least": [n for _, n in counts.values()]})
    table = Table(frame, keys=("figure",), count="n_least", tells={name: (name,) for name in counts})
    figures = Result(describe("plan_outcome", as_of=date(2025, 3, 31), cycle="2024/25 H2"), {"figures": table},
                     {name: n for name, (_, n) in counts.items()},
                     {name: Fact("people", who=Count(what)) for name, (what, _) in counts.items()})
    shown = release(figures, audience="publish").tables["figures"]
    is_shown = dict(zip(shown["figure"], shown["marker"].eq(""), strict=True))
    assert not is_shown["too new"]
    assert not (is_shown["everybody"] and is_shown["owing"])

"""Rounding every count as the alternative to hiding the small ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from my121_analytics.analysis.movement import track_movement
from my121_analytics.analysis.profile import tabulate_profile
from my121_analytics.analysis.rating_patterns.severity import FACTS as SEVERITY_FACTS
from my121_analytics.disclosure.attacker import attack, attack_release
from my121_analytics.disclosure.facts import FACTS
from my121_analytics.disclosure.kept import Earlier, describe_kept, name_kept, read_kept
from my121_analytics.disclosure.linked_tables.grids import Grid, Shown, unround
from my121_analytics.disclosure.release import release, release_together
from my121_analytics.disclosure.rounding import round_count, round_table
from my121_analytics.errors import DisclosureError
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import DisclosureSettings, Settings
from my121_analytics.workforce.results import TOTAL, Fact, Result, Table, describe, parts_of

ROUND = Settings(disclosure=DisclosureSettings(method="round"))


def result() -> Result:
    frame = pd.DataFrame({"service": ["A", "B", "C", TOTAL], "n": [3, 12, 38, 53], "base": [61, 77, 92, 230]})
    frame = frame.assign(share=frame["n"] / frame["base"], lower=0.01, upper=0.9, remark=["3 people", "", "", ""])
    about = describe("profile", population="people_in_post", as_of=date(2025, 3, 31), cycle="2024/25 H2", n=53)
    table = Table(frame, keys=("service",), count="n", base="base", follows=("share", "lower", "upper"),
                  sums=("service",), unit_columns=("service",))
    return Result(about, {"t": table}, {"n_left": 3, "sd": 0.4, "n_cycles": 2, "n_listed": 7, "expected_wrong": 0.7},
                  {**SEVERITY_FACTS, "n_left": Fact("posts")})


@pytest.mark.parametrize(("value", "rounded"), [(0, 0), (1, 0), (2, 0), (3, 5), (7, 5), (8, 10), (12, 10), (13, 15)])
def test_a_count_goes_to_the_nearest_five(value: int, rounded: int) -> None:
    assert round_count(value, 5) == rounded


def test_every_count_is_rounded_by_itself_and_totals_need_not_add_up() -> None:
    released = release(result(), audience="publish", settings=ROUND)
    frame = released.tables["t"]
    assert frame["n"].tolist() == [5, 10, 40, 55]
    assert frame["base"].tolist() == [60, 75, 90, 230]
    assert "rounded" in released.about.caveats
    assert released.method == "round"


def test_a_share_is_that_of_the_rounded_counts_and_what_cannot_be_worked_out_anew_is_missing() -> None:
    frame = release(result(), audience="publish", settings=ROUND).tables["t"]
    np.testing.assert_allclose(frame["share"], [5 / 60, 10 / 75, 40 / 90, 55 / 230])
    assert frame[["lower", "upper", "remark"]].isna().all(axis=None)
    assert (frame["marker"] == "[c]").all()


def test_numbers_beside_the_tables_are_rounded_too() -> None:
    released = release(result(), audience="publish", settings=ROUND)
    assert released.about.n == 55
    assert released.facts == {"n_left": 5, "sd": 0.4, "n_cycles": 2, "n_listed": 5, "expected_wrong": None}


def test_counts_of_things_and_what_named_readers_see_are_left_as_they_are() -> None:
    shown = release(result(), audience="panel", settings=ROUND).tables["t"]
    assert shown["n"].tolist() == [3, 12, 38, 53]
    things = Table(pd.DataFrame({"status": ["late"], "n": [3]}), keys=("status",), count="n", about_people=False)
    frame = release(Result(result().about, {"t": things}), audience="publish", settings=ROUND).tables["t"]
    assert frame["n"].tolist() == [3]


def test_an_outcome_that_tells_what_a_whole_group_got_is_not_named() -> None:
    rows = pd.DataFrame({"before": [4, 5, 5, 6, 6], "after": [4, 4, 5, 5, 6], "n": [12, 20, 30, 8, 9]})
    moves = Table(rows, keys=("before", "after"), count="n", sums=("before", "after"))
    frame = release(Result(result().about, {"moves": moves}), audience="publish", settings=ROUND).tables["moves"]
    assert pd.isna(frame.loc[0, "after"])


# --- adding up rounded counts ------------------------------------------------------------------------------------


def by_box(rows: dict[str, list[int]], name: str = "grade") -> Table:
    """Groups by boxes with a total over the groups."""
    whole = {**rows, TOTAL: [sum(column) for column in zip(*rows.values(), strict=True)]}
    frame = pd.DataFrame([(group, box + 1, n) for group, counts in whole.items() for box, n in enumerate(counts)],
                         columns=[name, "box", "n"])
    return Table(frame, keys=(name, "box"), count="n", sums=(name, "box"))


FOUR_THREES = by_box({"A": [3, 20], "B": [3, 21], "C": [3, 22], "D": [3, 23]})


def publish(table: Table, **more) -> pd.DataFrame:
    about = replace(result().about, n=None)
    return release(Result(about, {"t": table}, **more), audience="publish", settings=ROUND).tables["t"]


def test_four_parts_shown_as_five_of_a_total_shown_as_ten_are_known_to_be_three_and_withheld() -> None:
    frame = round_table(FOUR_THREES, ROUND.disclosure)
    assert frame["n"].tolist()[::2] == [5, 5, 5, 5, 10]
    report = attack({"t": frame}, {"t": FOUR_THREES}, ROUND.disclosure, exact=True)
    small = report.cells[report.cells["row"] < 8].set_index("row")
    assert small.loc[[0, 2, 4, 6], ["lower", "upper"]].eq(3).all(axis=None)
    assert (~small["proven"]).all()
    released = publish(FOUR_THREES)
    assert released["n"].isna().tolist() == [True, False] * 4 + [False, False]
    assert released["marker"].tolist() == ["[c]", ""] * 4 + ["", ""]
    assert attack({"t": released}, {"t": FOUR_THREES}, ROUND.disclosure).passed


def test_parts_that_adding_up_does_not_narrow_are_all_shown() -> None:
    frame = publish(by_box({"A": [3, 20], "B": [6, 21], "C": [14, 22], "D": [9, 23]}))
    assert frame["n"].notna().all()
    assert (frame["marker"] == "").all()


def test_a_count_known_to_be_nobody_or_to_be_large_is_not_withheld() -> None:
    frame = publish(by_box({"A": [8, 20], "B": [8, 21]}))  # 10 and 10 of 15: each 8 or 9
    assert frame["n"].tolist() == [10, 20, 10, 20, 15, 40]


def test_a_small_count_behind_a_shown_zero_keeps_three_values() -> None:
    table = by_box({"A": [1, 20], "B": [2, 21]})  # 0 and 0 of 5: one each at least
    report = attack({"t": round_table(table, ROUND.disclosure)}, {"t": table}, ROUND.disclosure, exact=True)
    assert report.cells.set_index("row").loc[[0, 2], ["lower", "upper"]].to_numpy().tolist() == [[1, 2], [1, 2]]
    released = publish(table)["n"]  # the total is 3 or 4: shown, it would tell as much
    assert released.isna().tolist() == [True, False, True, False, True, False]


def test_an_outcome_shown_as_nobody_is_not_named_where_only_what_occurs_is_listed() -> None:
    rows = pd.DataFrame({"before": [4, 4, 5, 5, 6], "after": [4, 5, 4, 5, 6], "n": [12, 2, 9, 30, 9]})
    moves = Table(rows, keys=("before", "after"), count="n", sums=("before", "after"))
    frame = publish(moves)
    assert frame["n"].tolist() == [10, 0, 10, 30, 10]
    assert frame["before"].isna().tolist() == [False, True, False, False, True]
    assert frame["after"].isna().tolist() == [False, True, False, False, True]  # the last: all of its group in one


@pytest.mark.parametrize("base", [3, 4, 5, 10])
def test_the_attacker_thinks_of_exactly_the_counts_that_round_to_what_is_shown(base: int) -> None:
    for shown in range(0, 4 * base, base):
        (least,), (most,) = unround(np.array([float(shown)]), base)
        assert [n for n in range(6 * base) if round_count(n, base) == shown] == list(range(int(least), int(most) + 1))


def test_numbers_beside_the_tables_that_add_up_are_withheld_where_the_others_tell_them() -> None:
    numbers = {"n_both": 40, "n_joined": 3, "n_left": 3}
    parts = parts_of("posts", "posts", *numbers)
    table = by_box({"A": [13, 20], "B": [16, 21]})
    about = replace(result().about, n=None)
    facts = release(Result(about, {"t": table}, numbers, parts), audience="publish", settings=ROUND).facts
    assert facts == {"n_both": 40, "n_joined": 5, "n_left": 5}  # 38 to 42, 3 to 7, 3 to 7 of 46: nothing is narrowed
    facts = release(Result(about, {"t": table}, {"n_joined": 3, "n_left": 3}, parts), audience="publish",
                    settings=ROUND).facts
    assert facts == {"n_joined": None, "n_left": None}


def test_a_release_before_this_one_is_known_as_it_was_rounded(tmp_path: Path) -> None:
    about = replace(result().about, n=None)
    parts, whole = by_box({"A": [4, 20], "B": [1, 21]}), Table(
        pd.DataFrame({"box": [1, 2], "n": [5, 41]}), keys=("box",), count="n", sums=("box",))
    first, second = Result(about, {"t": whole}), Result(about, {"t": parts})
    shown = release(first, audience="publish", settings=ROUND)
    content = describe_kept([first], [shown])
    (tmp_path / name_kept(content)).write_bytes(content)
    kept = read_kept(tmp_path)
    assert [one.rounded_to for one in kept.values()] == [5]
    both = Settings(disclosure=DisclosureSettings(method="round", kept_releases=str(tmp_path)))
    again = release(second, audience="publish", settings=both)
    report = attack_release({"now": again}, {"now": second}, both.disclosure, earlier=kept, exact=True)
    assert report.passed
    assert report.unlinked == ()


@pytest.mark.parametrize(("before", "now"), [("round", "suppress"), ("suppress", "round")])
def test_a_council_that_rounds_once_and_hides_once_is_refused(before: str, now: str, tmp_path: Path) -> None:
    """5 hidden in box 1 would be 1 or more; beside the 5 printed for it, 3 to 7."""
    about = replace(result().about, n=None)
    whole = Table(pd.DataFrame({"box": [1, 2], "n": [5, 41]}), keys=("box",), count="n", sums=("box",))
    first, second = Result(about, {"t": whole}), Result(about, {"t": by_box({"A": [4, 20], "B": [1, 21]})})
    content = describe_kept([first], [release(first, audience="publish",
                                              settings=Settings(disclosure=DisclosureSettings(method=before)))])
    (tmp_path / name_kept(content)).write_bytes(content)
    mixed = Settings(disclosure=DisclosureSettings(method=now, kept_releases=str(tmp_path)))
    with pytest.raises(DisclosureError, match="together they tell more than either") as refusal:
        release(second, audience="publish", settings=mixed)
    assert refusal.value.exit_code == 4
    assert name_kept(content).removesuffix(".json") in refusal.value.headline
    assert f'method = "{before}"' in refusal.value.hints[0]
    assert release(second, audience="panel", settings=mixed).tables["t"]["n"].notna().all()


@pytest.mark.parametrize(("now", "is_withheld"), [(3, True), (2, False)])
def test_a_rounded_release_before_a_correction_is_near_to_todays_counts(now: int, is_withheld: bool) -> None:
    """0 was printed of the 2 at A, and 5 would be of 3: of the fewest changes that fit, one, 2 and 3 are left."""
    about = replace(result().about, n=None)
    then, today = (by_box({"A": [n, 40], "B": [22 - n, 61]}) for n in (2, now))
    shown = release(Result(about, {"t": then}), audience="publish", settings=ROUND)
    assert shown.tables["t"]["n"].tolist() == [0, 40, 20, 60, 20, 100]
    before = {"then": Earlier(about, shown.tables, {"t": then}, rounded_to=5)}
    released = release(Result(about, {"t": today}), audience="publish", settings=ROUND, earlier=before)
    report = attack_release({"now": released}, {"now": Result(about, {"t": today})}, ROUND.disclosure, earlier=before)
    assert (report.links.corrected if is_withheld else report.links.same) == ("then",)
    assert report.passed
    assert bool(released.tables["t"]["n"].isna().iloc[0]) is is_withheld


def test_of_a_large_count_that_is_withheld_with_small_ones_it_is_not_said_to_be_small() -> None:
    """With all that stands beside a table a number of 22 is withheld, which no rule would withhold by itself."""
    counts = pd.DataFrame({"grade": ["A", "B"], "n": [3, 22]})
    shown = Shown("t", counts.assign(n=[np.nan, np.nan], marker="[c]"), Table(counts, keys=("grade",), count="n"),
                  rounded_to=5, withheld_most=7.0)
    _, least, most = Grid(shown).rounded("n")
    assert least.tolist() == [0, 0]
    assert most.tolist() == [7, np.inf]


def rounded_before(n: int, base: int) -> Earlier:
    """A release before this one that said how many there are, rounded."""
    everybody = Table(pd.DataFrame({"cycle": [TOTAL], "n": [n]}), keys=("cycle",), count="n")
    return Earlier(result().about, {"e": everybody.frame.assign(marker="")}, {"e": everybody}, rounded_to=base)


def test_a_rounded_release_of_which_no_table_can_be_shown_is_refused() -> None:
    pair = Table(pd.DataFrame({"grade": ["A", "B"], "n": [3, 3]}), keys=("grade",), count="n", sums=("grade",))
    about = replace(result().about, n=None)
    shown = release(Result(about, {"t": pair}), audience="publish", settings=ROUND,
                    earlier={"then": rounded_before(5, 5)})
    assert shown.tables["t"]["n"].isna().all()  # 3 to 7 and 3 to 7 of 3 to 7: 3 or 4 each
    alone = Table(pd.DataFrame({"cycle": [TOTAL], "n": [4]}), keys=("cycle",), count="n")
    with pytest.raises(DisclosureError, match="No table can be released") as refusal:  # 2 to 4, and 3 to 7: 3 or 4
        release(Result(about, {"t": alone}), audience="publish", settings=ROUND,
                earlier={"then": rounded_before(3, 3), "later": rounded_before(5, 5)})
    assert refusal.value.exit_code == 4


@pytest.mark.parametrize("n_employees", [40, pytest.param(80, marks=pytest.mark.slow)])
def test_a_rounded_council_keeps_its_small_counts_and_most_of_its_rows(n_employees: int) -> None:
    workforce = make_sample(n_employees).workforce
    results = {"profile": tabulate_profile(workforce, by="grade"), "moves": track_movement(workforce)}
    released = dict(zip(results, release_together(list(results.values()), audience="publish", settings=ROUND),
                        strict=True))
    report = attack_release(released, results, ROUND.disclosure, exact=True)
    assert report.n_hidden > 50
    assert report.passed
    for cell in report.cells.itertuples():
        result, name = cell.table.split(".")
        if name == FACTS:
            given = results[result]
            true = float({**given.facts, "n": given.about.n}[cell.column])
        else:
            true = float(results[result].tables[name].frame[cell.column].iloc[cell.row])
        assert cell.lower <= true <= cell.upper
    shown = released["profile"].tables["map_by_group"]["n"]
    assert shown.notna().mean() > 0.6
    assert (shown.dropna() % 5 == 0).all()

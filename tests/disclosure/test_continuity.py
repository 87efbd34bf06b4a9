"""The same cells hidden from one cycle to the next, where they are as good as others."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from my121_analytics.disclosure.attacker import attack_release
from my121_analytics.disclosure.kept import Earlier
from my121_analytics.disclosure.release import Released, release
from my121_analytics.disclosure.secondary.continuity import find_usual
from my121_analytics.disclosure.suppression import find_small
from my121_analytics.settings import DisclosureSettings
from my121_analytics.workforce.results import TOTAL, Result, Table, describe

THEN = describe("profile", population="people_in_post", as_of=date(2025, 3, 31), cycle="2024/25 H2")
NOW = replace(THEN, subject=replace(THEN.subject, cycle="2025/26 H1", as_of=date(2025, 9, 30)))
CELL = ["service", "box"]


def tabulate(counts: np.ndarray, about) -> Result:
    whole = np.vstack([counts, counts.sum(axis=0)])
    names = [*(f"service {k}" for k in range(len(counts))), TOTAL]
    rows = [(name, str(box + 1), int(n)) for name, line in zip(names, whole, strict=True)
            for box, n in enumerate(line)]
    return Result(about, {"t": Table(pd.DataFrame(rows, columns=[*CELL, "n"]), keys=("service", "box"), count="n",
                                     sums=("service", "box"))})


def keep(result: Result, released: Released) -> Earlier:
    return Earlier(released.about, released.tables, result.tables, {})


def hidden_for_others(result: Result, released: Released) -> set[tuple[str, str]]:
    frame = released.tables["t"]
    small = find_small(result.tables["t"], DisclosureSettings()).cells["n"]
    return set(frame[frame["n"].isna().to_numpy() & ~small][CELL].itertuples(index=False, name=None))


def two_cycles(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A small council, and the same half a year on: a few have moved."""
    rng = np.random.default_rng(seed)
    then = rng.negative_binomial(2, 0.12, size=(6, 5)) + 1
    return then, np.maximum(then + rng.integers(-2, 3, size=then.shape), 0)


@pytest.mark.parametrize("n_councils", [3, pytest.param(8, marks=pytest.mark.slow)])
def test_more_of_what_was_hidden_for_others_stays_hidden_when_the_last_release_is_known(n_councils: int) -> None:
    same_alone = same_known = n_alone = n_known = 0
    for seed in range(n_councils):
        then, now = (tabulate(counts, about) for counts, about in zip(two_cycles(seed), (THEN, NOW), strict=True))
        first = release(then, audience="publish")
        alone = release(now, audience="publish")
        known = release(now, audience="publish", earlier={"then": keep(then, first)})
        assert attack_release({"now": known}, {"now": now}).passed
        before = hidden_for_others(then, first)
        same_alone += len(before & hidden_for_others(now, alone))
        same_known += len(before & hidden_for_others(now, known))
        n_alone, n_known = n_alone + len(hidden_for_others(now, alone)), n_known + len(hidden_for_others(now, known))
    assert same_known / n_known > same_alone / n_alone + 0.1
    assert n_known <= n_alone * 1.1


def test_the_same_record_a_cycle_on_hides_the_same_cells() -> None:
    counts = two_cycles(3)[0]
    then, now = tabulate(counts, THEN), tabulate(counts, NOW)
    first = release(then, audience="publish")
    second = release(now, audience="publish", earlier={"then": keep(then, first)})
    pd.testing.assert_frame_equal(first.tables["t"], second.tables["t"])


def test_only_the_last_release_of_the_same_table_counts() -> None:
    counts = two_cycles(1)[0]
    then = tabulate(counts, THEN)
    kept = keep(then, release(then, audience="publish"))
    older = replace(kept, about=replace(THEN, subject=replace(THEN.subject, cycle="2024/25 H1", as_of=date(2024, 9,
                                                                                                           30))),
                    frames={"t": kept.frames["t"].assign(n=kept.frames["t"]["n"].astype("Int64").mask(
                        kept.frames["t"]["box"] == "1"), marker="[c]")})
    table = tabulate(counts, NOW).tables["t"]
    found = find_usual(NOW, "t", table, {"older": older, "then": kept})
    assert found == find_usual(NOW, "t", table, {"then": kept})
    assert found != find_usual(NOW, "t", table, {"older": older})
    assert find_usual(NOW, "t", replace(table, keys=("box",)), {"then": kept}) == frozenset()
    assert find_usual(replace(NOW, topic="coverage"), "t", table, {"then": kept}) == frozenset()
    assert find_usual(THEN, "t", table, {"then": kept}) == frozenset()  # the same counts: attacked together instead


def test_what_was_hidden_is_named_by_its_row_and_column() -> None:
    then = tabulate(np.array([[3, 12, 20], [7, 9, 15], [12, 30, 8]]), THEN)
    first = release(then, audience="publish")
    frame = first.tables["t"]
    found = find_usual(NOW, "t", then.tables["t"], {"then": keep(then, first)})
    assert found == {(f"{row.service}|{row.box}", "n") for row in frame[frame["n"].isna()].itertuples()}

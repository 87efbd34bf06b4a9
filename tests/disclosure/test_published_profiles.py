"""Published profiles against a reader who thinks of people, not of tables.

The reader writes down how many posts there may be of every directorate, grade, sex and box. Each figure of a profile
(boxes, levels, bases, shares, totals) is a sum of these, whatever table it stands in, so that nothing of the product's
equations is used. What is left of a hidden count is asked of integer programs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from my121_analytics.analysis.profile import tabulate_profile_counts
from my121_analytics.disclosure.release import Released, release_together
from my121_analytics.framework.nine_box import build_framework
from my121_analytics.settings import DisclosureSettings, Settings
from my121_analytics.workforce.counts import PlacementCounts
from my121_analytics.workforce.results import TOTAL, Result

GROUPS = ("directorate", "grade", "sex")
FRAMEWORK = build_framework()
N_BOXES = 10
"""Boxes 1 to 9, and 0 for no placement."""


@dataclass(frozen=True)
class Reader:
    """Sums over an array of posts: one axis for each grouping, the last for boxes."""

    posts: np.ndarray

    def members(self, key: str, group: tuple[int, object] | None, outcome: int, column: str) -> np.ndarray:
        """Say which kinds of posts a figure counts."""
        level = {box.number: box.performance for box in FRAMEWORK.boxes} | {0: 0}
        if column == "base":
            boxes = [box for box in range(N_BOXES) if outcome == 0 or box > 0]
        elif key == "box":
            boxes = [outcome]
        else:
            boxes = [box for box in range(N_BOXES) if level[box] == outcome]
        inside = np.zeros(self.posts.shape, dtype=bool)
        inside[..., boxes] = True
        if group is not None:
            axis, value = group
            if value != TOTAL:
                others = np.ones(self.posts.shape, dtype=bool)
                np.moveaxis(others, axis, 0)[int(str(value).split()[-1])] = False
                inside &= ~others
        return inside.ravel()

    def read(self, result: Result, released: Released) -> tuple[list, list]:
        """Collect what is shown (cells and their sum), and what is hidden (cells, true sum, width needed)."""
        shown, hidden = [], []
        for name, frame in released.tables.items():
            table = result.tables[name]
            key = "box" if "box" in table.keys else "level"
            by = next((k for k in table.keys if k in GROUPS), None)
            for row in range(len(frame)):
                true = table.frame.iloc[row]
                group = None if by is None else (GROUPS.index(by), true[by])
                for column in ("n", "base"):
                    inside = self.members(key, group, int(true[key]), column)
                    assert self.posts.ravel()[inside].sum() == true[column]
                    value = frame[column].iloc[row]
                    if pd.isna(value):
                        hidden.append((inside, int(true[column]), 10 if by == "sex" else 5))
                    else:
                        shown.append((inside, int(value)))
                share = frame["share"].iloc[row]
                assert pd.isna(share) or frame[["n", "base"]].iloc[row].notna().all()
        if released.about.n is not None:
            shown.append((np.ones(self.posts.size, dtype=bool), int(released.about.n)))
        return shown, hidden


def profiles(posts: np.ndarray) -> list[Result]:
    """Tabulate the profile by each grouping, with the product's own tables."""
    cells = pd.DataFrame([(*(f"{by} {at}" for by, at in zip(GROUPS, index, strict=False)), index[-1], int(n))
                          for index, n in np.ndenumerate(posts)], columns=[*GROUPS, "box", "n"])
    level = {box.number: box.performance for box in FRAMEWORK.boxes} | {0: 0}
    cells["performance"] = cells["box"].map(level)
    found = []
    for by in GROUPS:
        counts = []
        for outcome in ("box", "performance"):
            frame = cells.groupby([by, outcome], as_index=False)["n"].sum().rename(columns={outcome: "outcome"})
            counts.append(PlacementCounts(frame=frame, by=(by,), outcome=outcome, cycle="2024/25 H2"))
        found.append(tabulate_profile_counts(counts, FRAMEWORK, as_of=date(2025, 3, 31)))
    return found


def check_profiles(posts: np.ndarray, *, most_asked: int) -> int:
    results, reader = profiles(posts), Reader(posts)
    released = release_together(results, audience="publish", settings=Settings(disclosure=DisclosureSettings()))
    shown, hidden = [], []
    for result, one in zip(results, released, strict=True):
        more_shown, more_hidden = reader.read(result, one)
        shown += more_shown
        hidden += more_hidden
    hidden = list({(inside.tobytes(), needed): (inside, true, needed) for inside, true, needed in hidden}.values())
    rows = {(inside.tobytes(), total): (inside, total, float(total)) for inside, total in shown}
    rows |= {(inside.tobytes(), -1): (inside, 1, np.inf) for inside, true, _ in hidden if true > 0}
    sums, low, high = (np.array(part, dtype=float) for part in zip(*rows.values(), strict=True))
    together = LinearConstraint(sums, low, high)
    most = 10 * int(posts.sum())
    order = np.random.default_rng(0).permutation(len(hidden))[:most_asked]
    for inside, _, needed in (hidden[at] for at in order):
        ends = []
        for sign in (1.0, -1.0):
            answer = milp(sign * inside, constraints=[together], integrality=np.ones(posts.size),
                          bounds=Bounds(0, most))
            assert answer.status == 0, answer.message
            ends.append(sign * answer.fun)
        assert ends[1] - ends[0] >= needed - 1e-6, (ends, needed)
    return len(order)


def draw_posts(rng: np.random.Generator, shape: tuple[int, ...], mean: float) -> np.ndarray:
    """People crowd in the middle of the map and in the larger groups."""
    crowd = np.array([0.5, 0.3, 0.6, 0.3, 1.2, 3.0, 0.6, 1.0, 2.0, 0.4])
    sizes = rng.gamma(1.0, 1.0, size=shape)
    return rng.poisson(mean * sizes[..., None] * crowd / crowd.mean())


def test_a_reader_who_thinks_of_people_cannot_narrow_a_published_profile():
    assert check_profiles(draw_posts(np.random.default_rng(1), (3, 2, 2), 2.0), most_asked=20) == 20


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_a_reader_who_thinks_of_people_cannot_narrow_any_of_many_published_profiles(seed):
    rng = np.random.default_rng(seed)
    shape = (int(rng.integers(2, 6)), int(rng.integers(2, 4)), 2)
    assert check_profiles(draw_posts(rng, shape, float(rng.uniform(0.4, 6.0))), most_asked=250) > 0

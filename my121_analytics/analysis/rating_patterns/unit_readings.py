"""What differs between units and teams and may be work or managers: how ratings are read where no record says which."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import chdtrc

from my121_analytics.analysis.rating_patterns.case_mix import CaseMix
from my121_analytics.inference.cumulative_link import CumulativeLinkFit
from my121_analytics.inference.normal_smoothing import slide_rows
from my121_analytics.workforce.counts import RatingCounts

Array = NDArray[np.float64]

UNRECORDED_PART = 0.5
"""Of what the recorded case mix differs between teams, the part that is allowed for beside the settings' allowance:
where work recorded differs, so does other."""
RATERS_PER_UNIT, UNITS_BY_CHANCE, LEAST_SD_OF_UNITS = 5, 0.05, 0.05
"""Where no unit is in the case mix: raters of a directorate from which its level is learnt, the chance of differences
as large between directorates above which they are not looked at, and the least spread of raters."""
UNITS = ("directorate", "service")
"""Columns of the case mix that stand for managers as much as for work."""


def unrecorded_variance(counts: RatingCounts, case_mix: CaseMix, fit: CumulativeLinkFit) -> float:
    """Variance between teams of what is not recorded that the recorded case mix makes likely."""
    recorded = np.array([column.split(": ")[0] not in ("cycle", *UNITS) for column in case_mix.design.columns],
                        dtype=bool)
    level = case_mix.design.to_numpy(dtype=float)[:, recorded] @ fit.coefficients["estimate"].to_numpy()[recorded]
    frame = counts.frame
    n = frame["n"].to_numpy(dtype=float)
    rater, own = frame["rater"].to_numpy(), level[frame["pattern"].to_numpy()]
    total = np.bincount(rater, n, minlength=len(counts.raters))
    mean = np.bincount(rater, n * own, minlength=len(counts.raters)) / total
    within = max(float(n @ (own - mean[rater]) ** 2 / max(n.sum() - len(total), 1)), 0.0)
    # Teams drawn at random differ as well: only what they differ beyond that is theirs.
    between = max(float(np.average((mean - np.average(mean, weights=total)) ** 2 - within / total, weights=total)), 0.0)
    return UNRECORDED_PART**2 * between


def list_readings(counts: RatingCounts, case_mix: CaseMix, location: Array, fit: CumulativeLinkFit, scale: float,
              ) -> list[Array]:
    """Give the expected level of each pattern with units of the organisation in the case mix, and without.

    Where one directorate is rated higher than another, ratings cannot say whether its work or its managers are the
    reason: each reading counts half.
    """
    design = case_mix.design
    of_unit = np.array([column.split(": ")[0] in UNITS for column in design.columns], dtype=bool)
    if not of_unit.any():
        return [location]
    share = scale * design.to_numpy(dtype=float)[:, of_unit] @ fit.coefficients["estimate"].to_numpy()[of_unit]
    weight = np.bincount(counts.frame["pattern"], counts.frame["n"], minlength=len(share))
    return [location, location - share + np.average(share, weights=weight)]


def directorate_levels(counts: RatingCounts, fit: CumulativeLinkFit) -> Array:
    """Give each rater's directorate's level, marginal scale: zeros where directorates differ no more than by chance."""
    unit, units = pd.factorize(counts.raters["directorate"])
    unit = np.where(unit < 0, len(units), unit)
    level = np.zeros(len(unit))
    if fit.sd < LEAST_SD_OF_UNITS or len(units) < 2:
        return level
    known = 1 - np.minimum(fit.raters["sd"].to_numpy() / fit.sd, 1) ** 2
    total = np.maximum(np.bincount(unit, known, minlength=len(units) + 1), 1e-9)
    mean = np.bincount(unit, fit.raters["mode"].to_numpy(), minlength=len(units) + 1) / total
    variance = fit.sd**2 / total
    used = np.bincount(unit, minlength=len(units) + 1) >= RATERS_PER_UNIT
    used[len(units)] = False  # directorate not known
    if used.sum() < 2 or chdtrc(used.sum() - 1, (mean[used] ** 2 / variance[used]).sum()) > UNITS_BY_CHANCE:
        return level
    between = max(float(np.mean(mean[used] ** 2 - variance[used])), 0.0)
    return np.asarray(np.where(used, mean * between / (between + variance), 0.0)[unit])


def read_within_directorates(log_p: Array, nodes: Array, level: Array) -> Iterator[Array]:
    """Read the ratings again as differing from the rater's own directorate, where directorates differ."""
    if level.any():
        yield slide_rows(log_p, level / (nodes[1] - nodes[0]))

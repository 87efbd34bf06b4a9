"""A difference in logits as points on the rating mix: about 9 in 100 more at the highest rating than expected."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]


def tabulate_points(managers: pd.DataFrame, mix: pd.DataFrame, *, attenuation: float = 1.0) -> pd.DataFrame:
    """Say what each manager's difference means for the shares of the levels.

    Parameters
    ----------
    managers
        One row per rater: ``rater_id``, ``estimate``, ``lower``, ``upper`` in logits.
    mix
        One row per rater and level, levels rising: ``rater_id``, ``level``, ``label``, ``expected_share`` (under an
        average manager, given who was rated).
    attenuation
        Logits of difference that move a mix by one logit: ``sqrt(1 + (c s)^2)`` where people differ among themselves by
        the standard deviation ``s`` (Zeger, Liang & Albert 1988, Biometrics 44:1049).

    Returns
    -------
    pandas.DataFrame
        One row per rater and level in the order of ``mix``: ``rater_id, level, label, expected_share, shifted_share,
        points, lower, upper``. ``points`` is ``shifted_share - expected_share`` (0.09: nine in a hundred more), with
        the range that the range of the difference gives; missing where that has no range.

    Notes
    -----
    The team's expected cumulative shares are moved by the difference on the logit scale. The team is taken as one
    mix; adding up its people one by one would give slightly smaller moves (by less than a point in a hundred for
    differences up to one logit). It speaks of a team's mix and of no person: it proposes no rating to anybody.
    """
    k = int(mix["level"].nunique())
    raters = mix["rater_id"].astype("str").to_numpy()[::k]
    expected = mix["expected_share"].to_numpy(dtype=np.float64).reshape(-1, k)
    known = managers.assign(rater_id=managers["rater_id"].astype("str")).set_index("rater_id").reindex(raters)
    moved = {name: shift_mix(expected, known[name].to_numpy(dtype=np.float64) / attenuation)
             for name in ("estimate", "lower", "upper")}
    change = {name: shares - expected for name, shares in moved.items()}
    # A higher difference raises the top of the scale and lowers its foot: the ends of the range swap places there.
    ends = np.stack([change["lower"], change["upper"]])
    frame = mix[["rater_id", "level", "label", "expected_share"]].reset_index(drop=True)
    return frame.assign(shifted_share=moved["estimate"].ravel(), points=change["estimate"].ravel(),
                        lower=ends.min(axis=0).ravel(), upper=ends.max(axis=0).ravel())


def shift_mix(shares: Array, by: Array) -> Array:
    """Move mixes of ordered levels by differences in logits.

    Parameters
    ----------
    shares
        One row per mix, one column per level rising; each row adds up to 1.
    by
        One difference per mix; above zero moves it up the scale.

    Returns
    -------
    ndarray
        Of the same shape; each row adds up to 1, or is missing where the difference is.
    """
    at_most = np.cumsum(shares, axis=1)[:, :-1].clip(1e-12, 1 - 1e-12)
    moved = 1 / (1 + np.exp(-(np.log(at_most / (1 - at_most)) - by[:, None])))
    edges = np.concatenate([np.zeros((len(shares), 1)), moved, np.ones((len(shares), 1))], axis=1)
    result: Array = np.diff(edges, axis=1)
    result[np.isnan(by)] = np.nan
    return result

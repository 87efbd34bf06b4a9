"""What a panel's agreed rating says of a person beyond the rater's own rating, which the panel had before it.

A panel mostly keeps what the rater gave. An agreed rating therefore holds part of the rater's own generosity, and taken
as it stands it would make a generous rater's people look strong. Here the part that is the rater's is found and taken
off: an agreed rating rests on ``kept * own rating + loading * level of the person + noise``. The two can be told apart
where the person was rated at other times too: what goes with the one rating that the panel saw, beyond what goes with
the person's level in all ratings, is what the panel kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]

LEAST_REPEATED = 40
"""Agreed ratings of people rated more than once, below which what a panel kept cannot be told."""
MOST_KEPT = 0.8
"""Share of a rating that panels keep above which what is left is too little, and too unsure, to learn from."""
MOST_KEPT_SE = 0.15
"""Standard error of that share beyond which it is not known."""
LEAST_UNCHANGED = 0.2
"""Share of agreed ratings that are the rater's own: fewer means that only changes were written down."""


@dataclass(frozen=True)
class AgreedLevels:
    """What agreed ratings say of people, the raters' own part taken off.

    Parameters
    ----------
    person
        Codes, each once.
    value
        Mean over the person's agreed ratings, in levels of the scale; 0 is a person as is usual.
    sampling_variance
        What chance adds to it.
    kept, kept_se
        Share of the rater's own rating that panels keep, and its standard error.
    n_unchanged
        Agreed ratings that are as the rater gave them.
    """

    person: Codes
    value: Array
    sampling_variance: Array
    kept: float
    kept_se: float
    n_unchanged: int


def free_agreed_levels(rating: Array, rater: Codes, person: Codes, agreed: Array) -> AgreedLevels | None:
    """Take the raters' own part off agreed ratings.

    Parameters
    ----------
    rating
        Every rating, less the mean of its cycle, levels of the scale.
    rater, person
        Who gave it, and of whom.
    agreed
        The agreed rating of the same person and time, less the same mean; missing (NaN) where there is none.

    Returns
    -------
    AgreedLevels or None
        None where too little is known of what panels keep, where they keep nearly all, or where only changes were
        written down: then nothing can be said of those who were left as they were.

    Notes
    -----
    Least squares of the agreed rating on the rating's own deviation from its rater's mean, the level expected of the
    person from all ratings (shrunken, within raters), and the rater's mean. All that a panel could choose its cases by
    is among them, so that it may look at high ratings only and the answer stays the same.
    """
    mean, level, repeated = _expected_levels(rating, rater, person)
    has = np.isfinite(agreed)
    if (has & repeated[person]).sum() < LEAST_REPEATED:
        return None
    c, y = agreed[has], rating[has]
    n_unchanged = int(np.isclose(c, y).sum())
    columns = np.column_stack([np.ones(len(c)), y - mean[rater[has]], level[person[has]], mean[rater[has]]])
    if np.linalg.matrix_rank(columns) < columns.shape[1]:
        return None
    inverse = np.linalg.inv(columns.T @ columns)
    found = inverse @ (columns.T @ c)
    left = c - columns @ found
    kept = float(found[1])
    kept_se = float(np.sqrt(inverse[1, 1] * (left @ left) / max(len(c) - 4, 1)))
    if n_unchanged < LEAST_UNCHANGED * len(c) or kept > MOST_KEPT or kept_se > MOST_KEPT_SE:
        return None
    freed = c - kept * y - found[0]
    people, place = np.unique(person[has], return_inverse=True)
    n = np.bincount(place).astype(np.float64)
    value = np.bincount(place, freed) / n
    spare = len(freed) - len(people)
    chance = ((freed - value[place]) ** 2).sum() / spare if spare >= LEAST_REPEATED else freed.var() / 2
    return AgreedLevels(people.astype(np.int64), value, chance / n, kept, kept_se, n_unchanged)


def _expected_levels(rating: Array, rater: Codes, person: Codes) -> tuple[Array, Array, Flags]:
    """Give raters' means, people's levels as expected from deviations from them, and who was rated more than once."""
    mean = np.bincount(rater, rating) / np.maximum(np.bincount(rater), 1)
    away = rating - mean[rater]
    n = np.bincount(person).astype(np.float64)
    total = np.bincount(person, away)
    repeated = n > 1
    again = repeated[person]
    spare = again.sum() - repeated.sum()
    own = total / np.maximum(n, 1)
    within = float(((away - own[person])[again] ** 2).sum() / max(spare, 1))
    lasting = max(float(own[repeated].var() - within * (1 / n[repeated]).mean()), 0.0) if repeated.any() else 0.0
    return mean, np.asarray(total * lasting / np.maximum(n * lasting + within, 1e-12)), repeated

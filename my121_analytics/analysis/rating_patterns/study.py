"""One axis judged, adjusted or not: what every table of rating patterns is made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from my121_analytics.analysis.rating_patterns.posteriors import Posteriors


@dataclass(frozen=True)
class Study:
    """One axis, adjusted or not: a row per rater, the mix, and facts about all raters."""

    axis: str
    adjusted: bool
    cycles: str
    raters: pd.DataFrame
    mix: pd.DataFrame
    by_delta: pd.DataFrame
    lists: dict[str, NDArray[np.bool_]]
    facts: dict[str, float | int | str | None]
    caveats: tuple[str, ...]
    evidence: Posteriors | None

    @property
    def attenuation(self) -> float:
        """How many logits of an effect move a mix by one logit: people's own levels spread a mix out."""
        return 1.0 if self.evidence is None else self.evidence.supposed.scale

"""How many managers have which verdict: what may be told where no manager may be named."""

from __future__ import annotations

import pandas as pd

from my121_analytics.workforce.results import TOTAL, Count, Result, Table
from my121_analytics.workforce.verdicts import VERDICTS

_FACTS = ("sd", "sd_lower", "sd_upper", "delta", "fdr", "n_listed", "expected_wrong", "n_raters")


def tabulate_verdicts(severity: Result) -> Result:
    """Count managers by verdict.

    Parameters
    ----------
    severity
        Of ``estimate_severity``.

    Returns
    -------
    Result
        ``verdicts``: verdict, n_managers; a last row for all. Facts: the spread between managers, the difference that
        matters, the length of the list and how many of it are expected by chance.
    """
    counts = severity.frame("managers")["verdict"].value_counts().reindex(list(VERDICTS), fill_value=0)
    frame = pd.DataFrame({"verdict": [*VERDICTS, TOTAL], "n_managers": [*counts.to_numpy(), int(counts.sum())]})
    table = Table(frame, keys=("verdict",), count="n_managers", sums=("verdict",),
                  counts={"n_managers": Count("managers")})
    return Result(severity.about, {"verdicts": table}, {name: severity.facts.get(name) for name in _FACTS},
                  severity.declared, severity.settings)

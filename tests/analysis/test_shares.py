"""Known answers of a share with its range."""

from __future__ import annotations

import pandas as pd
import pytest

from my121_analytics.analysis.shares import SHARE, add_share


def test_a_share_has_wilsons_range() -> None:
    shares = add_share(pd.DataFrame({"n": [8, 0, 10], "base": [10, 10, 10]}))
    assert shares["share"].tolist() == [0.8, 0.0, 1.0]
    # Newcombe 1998, method 3: 8 of 10, none of 10, all of 10
    assert shares["lower"].tolist() == pytest.approx([0.4902, 0.0, 0.7225], abs=5e-5)
    assert shares["upper"].tolist() == pytest.approx([0.9433, 0.2775, 1.0], abs=5e-5)


def test_nothing_of_nothing_has_no_share_and_the_table_given_stays_as_it_was() -> None:
    given = pd.DataFrame({"n_with": [0, 3], "n_people": [0, 4]})
    shares = add_share(given, "n_with", "n_people")
    assert shares["share"].isna().tolist() == [True, False]
    assert list(given.columns) == ["n_with", "n_people"]
    assert [column for column in shares if column not in given] == list(SHARE)

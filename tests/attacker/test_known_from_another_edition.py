"""A withheld count that another publication shows: a finding where it may be small, none where it is large."""

from __future__ import annotations

import pytest

from tests.attacker.declarations import Quantity
from tests.attacker.laws import Knowledge, Law
from tests.attacker.programs import attack


@pytest.mark.parametrize(("then", "is_shown", "is_narrow", "is_known"), [
    (51, True, False, True),  # 49 to 53, as the first publication says already
    (51, False, True, False),  # the same range, told by something else
    (6, True, True, False),  # 4 to 8: may be small
    (7, True, False, True)])
def test_a_count_within_two_of_what_another_publication_shows(then: int, is_shown: bool, is_narrow: bool,
                                                              is_known: bool) -> None:
    posts = frozenset({("grade", "G1")})
    first, second = Quantity("posts", "2024/25", posts, "1"), Quantity("posts", "2024/25", posts, "2")
    nearly = Law("two changed", ((second, 1.0), (first, -1.0)), -2.0, 2.0)
    told = Law("told", ((second, 1.0),), then - 2.0, then + 2.0)
    known = Knowledge({first: then} if is_shown else {}, {second: "a table"}, {second: (1.0, 1e6)},
                      [nearly if is_shown else told])
    (row,) = attack(known).hidden.itertuples()
    assert (row.least, row.most) == (then - 2, then + 2)
    assert (row.is_narrow, row.is_known) == (is_narrow, is_known)

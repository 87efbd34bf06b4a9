"""When the days of a column speak against the order in which they are read."""

import pytest

from my121_analytics.improvement.plan.order_of_days import doubts_order, may_be_either


@pytest.mark.parametrize(("cells", "order", "doubted"), [
    (["30/06/2024", "04/07/2024"], "dmy", False),
    (["06/30/2024", "07/04/2024"], "dmy", True),
    (["06/30/2024", "07/04/2024"], "mdy", False),
    (["30.06.24", "04.07.24"], "mdy", True),
    (["06/30/2024", "2024-04-07"], "mdy", True),
    (["06/30/2024", "2024-04-07", "2024-04-28"], "mdy", False),
    (["2024-04-07", "2024-06-05"], "dmy", False),
    (["30/06/2024 extended to 31/12/2024", "2024-07-30"], "dmy", False),
    (["June 2024", "12 months", "31/31/2024"], "dmy", False),
    ([], "dmy", False),
])
def test_a_column_is_doubted_by_its_days(cells: list[str], order: str, doubted: bool) -> None:
    assert doubts_order(cells, order) is doubted  # type: ignore[arg-type]


@pytest.mark.parametrize(("cell", "either"), [
    ("07/04/2024", True), ("2024-04-07", True), ("2024-04-07 00:00:00", True), ("by 1/2/24", True),
    ("07/07/2024", False), ("30/06/2024", False), ("2024-04-28", False), ("July 2024", False), ("", False)])
def test_a_day_may_be_either_where_both_figures_are_months(cell: str, either: bool) -> None:
    assert may_be_either(cell) is either

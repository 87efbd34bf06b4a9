"""What the intake has to say comes with the errors first."""

from __future__ import annotations

from my121_analytics.ingest.findings import Log


def test_errors_come_first_and_the_rest_keeps_its_order() -> None:
    log = Log()
    for code in ("no_rating", "rater_unknown", "bad_id", "rater_missing", "missing_id"):
        log.add_line(code, "a.csv", "", 2, "employee_id", "x", 1)
    assert log.frame()["code"].tolist() == ["bad_id", "missing_id", "rater_unknown", "rater_missing", "no_rating"]


def test_nothing_to_say_is_a_table_of_texts_and_whole_numbers() -> None:
    empty = Log().frame()
    assert empty.empty
    assert empty.dtypes.astype("str").value_counts().to_dict() == {"str": 8, "Int64": 1, "int64": 1}

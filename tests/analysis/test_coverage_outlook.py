"""Conversations of a council of twelve by hand; the number is everywhere the same; the forecast holds."""

from __future__ import annotations

import io
from datetime import date

import numpy as np
import openpyxl
import pandas as pd
import pytest

from my121_analytics.analysis.coverage import measure_coverage
from my121_analytics.analysis.coverage_outlook import foresee_coverage
from my121_analytics.analysis.team_conversations import prepare_conversations
from my121_analytics.disclosure.release import release
from my121_analytics.errors import DataUnusableError
from my121_analytics.figures.coverage_trend import describe_coverage_trend, plot_coverage_trend
from my121_analytics.reports.pack.calibration_pack import build_pack
from my121_analytics.reports.workforce_report.report import build_report
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import ReportSettings
from my121_analytics.workforce.record import Workforce, build_workforce

CYCLE = "2024/25 H1"
AS_OF = date(2024, 9, 30)
# days of formal conversations, days of catch-ups; 12 joined in August 2024
TALKS = {"01": (["2024-01-10", "2024-08-10"], []), "02": (["2024-08-10"], []), "03": (["2024-08-10"], ["2024-02-02"]),
         "04": ([], ["2024-05-05"]), "05": ([], []), "06": (["2023-01-10", "2023-08-10"], []),
         "07": (["2023-11-01", "2024-07-01"], []), "08": (["2024-09-01", "2024-09-15"], []), "09": ([], []),
         "10": (["2024-03-31"], []), "11": (["2024-04-01"], []), "12": ([], [])}


def twelve() -> Workforce:
    ids = list(TALKS)
    started = pd.to_datetime(["2024-08-01" if i == "12" else "2015-01-01" for i in ids])
    employees = pd.DataFrame({"employee_id": ids, "name": [f"Person {i}" for i in ids], "started": started})
    posts = pd.DataFrame({"employee_id": ids, "post_id": [f"P{i}" for i in ids], "manager_id": "01",
                          "directorate": ["Care"] * 6 + ["Roads"] * 6})
    placements = pd.DataFrame({"employee_id": ids, "post_id": [f"P{i}" for i in ids], "cycle": CYCLE,
                               "source": "manager", "rater_id": "01",
                               "placed_on": pd.Timestamp("2024-08-01"), "performance": 2, "potential": 2, "box": 5})
    talks = [{"employee_id": i, "rater_id": "01", "held_on": pd.Timestamp(day), "kind": kind}
             for i, (formal, catch_ups) in TALKS.items()
             for kind, days in (("formal", formal), ("catch-up", catch_ups)) for day in days]
    return build_workforce({"employees": employees, "posts": posts, "placements": placements,
                            "conversations": pd.DataFrame(talks)}, as_of=AS_OF)


def test_where_everybody_stands_is_as_counted_by_hand() -> None:
    rows = foresee_coverage(twelve()).frame("standing").set_index(["directorate", "standing"])["n"]
    # the year runs from 1 October 2023: the talks of 06 are before it
    assert rows["Care"].to_dict() == {"enough": 1, "too_few": 2, "catch_up_only": 1, "none": 2, "owes_none": 0}
    assert rows["Roads"].to_dict() == {"enough": 2, "too_few": 2, "catch_up_only": 0, "none": 1, "owes_none": 1}
    assert rows["All"].to_dict() == {"enough": 3, "too_few": 4, "catch_up_only": 1, "none": 3, "owes_none": 1}


def test_overdue_is_counted_by_manager() -> None:
    row = foresee_coverage(twelve()).frame("managers").iloc[0]
    # due six months after the last formal one: 06 in February, 10 on 30 September is not past;
    # 04, 05 and 09 never had one and are long overdue; 11 is due on 1 October
    assert row[["n_team", "n_overdue", "n_no_formal"]].tolist() == [12, 4, 4]


def test_a_record_without_conversations_says_so() -> None:
    plain = twelve()
    with pytest.raises(DataUnusableError, match="no conversations"):
        foresee_coverage(plain.with_tables(conversations=plain.conversations.iloc[:0]))


@pytest.fixture(scope="module")
def workforce() -> Workforce:
    return make_sample(200, seed=9).workforce


@pytest.fixture(scope="module")
def outlook(workforce):
    return foresee_coverage(workforce)


def test_the_number_is_that_of_the_coverage(workforce, outlook) -> None:
    whole = measure_coverage(workforce).frame("by_group").iloc[-1]
    standing = outlook.frame("standing")
    standing = standing[standing["directorate"] == "All"].set_index("standing")["n"]
    assert standing["enough"] == whole["n_with_enough"] == outlook.frame("trend")["n_with_enough"].iloc[-1]
    assert standing[["too_few", "catch_up_only", "none"]].sum() == whole["n_too_few"]
    assert outlook.facts["share_now"] == whole["estimate"]
    overdue = prepare_conversations(workforce).frame("people")["is_overdue"].sum()
    assert outlook.facts["n_overdue"] == overdue == outlook.frame("managers")["n_overdue"].sum()


def test_the_report_prints_the_same_number(workforce, outlook) -> None:
    n = int(outlook.frame("trend")["n_with_enough"].iloc[-1])
    base = int(outlook.frame("trend")["base"].iloc[-1])
    report = build_report(workforce, report=ReportSettings(sections=["coverage"], audience="analyst",
                                                           profile="working"), settings=workforce.settings)
    printed = _last_row(report.files["workforce.xlsx"], "Enough conversations")
    assert printed["Enough conversations"] == n
    assert printed["Number the share is of"] == base


@pytest.mark.slow
def test_a_units_pack_prints_the_same_number(workforce, tmp_path) -> None:
    unit = str(workforce.posts["directorate"].mode().iloc[0])
    build_pack(workforce, out=tmp_path, settings=workforce.settings, unit=unit)
    own = measure_coverage(workforce, by="service", filters={"directorate": unit}).frame("by_group").iloc[-1]
    row = _last_row(next(tmp_path.rglob("*.xlsx")).read_bytes(), "Enough conversations")
    assert row["Enough conversations"] == own["n_with_enough"]
    whole = measure_coverage(workforce).frame("by_group").set_index("directorate")
    assert whole.loc[unit, "n_with_enough"] == own["n_with_enough"]


def _last_row(content: bytes, heading: str) -> dict[str, object]:
    """Give the last row of the first sheet whose headings hold one, as heading -> value."""
    for sheet in openpyxl.load_workbook(io.BytesIO(content)).worksheets:
        rows = list(sheet.iter_rows(values_only=True))
        for place, row in enumerate(rows):
            if heading in row:
                filled = [r for r in rows[place + 1:] if r[0] is not None]
                return dict(zip(row, filled[-1], strict=True))
    raise AssertionError(f"no sheet has the heading {heading}")


def test_the_picture_says_what_its_words_say(outlook) -> None:
    released = release(outlook, audience="analyst")
    assert " ".join(plot_coverage_trend(released).get_title(loc="left").split()) in describe_coverage_trend(released)


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.slow) for n in (2, 3))])
def test_a_forecast_made_half_a_year_before_holds_what_came(seed: int) -> None:
    whole = make_sample(150, seed=seed).workforce
    came = measure_coverage(whole).frame("by_group").iloc[-1]["estimate"]
    day = pd.Timestamp("2024-03-31")
    cut = {"conversations": whole.conversations[whole.conversations["held_on"] <= day],
           "placements": whole.placements[whole.placements["cycle"] != whole.latest_cycle]}
    names = ("employees", "posts", "objectives", "development_actions", "successors")
    then = build_workforce({**{name: getattr(whole, name) for name in names}, **cut}, settings=whole.settings,
                           as_of=day.date())
    facts = foresee_coverage(then).facts
    assert facts["forecast_to"] == "2024-09-30"
    assert facts["forecast_lower"] <= came <= facts["forecast_upper"]
    assert np.isclose(facts["forecast"], came, atol=0.12)

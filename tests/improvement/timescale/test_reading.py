"""Timescales as plans write them: what is read, what is refused, and that nothing lies between."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from my121_analytics.improvement.timescale.durations import Duration
from my121_analytics.improvement.timescale.reading import (
    KINDS,
    Timescale,
    parse_anchor,
    parse_timescale,
    split_timescales,
)
from my121_analytics.improvement.timescale.refusal import UNREADABLE_CODES, TimescaleError
from my121_analytics.wording.catalogue import codes

AS_WRITTEN = Path(__file__).with_name("timescales_as_written.txt")
ANCHOR = date(2013, 6, 30)

# phrase | kind | earliest | latest | anything else that is not at its default
READ = """
12 months                          | relative | 2014-06-30 | 2014-06-30
6 months                           | relative | 2013-12-30 | 2013-12-30
1 month                            | relative | 2013-07-30 | 2013-07-30
twelve months                      | relative | 2014-06-30 | 2014-06-30
Twenty-four months                 | relative | 2015-06-30 | 2015-06-30
twenty four months                 | relative | 2015-06-30 | 2015-06-30
one year                           | relative | 2014-06-30 | 2014-06-30
a year                             | relative | 2014-06-30 | 2014-06-30
2 yrs                              | relative | 2015-06-30 | 2015-06-30
six weeks                          | relative | 2013-08-11 | 2013-08-11
a fortnight                        | relative | 2013-07-14 | 2013-07-14
10 days                            | relative | 2013-07-10 | 2013-07-10
12mths                             | relative | 2014-06-30 | 2014-06-30
12-month period                    | relative | 2014-06-30 | 2014-06-30
18 calendar months                 | relative | 2014-12-30 | 2014-12-30
1 year 6 months                    | relative | 2014-12-30 | 2014-12-30
one year and six months            | relative | 2014-12-30 | 2014-12-30
1.5 years                          | relative | 2014-12-30 | 2014-12-30
half a year                        | relative | 2013-12-30 | 2013-12-30
in 6 months                        | relative | 2013-12-30 | 2013-12-30
in 12 months' time                 | relative | 2014-06-30 | 2014-06-30
6 months from now                  | relative | 2013-12-30 | 2013-12-30
Timescale: 12 months               | relative | 2014-06-30 | 2014-06-30
12 months.                         | relative | 2014-06-30 | 2014-06-30
within 6 months                    | relative | 2013-06-30 | 2013-12-30
within the next 12 months          | relative | 2013-06-30 | 2014-06-30
over the next 12 months            | relative | 2013-06-30 | 2014-06-30
in the next six months             | relative | 2013-06-30 | 2013-12-30
up to three years                  | relative | 2013-06-30 | 2016-06-30
maximum of 12 months               | relative | 2013-06-30 | 2014-06-30
12 months max                      | relative | 2013-06-30 | 2014-06-30
no more than 18 months             | relative | 2013-06-30 | 2014-12-30
at least 12 months                 | relative | 2014-06-30 |            | open
12 months+                         | relative | 2014-06-30 |            | open
12+ months                         | relative | 2014-06-30 |            | open
minimum 2 years                    | relative | 2015-06-30 |            | open
12 months or more                  | relative | 2014-06-30 |            | open
6 months from 1 April 2014         | relative | 2014-10-01 | 2014-10-01
12 months from June 2014           | relative | 2015-06-30 | 2015-06-30
18-24 months                       | window   | 2014-12-30 | 2015-06-30
18 – 24 months                     | window   | 2014-12-30 | 2015-06-30
18 to 24 months                    | window   | 2014-12-30 | 2015-06-30
between 18 and 24 months           | window   | 2014-12-30 | 2015-06-30
18 months to 2 years               | window   | 2014-12-30 | 2015-06-30
six to nine months                 | window   | 2013-12-30 | 2014-03-30
12 months - 18 months              | window   | 2014-06-30 | 2014-12-30
1-2 years                          | window   | 2014-06-30 | 2015-06-30
4-6 weeks                          | window   | 2013-07-28 | 2013-08-11
within 3 to 6 months               | window   | 2013-09-30 | 2013-12-30
31 March 2014                      | date     | 2014-03-31 | 2014-03-31
31st March 2014                    | date     | 2014-03-31 | 2014-03-31
the 31st of March 2014             | date     | 2014-03-31 | 2014-03-31
March 31, 2014                     | date     | 2014-03-31 | 2014-03-31
31-Mar-14                          | date     | 2014-03-31 | 2014-03-31
31/03/2014                         | date     | 2014-03-31 | 2014-03-31
03/04/2014                         | date     | 2014-04-03 | 2014-04-03
31.03.14                           | date     | 2014-03-31 | 2014-03-31
2014-03-31                         | date     | 2014-03-31 | 2014-03-31
2014-03-31 00:00:00                | date     | 2014-03-31 | 2014-03-31
20140331                           | date     | 2014-03-31 | 2014-03-31
Monday 31 March 2014               | date     | 2014-03-31 | 2014-03-31
by 31 March 2014                   | date     | 2014-03-31 | 2014-03-31
no later than 31 March 2014        | date     | 2014-03-31 | 2014-03-31
on 31 March 2014                   | date     | 2014-03-31 | 2014-03-31
31 March                           | date     | 2014-03-31 | 2014-03-31
by end of March 2014               | date     | 2014-03-31 | 2014-03-31
end March 2014                     | date     | 2014-03-31 | 2014-03-31
end of February 2016               | date     | 2016-02-29 | 2016-02-29
end of 2014                        | date     | 2014-12-31 | 2014-12-31
by the end of 2013/14              | date     | 2014-03-31 | 2014-03-31
end of Q3 2013/14                  | date     | 2013-12-31 | 2013-12-31
end of summer 2014                 | date     | 2014-08-31 | 2014-08-31
end of this financial year         | date     | 2014-03-31 | 2014-03-31
before 1 April 2014                | date     | 2014-03-31 | 2014-03-31
before March 2014                  | date     | 2014-02-28 | 2014-02-28
to be completed by 31 March 2014   | date     | 2014-03-31 | 2014-03-31
March 2014                         | window   | 2014-03-01 | 2014-03-31
Sept 2013                          | window   | 2013-09-01 | 2013-09-30
Mar '14                            | window   | 2014-03-01 | 2014-03-31
03/2014                            | window   | 2014-03-01 | 2014-03-31
2014-03                            | window   | 2014-03-01 | 2014-03-31
by March 2014                      | window   | 2014-03-01 | 2014-03-31
during March 2014                  | window   | 2014-03-01 | 2014-03-31
March                              | window   | 2014-03-01 | 2014-03-31
mid-March                          | window   | 2014-03-01 | 2014-03-31
mid March 2014                     | window   | 2014-03-01 | 2014-03-31
early September 2013               | window   | 2013-09-01 | 2013-09-30
beginning of April 2014            | window   | 2014-04-01 | 2014-04-30
February 2014                      | window   | 2014-02-01 | 2014-02-28
for completion by June 2014        | window   | 2014-06-01 | 2014-06-30
complete by June 2014              | window   | 2014-06-01 | 2014-06-30
Q3 2013/14                         | window   | 2013-10-01 | 2013-12-31
Q4 2013/14                         | window   | 2014-01-01 | 2014-03-31
Q1 2014-15                         | window   | 2014-04-01 | 2014-06-30
Q3 13/14                           | window   | 2013-10-01 | 2013-12-31
Quarter 3 of 2013/14               | window   | 2013-10-01 | 2013-12-31
third quarter of 2013/14           | window   | 2013-10-01 | 2013-12-31
2013/14 Q3                         | window   | 2013-10-01 | 2013-12-31
Q3 calendar year 2014              | window   | 2014-07-01 | 2014-09-30
by Q2 2014/15                      | window   | 2014-07-01 | 2014-09-30
Q1 - Q2 2014/15                    | window   | 2014-04-01 | 2014-09-30
H1 2014/15                         | window   | 2014-04-01 | 2014-09-30
second half of 2013/14             | window   | 2013-10-01 | 2014-03-31
Spring 2014                        | window   | 2014-03-01 | 2014-05-31
Summer 2014                        | window   | 2014-06-01 | 2014-08-31
Autumn 2013                        | window   | 2013-09-01 | 2013-11-30
Winter 2013/14                     | window   | 2013-12-01 | 2014-02-28
Autumn                             | window   | 2013-09-01 | 2013-11-30
2013/14                            | window   | 2013-04-01 | 2014-03-31
2014-15                            | window   | 2014-04-01 | 2015-03-31
FY 2014/15                         | window   | 2014-04-01 | 2015-03-31
2014                               | window   | 2014-01-01 | 2014-12-31
2013/14 to 2015/16                 | window   | 2013-04-01 | 2016-03-31
April - June 2014                  | window   | 2014-04-01 | 2014-06-30
April to June 2014                 | window   | 2014-04-01 | 2014-06-30
from April 2014 to June 2014       | window   | 2014-04-01 | 2014-06-30
between March and May 2014         | window   | 2014-03-01 | 2014-05-31
March/April 2014                   | window   | 2014-03-01 | 2014-04-30
September 2013 - March 2014        | window   | 2013-09-01 | 2014-03-31
1 April to 30 June 2014            | window   | 2014-04-01 | 2014-06-30
01/04/2014 - 30/06/2014            | window   | 2014-04-01 | 2014-06-30
w/c 3 March 2014                   | window   | 2014-03-03 | 2014-03-09
until 31 March 2015                | window   | 2013-06-30 | 2015-03-31
ongoing until March 2015           | window   | 2013-06-30 | 2015-03-31
12 months (by June 2014)           | window   | 2014-06-01 | 2014-06-30
6 months (31 December 2013)        | date     | 2013-12-31 | 2013-12-31
December 2014 (18 months)          | window   | 2014-12-01 | 2014-12-31
0-6 months                         | window   | 2013-06-30 | 2013-12-30
by the end of the financial year   | date     | 2014-03-31 | 2014-03-31
by no later than March 2014        | window   | 2014-03-01 | 2014-03-31
March 2014 (completed)             | complete |            |
Complete - High                    | complete |            |            | High
12 months - 30 June 2014           | date     | 2014-06-30 | 2014-06-30
June 2014, 12 months               | window   | 2014-06-01 | 2014-06-30
March 2014 - 12 months             | window   | 2014-03-01 | 2014-03-31
Sept 2013 revised to Dec 2013      | window   | 2013-12-01 | 2013-12-31
6 months – linked to PDR cycle     | relative | 2013-12-30 | 2013-12-30
Short term (0-6 months)            | window   | 2013-06-30 | 2013-12-30
12 montsh                          | relative | 2014-06-30 | 2014-06-30
immediate                          | immediate | 2013-06-30 | 2013-06-30
Immediately                        | immediate | 2013-06-30 | 2013-06-30
with immediate effect              | immediate | 2013-06-30 | 2013-06-30
Ongoing                            | open     |            |            | open
on-going                           | open     |            |            | open
Continuous                         | open     |            |            | open
rolling                            | open     |            |            | open
Immediate/ongoing                  | open     | 2013-06-30 |            | open
ongoing from April 2014            | open     | 2014-04-01 |            | open
April 2014 onwards                 | open     | 2014-04-01 |            | open
from September 2013                | open     | 2013-09-01 |            | open
after March 2014                   | open     | 2014-04-01 |            | open
quarterly                          | recurring |           |            | open P3M
Monthly                            | recurring |           |            | open P1M
annually                           | recurring |           |            | open P1Y
every 6 months                     | recurring |           |            | open P6M
six-monthly                        | recurring |           |            | open P6M
every two years                    | recurring |           |            | open P2Y
every quarter                      | recurring |           |            | open P3M
weekly                             | recurring |           |            | open P1W
fortnightly                        | recurring |           |            | open P2W
twice a year                       | recurring |           |            | open P6M
each month                         | recurring |           |            | open P1M
Ongoing (quarterly)                | recurring |           |            | open P3M
quarterly from April 2014          | recurring | 2014-04-01 |           | open P3M
monthly until March 2015           | recurring |            | 2015-03-31 | P1M
TBC                                | unscheduled |          |
to be confirmed                    | unscheduled |          |
to be agreed                       | unscheduled |          |
N/A                                | unscheduled |          |
High                               | unscheduled |          |            | High
Done                               | complete |            |
Completed                          | complete |            |
Completed March 2014               | complete | 2014-03-01 | 2014-03-31
completed on 12/03/2014            | complete | 2014-03-12 | 2014-03-12
12 months (completed)              | complete |            |
High - 12 months                   | relative | 2014-06-30 | 2014-06-30 | High
12 months (High)                   | relative | 2014-06-30 | 2014-06-30 | High
12 months / Medium                 | relative | 2014-06-30 | 2014-06-30 | Medium
Low priority; 18-24 months         | window   | 2014-12-30 | 2015-06-30 | Low
Priority: High, 31 March 2014      | date     | 2014-03-31 | 2014-03-31 | High
6 months High priority             | relative | 2013-12-30 | 2013-12-30 | High
High 6 months                      | relative | 2013-12-30 | 2013-12-30 | High
Ongoing - Low                      | open     |            |            | open Low
TBC (Medium)                       | unscheduled |          |            | Medium
12 months; 12 months               | relative | 2014-06-30 | 2014-06-30
"""

# phrase | code of the refusal
REFUSED = """
Q3 2014                     | which_year
H1 2014                     | which_year
first quarter 2014          | which_year
first half of 2014          | which_year
Q3 FY14                     | which_year
FY14                        | which_year
Q3                          | no_year_quarter
third quarter               | no_year_quarter
June                        | no_year
by 15 June                  | no_year
early 2014                  | part_of_year
mid 2014                    | part_of_year
late 2014                   | part_of_year
mid-2014                    | part_of_year
early summer 2014           | part_of_year
late Q3 2013/14             | part_of_year
Winter 2014                 | season_year
Spring 2013/14              | season_year
August 13                   | day_or_year
Mar-14                      | day_or_year
11/12                       | day_or_year
2011-12                     | month_or_year
2014-2015                   | two_years
by 2014                     | by_year
by 2013/14                  | by_year
12 months / 18 months       | two_readings
6 months; 12 months         | two_readings
March 2014 / June 2014      | two_readings
31 March 2014 or 30 June 2014 | two_readings
12 months, ongoing          | two_readings
TBC (March 2014)            | two_readings
High / Low, 6 months        | two_readings
24-18 months                | backwards
June - April 2014           | backwards
until March 2012            | backwards
31/02/2014                  | impossible_date
31 April 2014               | impossible_date
03/31/2014                  | impossible_date
Tuesday 31 March 2014       | weekday
0 months                    | out_of_range
999 months                  | out_of_range
March 3014                  | out_of_range
ASAP                        | vague
short term                  | vague
medium-term                 | vague
Medium term                 | vague
a few months                | vague
several months              | vague
approx 12 months            | vague
c. 12 months                | vague
about 6 months              | vague
in due course               | vague
as required                 | vague
end of year                 | vague
next year                   | vague
Year 1                      | vague
10 working days             | working_days
bi-monthly                  | twice_or_every_two
biannually                  | twice_or_every_two
6 months after approval     | from_event
3 months from launch        | from_event
over 12 months              | during_or_after
after 6 months              | during_or_after
for 6 months                | during_or_after
completed by March 2014     | done_or_due
complete March 2014         | done_or_due
complete (March 2014)       | done_or_due
complete (by March 2014)    | done_or_due
completed, ongoing          | done_or_due
Done (12 months)            | done_or_due
2013-2016                   | two_years
2014 to 2016                | two_years
12 months, review quarterly | two_readings
complete in 6 months        | done_or_due
In progress                 | status
not complete                | status
incomplete                  | status
50% complete                | status
started                     | status
partially complete          | status
                            | blank
6                           | unreadable
6-12                        | unreadable
months                      | unreadable
6/9 months                  | unreadable
soonish                     | unreadable
Christmas                   | unreadable
next review meeting         | unreadable
March, if funds allow       | unreadable
12 months subject to budget | unreadable
not before the election     | unreadable
41729                       | unreadable
quarterly or monthly        | two_readings
by the end of autumn term   | term
academic year 2014/15       | term
"""


def rows_of(table: str) -> list[tuple[str, ...]]:
    return [tuple(cell.strip() for cell in line.split("|")) for line in table.strip("\n").splitlines()]


def expected_of(row: tuple[str, ...]) -> Timescale:
    _, kind, earliest, latest, extra = (*row, "")[:5]
    flags = extra.split()
    return Timescale(
        kind, date.fromisoformat(earliest) if earliest else None, date.fromisoformat(latest) if latest else None,
        open_ended="open" in flags, every=next((f for f in flags if f.startswith("P")), ""),
        priority=next((f for f in flags if f in ("High", "Medium", "Low") or f.isdigit()), ""))


@pytest.mark.parametrize("row", rows_of(READ), ids=lambda row: row[0])
def test_a_phrase_is_read_as_meant(row):
    read = parse_timescale(row[0], anchor=ANCHOR)
    assert Timescale(read.kind, read.earliest, read.latest, read.open_ended, read.every, read.priority) \
        == expected_of(row)


@pytest.mark.parametrize("row", rows_of(REFUSED), ids=lambda row: row[0] or "blank")
def test_a_phrase_without_one_reading_is_refused_with_a_way_to_write_it(row):
    text, code = row
    with pytest.raises(TimescaleError) as refused:
        parse_timescale(text, anchor=ANCHOR)
    assert refused.value.code == code
    assert text in str(refused.value)
    assert refused.value.remedy
    assert refused.value.reason == ("unreadable" if code in UNREADABLE_CODES else "ambiguous")


# phrase | as its remedy says to write it
REMEDIES = """
Q3 2014                     | Q3 2013/14
Q3 2014                     | Q3 calendar year 2014
FY14                        | 2013/14
Q3                          | Q3 2013/14
2026/27 Q1 & Q2             | Q1 & Q2 2026/27
June                        | June 2014
August 13                   | August 2013
11/12                       | 11 December 2013
2011-12                     | 2011/12
2014-2015                   | 2014/15 to 2015/16
by 2014                     | by the end of 2014
by 2014                     | before 1 January 2014
early 2014                  | by the end of March 2014
Winter 2014                 | December 2013 to February 2014
24-18 months                | 18-24 months
June 2014 - April 2014      | April 2014 - June 2014
31 June 2014                | 30 June 2014
Tuesday 31 March 2014       | 31 March 2014
ASAP                        | March 2014
10 working days             | 2 weeks
bi-annual                   | twice a year
bi-annual                   | every two years
6 months after approval     | 6 months from 1 April 2014
within six months of accreditation | 6 months from 1 April 2014
over 12 months              | within 12 months
over 12 months              | at least 12 months
completed by March 2014     | completed March 2014
completed by March 2014     | to be completed by March 2014
complete (March 2014)       | completed March 2014
autumn term                 | by December 2013
In progress - 50%           | TBC
12 months / 18 months       | 18 months
soonish                     | 31 March 2014
"""


@pytest.mark.parametrize("row", [line.split("|") for line in REMEDIES.strip().splitlines()], ids=lambda row: row[1])
def test_what_is_refused_is_read_once_it_is_written_as_the_remedy_says(row):
    refused, mended = map(str.strip, row)
    with pytest.raises(TimescaleError):
        parse_timescale(refused, anchor=ANCHOR)
    assert parse_timescale(mended, anchor=ANCHOR)


def written_as(kind_wanted):
    lines = AS_WRITTEN.read_text(encoding="utf-8").splitlines()
    rows = [tuple(cell.strip() for cell in line.split("|")) for line in lines if line and not line.startswith("#")]
    return [row for row in rows if (row[1] in KINDS) == kind_wanted]


def test_phrases_as_plans_write_them_are_read_as_a_careful_person_would():
    misses = {}
    for row in written_as(True):
        wanted = expected_of((*row, "", "", ""))
        try:
            read = parse_timescale(row[0], anchor=ANCHOR)
        except TimescaleError as problem:
            misses[row[0]] = problem.code
            continue
        got = Timescale(read.kind, read.earliest, read.latest, read.open_ended, read.every, read.priority)
        if got != wanted:
            misses[row[0]] = got
    assert misses == {}


def test_phrases_that_a_careful_person_would_ask_about_are_refused():
    misses = {}
    for text, reason, *_ in written_as(False):
        try:
            misses[text] = parse_timescale(text, anchor=ANCHOR)
        except TimescaleError as problem:
            if reason not in ("refused", problem.reason) or not problem.remedy:
                misses[text] = problem.code
    assert misses == {}


@pytest.mark.parametrize(("text", "original"), [
    ("Sept 2013 revised to Dec 2013", "Sept 2013"), ("was June now Sept 2014", "June"),
    ("Dec 2013 (was Sept 2013)", "Sept 2013"), ("31 March 2014 – extended to 30 June 2014", "31 March 2014"),
    ("Original date 30/09/13. Revised date 31/12/13", "30/09/13"), ("revised to March 2014", ""),
])
def test_a_revised_timescale_keeps_the_original_as_written(text, original):
    read = parse_timescale(text, anchor=ANCHOR)
    assert read.original == original
    assert "revised" in read.note.split("; ")


@pytest.mark.parametrize("aside", ["linked to PDR cycle", "HR to lead", "all directorates"])
@pytest.mark.parametrize("text", ["12 months", "31 March 2014", "ongoing", "quarterly", "High, 6 months"])
def test_text_beside_a_timescale_changes_nothing_but_the_note(text, aside):
    alone, beside = (parse_timescale(t, anchor=ANCHOR) for t in (text, f"{text} - {aside}"))
    assert "text_set_aside" in beside.note
    assert replace(beside, note="") == replace(alone, note="")


@pytest.mark.parametrize("condition", ["if funds allow", "subject to budget", "once approved", "delayed",
                                       "not started yet", "then review", "from launch", "or later", "2 phases"])
def test_text_that_may_change_the_meaning_is_never_set_aside(condition):
    with pytest.raises(TimescaleError):
        parse_timescale(f"12 months - {condition}", anchor=ANCHOR)


def test_the_tables_cover_every_kind_and_every_code_of_refusal():
    assert {row[1] for row in rows_of(READ)} == set(KINDS)
    used = {row[1] for row in rows_of(REFUSED)}
    assert used | {"no_day"} == set(codes("timescale_refused")) == set(codes("timescale_remedy"))


@pytest.mark.parametrize(("anchor", "months", "due"), [
    (date(2014, 1, 31), 1, date(2014, 2, 28)),
    (date(2016, 1, 31), 1, date(2016, 2, 29)),
    (date(2013, 8, 31), 6, date(2014, 2, 28)),
    (date(2016, 2, 29), 12, date(2017, 2, 28)),
    (date(2013, 12, 15), 1, date(2014, 1, 15)),
])
def test_months_end_on_the_corresponding_date_or_on_the_last_day(anchor, months, due):
    assert Duration(months=months).after(anchor) == due


def test_a_month_as_anchor_is_its_last_day():
    assert parse_anchor("June 2013") == date(2013, 6, 30)
    assert parse_anchor("February 2016") == date(2016, 2, 29)
    assert parse_anchor("9th September, 2013") == date(2013, 9, 9)
    assert parse_anchor("09/09/2013") == date(2013, 9, 9)
    assert parse_anchor("09/12/2013", date_order="mdy") == date(2013, 9, 12)


@pytest.mark.parametrize(("text", "code"), [("2013/14", "no_day"), ("12 months", "no_day"), ("June", "no_year"),
                                            ("August 13", "day_or_year"), ("", "blank")])
def test_an_anchor_that_is_not_one_day_or_month_is_refused(text, code):
    with pytest.raises(TimescaleError) as refused:
        parse_anchor(text)
    assert refused.value.code == code


def test_the_anchor_has_no_default():
    with pytest.raises(TypeError):
        parse_timescale("12 months")


def test_a_datetime_as_anchor_counts_as_its_day():
    assert parse_timescale("12 months", anchor=datetime(2013, 6, 30, 23, 59)).latest == date(2014, 6, 30)


def test_what_the_reader_added_is_noted():
    assert parse_timescale("March", anchor=ANCHOR).note == "year_from_anchor"
    assert parse_timescale("mid-March 2014", anchor=ANCHOR).note == "part_of_month"
    assert parse_timescale("12 months (June 2015)", anchor=ANCHOR).note == "length_set_aside"
    assert parse_timescale("6 months from June 2014", anchor=ANCHOR).note == "own_start"
    notes = {n for row in rows_of(READ) for n in parse_timescale(row[0], anchor=ANCHOR).note.split("; ") if n}
    assert notes == set(codes("timescale_note"))


@pytest.mark.parametrize(("cell", "parts"), [
    ("12 months", ["12 months"]),
    ("12 months\n\n12 months", ["12 months", "12 months"]),
    ("12 months  6 months", ["12 months", "6 months"]),
    ("12 months; 6 months", ["12 months", "6 months"]),
    ("• 12 months\n• 18-24 months", ["12 months", "18-24 months"]),
    ("1. 12 months\n2. 6 months", ["12 months", "6 months"]),
    ("a) Ongoing\nb) TBC", ["Ongoing", "TBC"]),
    ("18-24\nmonths", ["18-24 months"]),
    ("6 months\n(linked to PDR cycle)\n12 months", ["6 months (linked to PDR cycle)", "12 months"]),
    ("Sept 2013\nrevised to Dec 2013\n12 months", ["Sept 2013 revised to Dec 2013", "12 months"]),
    ("1) 12 months 2) 6 months", ["12 months", "6 months"]),
    ("a) 12 months, b) Ongoing", ["12 months", "Ongoing"]),
    ("12 months, 6 months", ["12 months", "6 months"]),
    ("12 months / 6 months", ["12 months", "6 months"]),
    ("31 March 2014, 9 months", ["31 March 2014, 9 months"]),
    ("March / April 2014", ["March / April 2014"]),
    ("6 months - HR\n12 months - DMT", ["6 months - HR", "12 months - DMT"]),
    ("High\n12 months", ["High; 12 months"]),
    ("12 months\nHigh\n6 months\nLow", ["12 months; High", "6 months; Low"]),
    ("High; 12 months", ["High; 12 months"]),
    ("12  months", ["12  months"]),
    ("31. March 2014", ["31. March 2014"]),
    ("Q3 2014\nQ4 2014", ["Q3 2014", "Q4 2014"]),
    ("", []),
    (" \n ", []),
])
def test_a_cell_is_split_into_one_timescale_per_action(cell, parts):
    assert split_timescales(cell) == parts


@given(st.text(max_size=60))
@example("1/1/1/1")
@example("²2 months")
@example("٣ months")
@example("12 months to")
@example("from until by")
def test_any_text_is_read_or_refused_and_nothing_else_happens(text):
    try:
        outcome = parse_timescale(text, anchor=ANCHOR).kind
    except TimescaleError as refused:
        outcome = refused.code
    assert outcome in {*KINDS, *codes("timescale_remedy")}
    assert all(part.strip() for part in split_timescales(text))


WORDS = st.sampled_from(["12", "18-24", "months", "year", "March", "2014", "2013/14", "by", "end of", "Q3", "within",
                         "High", "ongoing", "-", "/", "(", ")", ";", "to", "quarterly", "from", "TBC", "completed",
                         "31", "June", "spring", "until", "+", "at least", "every"])


@given(st.lists(WORDS, min_size=1, max_size=7).map(" ".join))
def test_whatever_is_read_hangs_together(text):
    try:
        read = parse_timescale(text, anchor=ANCHOR)
    except TimescaleError:
        return
    if read.earliest and read.latest:
        assert read.earliest <= read.latest
    if read.kind in ("date", "immediate"):
        assert read.earliest == read.latest is not None
    if read.kind == "window":
        assert read.earliest is not None
        assert read.latest is not None
    assert read.open_ended == (read.kind in ("open", "recurring", "relative") and read.latest is None)
    assert bool(read.every) == (read.kind == "recurring")


@given(st.integers(1, 36), st.dates(date(2010, 1, 1), date(2030, 12, 31)))
def test_a_later_anchor_never_makes_a_due_date_earlier(months, anchor):
    text = f"{months} months"
    due = parse_timescale(text, anchor=anchor).latest
    assert due <= parse_timescale(text, anchor=date.fromordinal(anchor.toordinal() + 1)).latest
    assert (due.year - anchor.year) * 12 + due.month - anchor.month == months


@pytest.mark.parametrize("cell", ["12 months (completed); March 2014 (HR)",
                                  "• by 31 March 2014 (High)\n• 6 months [Low]"])
def test_brackets_stay_with_their_timescale(cell):
    assert [part.count("(") + part.count("[") for part in split_timescales(cell)] == [1, 1]
    assert [part[-1] in ")]" for part in split_timescales(cell)] == [True, True]


@pytest.mark.parametrize("sign", ["(", ")", "]", "()", ".", "*", "|", "/"])
def test_signs_alone_are_no_timescale(sign):
    with pytest.raises(TimescaleError):
        parse_timescale(sign, anchor=ANCHOR)

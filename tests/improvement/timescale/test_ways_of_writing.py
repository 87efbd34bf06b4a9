"""One meaning written in many ways is read as that meaning, however it is written: never as another."""

from __future__ import annotations

from calendar import month_abbr, month_name, monthrange
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from my121_analytics.improvement.timescale.reading import parse_timescale, split_timescales
from my121_analytics.improvement.timescale.refusal import TimescaleError

ANCHOR = date(2024, 2, 14)
years = st.integers(2024, 2034)
months = st.integers(1, 12)
gaps = st.sampled_from([" ", "\u00a0", "  ", " \u200b"])
dashes = st.sampled_from(["-", "–", "—", " - ", " – ", "\u00a0– "])
financial_years = st.sampled_from(["{y}/{z:02}", "{y}-{z:02}", "{y}/20{z:02}", "{x:02}/{z:02}", "FY{x:02}/{z:02}",
                                   "FY {y}/{z:02}", "financial year {y}/{z:02}", "FY{y}-{z:02}"])
prefixes = st.sampled_from(["", "by ", "By ", "during ", "Target: ", "Due ", "due by ", "to be completed by ",
                            "Planned for "])


def written(form: str, year: int) -> str:
    return form.format(y=year, x=year % 100, z=(year + 1) % 100)


def quarter_ends(first: int, last: int, year: int) -> tuple[date, date]:
    begin, end = 3 * first + 1, 3 * last + 3
    return (date(year + (begin > 12), (begin - 1) % 12 + 1, 1),
            date(year + (end > 12), (end - 1) % 12 + 1, monthrange(year, (end - 1) % 12 + 1)[1]))


def ends(text: str) -> tuple[date | None, date | None]:
    reading = parse_timescale(text, anchor=ANCHOR)
    return reading.earliest, reading.latest


@given(st.data(), years, st.integers(1, 4), financial_years, prefixes)
def test_quarters_of_a_financial_year(data, year, first, form, prefix):
    last = data.draw(st.integers(first, 4))
    quarter = data.draw(st.sampled_from(["Q{}", "Quarter {}", "Qtr {}", "q{}"]))
    join = data.draw(st.one_of(dashes, st.sampled_from([" to ", "/", " / "] if last == first + 1 else [" to "])))
    parts = quarter.format(first) + (join + quarter.format(last) if last > first else "")
    year_text = written(form, year)
    order = data.draw(st.sampled_from(["{p} {y}", "{y} {p}", "{y}: {p}", "{y}, {p}", "{p} ({y})", "{p} of {y}"]))
    assert ends(prefix + order.format(p=parts, y=year_text)) == quarter_ends(first, last, year)


@given(st.integers(1, 2), years, financial_years, st.sampled_from(["H{}", "Half {}"]), prefixes, st.booleans())
def test_halves_of_a_financial_year(half, year, form, name, prefix, is_year_first):
    parts = [name.format(half), written(form, year)]
    text = " ".join(reversed(parts) if is_year_first else parts)
    assert ends(prefix + text) == quarter_ends(2 * half - 1, 2 * half, year)


@given(st.data(), years, months, st.booleans(), gaps, prefixes)
def test_months_and_stretches_of_them(data, year, first, is_short, gap, prefix):
    last = data.draw(st.integers(first, 12))
    names = month_abbr if is_short else month_name
    join = data.draw(st.one_of(dashes, st.just(" to ")))
    months_text = names[first] + (join + names[last] if last > first else "")
    year_text = data.draw(st.sampled_from([f"{year}", f"'{year % 100}"]))
    assert ends(f"{prefix}{months_text}{gap}{year_text}") == (
        date(year, first, 1), date(year, last, monthrange(year, last)[1]))


@given(years, months, st.data())
def test_days_and_the_ends_of_months(year, month, data):
    n_days = monthrange(year, month)[1]
    day = data.draw(st.integers(1, n_days))
    short = year % 100
    form = data.draw(st.sampled_from([
        f"{day} {month_name[month]} {year}", f"{day} {month_abbr[month]} {short}", f"{day}-{month_abbr[month]}-{short}",
        f"{day}/{month}/{year}", f"{day:02}.{month:02}.{short}", f"{year}-{month:02}-{day:02}",
        f"{month_name[month]} {day}, {year}", f"by the {day}th of {month_name[month]} {year}",
        f"by {day} {month_name[month]}, {year}"]))
    assert ends(form) == (date(year, month, day),) * 2
    end = data.draw(st.sampled_from([f"by end {month_name[month]} {short}", f"end of {month_abbr[month]} {year}",
                                     f"by the end of {month_name[month]} '{short}", f"end-{month_abbr[month]} {year}"]))
    assert ends(end) == (date(year, month, n_days),) * 2


@given(years, months, st.integers(32, 60), st.sampled_from(["{d} {m} {y}", "{d}/{n}/{y}", "by {d} {m} {y}"]))
def test_days_that_do_not_exist_are_refused(year, month, day, form):
    with pytest.raises(TimescaleError):
        parse_timescale(form.format(d=day, m=month_name[month], n=month, y=year), anchor=ANCHOR)


@given(st.integers(1, 36), st.integers(1, 24), st.sampled_from(["months", "mths", "month period"]), dashes)
def test_lengths_and_ranges_of_them(low, more, unit, dash):
    def after(n: int) -> date:
        count = ANCHOR.year * 12 + ANCHOR.month - 1 + n
        return date(count // 12, count % 12 + 1, ANCHOR.day)

    assert ends(f"{low} {unit}") == (after(low),) * 2
    assert ends(f"{low}{dash}{low + more} {unit}") == (after(low), after(low + more))
    assert ends(f"within {low} {unit}") == (ANCHOR, after(low))


@given(st.dates(date(2024, 3, 1), date(2030, 1, 1)), st.dates(date(2024, 3, 1), date(2030, 1, 1)), dashes,
       st.sampled_from(["%d/%m/%Y", "%d %B %Y", "%d.%m.%y", "%B %Y"]))
def test_two_ends_are_a_stretch_in_order_and_refused_in_the_wrong_order(start, end, dash, form):
    text = f"{start.strftime(form)}{dash}{end.strftime(form)}"
    is_month = form == "%B %Y"
    if (start.year, start.month) == (end.year, end.month) and (is_month or start == end):
        return
    if start > end:
        with pytest.raises(TimescaleError):
            parse_timescale(text, anchor=ANCHOR)
    else:
        first = start.replace(day=1) if is_month else start
        last = end.replace(day=monthrange(end.year, end.month)[1]) if is_month else end
        assert ends(text) == (first, last)


@given(st.dates(date(2024, 3, 1), date(2030, 1, 1)), st.dates(date(2024, 3, 1), date(2030, 1, 1)),
       st.sampled_from(["{o} revised to {n}", "{n} (was {o})", "was {o} now {n}", "{o} – extended to {n}",
                        "Original: {o}; Revised: {n}", "{o} -> {n}", "{n} (originally {o})", "{o}\nrevised to {n}"]))
def test_a_revised_timescale_is_the_new_one_and_one_timescale(old, new, form):
    text = form.format(o=f"{old:%d/%m/%Y}", n=f"{new:%d/%m/%Y}")
    reading = parse_timescale(text, anchor=ANCHOR)
    assert (reading.latest, reading.original) == (new, f"{old:%d/%m/%Y}")
    assert len(split_timescales(text)) == 1


@given(st.lists(st.sampled_from(["12 months", "Q3 2025/26", "by 31 March 2025", "ongoing", "TBC", "6-9 months",
                                 "Sept 2025 (HR to lead)", "quarterly"]), min_size=1, max_size=4),
       st.sampled_from(["\n", "\n\n", "; ", "\n• "]))
def test_a_cell_of_several_timescales_is_split_into_them(timescales, separator):
    assert split_timescales(separator.join(timescales)) == timescales

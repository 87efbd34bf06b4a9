"""Section ``profile``: where the workforce stands, by group, and cycle by cycle."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import pandas as pd

from my121_analytics.analysis.profile import tabulate_profile
from my121_analytics.disclosure.release import Released
from my121_analytics.figures.nine_box import describe_nine_box, describe_rating_mix, plot_nine_box, plot_rating_mix
from my121_analytics.reports.workforce_report.brief import (
    Brief,
    ReportSection,
    Written,
    attempt,
    count_line,
    draw_beside,
    make_sheet,
    report_fields,
    share_line,
)
from my121_analytics.reports.workforce_report.headline_figure import Headline
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.results import NO_PLACEMENT, Result
from my121_analytics.writing.book import AnySheet, Chart, Figure, WordSheet
from my121_analytics.writing.tables import Kind

_EARLIER = "cycle "
_SHARES: tuple[tuple[str, Kind], ...] = (("n", "integer"), ("share", "share"), ("lower", "share"), ("upper", "share"),
                                         ("base", "integer"))
_BOX: tuple[tuple[str, Kind], ...] = (("box_name", "text"), ("box", "integer"))
_LEVEL: tuple[tuple[str, Kind], ...] = (("label", "text"), ("level", "integer"))


def analyse(brief: Brief) -> Mapping[str, Result]:
    """Tabulate the profile for each grouping, and of every cycle before.

    Each cycle is a result of its own, so that the gate sees that its counts are those of that cycle's own report.
    """
    groups: list[str | None] = [*brief.report.by] or [None]
    made: dict[str, Callable[[], Result]] = {
        f"profile_{by or ''}": partial(tabulate_profile, brief.workforce, by=by, cycle=brief.cycle)
        for by in groups}
    earlier = {f"{_EARLIER}{cycle}": partial(tabulate_profile, brief.workforce, cycle=cycle)
               for cycle in _cycles_before(brief)}
    return attempt({**made, **earlier})


def write(brief: Brief, results: Mapping[str, Released]) -> Written:
    """Write the map, the ratings, both by group, and both cycle by cycle."""
    profiles = {name.removeprefix("profile_"): released for name, released in results.items()
                if name.startswith("profile_")}
    first = next(iter(profiles.values()))
    sheets: list[AnySheet] = []
    chart = Chart("column", category="box_name", values=("n",))
    axes: tuple[tuple[str, Kind], ...] = (("performance", "integer"), ("potential", "integer"))
    sheets += _map_grid(brief, first)
    sheets += make_sheet(brief, first, "map", "map", report_fields([*_BOX, *axes, *_SHARES]), chart=chart)
    sheets += make_sheet(brief, first, "ratings", "ratings", report_fields([*_LEVEL, *_SHARES]),
                         chart=Chart("column", category="label", values=("n",)),
                         draw=(plot_rating_mix, describe_rating_mix))
    for by, released in profiles.items():
        if not by:
            continue
        group: list[tuple[str, Kind]] = [(by, "text")]
        sheets += make_sheet(brief, released, "map_by_group", "map_by_group", report_fields([*group, *_BOX, *_SHARES]),
                             words={"by": by.replace("_", " ")})
        sheets += make_sheet(brief, released, "ratings_by_group", "ratings_by_group",
                             report_fields([*group, *_LEVEL, *_SHARES]), words={"by": by.replace("_", " ")})
    cycles = [released for name, released in results.items() if name.startswith(_EARLIER)]
    for table, key in (("map", _BOX), ("ratings", _LEVEL)):
        sheets += _trend(brief, first, cycles, table, key)
    trend = {released.about.cycle: _headline(released) for released in (*cycles, first)}
    return Written(tuple(sheets), _headline(first), trend)


def _map_grid(brief: Brief, released: Released) -> tuple[AnySheet, ...]:
    """Lay the numbers out as the map is drawn: performance to the right, potential upwards; its picture beside it."""
    labels = [str(released.facts.get(name) or "").split("; ") for name in ("map_columns", "map_rows")]
    if "map" not in released.tables or [len(names) for names in labels] != [3, 3]:
        return ()
    table = released.tables["map"]
    numbers = {int(row.box): row.n for row in table.itertuples()}
    place = {(box.potential, box.performance): box.number for box in brief.workforce.framework.boxes}
    marker = brief.settings.disclosure.marker
    rows: tuple[tuple[str | Figure, ...], ...] = tuple(
        (labels[1][potential - 1], *(_cell(numbers.get(place.get((potential, column), 0)), marker)
                                     for column in (1, 2, 3)))
        for potential in (3, 2, 1))
    about = released.about
    source = say("report", "source_line", measure=about.measure, population=about.population)
    return (WordSheet(say("report_sheet", "map_grid"), say("report_title", "map_grid", scope=brief.scope),
                      (say("report_heading", "potential"), *labels[0]), rows, (source, say("report", "grid_line")),
                      "nine_box_map", tuple(f"caveat {code}" for code in about.caveats),
                      draw_beside((plot_nine_box, describe_nine_box), released), (1, 2, 3)),)


def _cell(n: object, marker: str) -> Figure:
    return Figure(None, "integer", marker) if n is None or pd.isna(n) else Figure(float(n))  # type: ignore[arg-type]


def _headline(profile: Released) -> tuple[Headline, ...]:
    cycle = profile.about.cycle
    lines = [count_line("posts", profile.about.n, cycle)]
    if "ratings" not in profile.tables:  # kept back whole
        return tuple(lines)
    rows = profile.tables["ratings"]
    rated = rows[rows["level"] > 0].sort_values("level")
    unplaced = rows[rows["label"].astype("str") == NO_PLACEMENT]
    lines += [share_line("not_placed", unplaced, cycle), share_line("highest_rating", rated.tail(1), cycle),
              share_line("lowest_rating", rated.head(1), cycle)]
    if "map" in profile.tables and (profile.tables["map"]["box"] == 3).any():
        table = profile.tables["map"]
        lines.append(share_line("box_3", table[table["box"] == 3], cycle))
    return tuple(lines)


def _trend(brief: Brief, latest: Released, earlier: Sequence[Released], table: str,
           key: tuple[tuple[str, Kind], ...]) -> tuple[AnySheet, ...]:
    """Set the cycles one under the other, the earliest first."""
    cycles = [released for released in (*earlier, latest) if table in released.tables]
    if len(cycles) < 2:
        return ()
    rows = pd.concat([released.tables[table].assign(cycle_marked=brief.mark_cycle(released.about.cycle))
                      for released in cycles], ignore_index=True)
    return make_sheet(brief, cycles[-1], table, f"{table}_by_cycle",
                      report_fields([("cycle_marked", "text"), *key, *_SHARES]), rows=rows, beside=cycles[:-1],
                      lines=(say("report", "trend_mixes"),))


def _cycles_before(brief: Brief) -> list[str]:
    labels = [str(label) for label in brief.workforce.cycles["label"]]
    return labels[:labels.index(brief.cycle)]


SECTION = ReportSection("profile", analyse, write)

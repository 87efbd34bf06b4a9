"""The bench of detection as pages of tables and one picture for ``docs/``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from benchmarks.ceiling import CEILING, SPREADS_KNOWN
from benchmarks.councils import Council
from my121_analytics.figures import theme
from my121_analytics.figures.layout import wrap
from my121_analytics.inference.intervals import wilson_interval
from my121_analytics.settings import Settings

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Entry = dict[str, Any]
OURS = "this package"
PLAIN = Council("plain", 4)
CYCLES = ["1 cycle", "4 cycles", "8 cycles"]
NOMINAL = 0.10
MORE_SOURCES = ("objectives", "panel", "second rater")
"""Words of the names of councils that hold more of people than who moved."""
BANDS = ["2-5", "6-10", "11-25", "26+"]
MARKERS = {OURS: "o", "linear mixed model, 1.96 sd": "s", "chi-square, p < .05": "^", "chi-square, 20/70/10": "v",
           "raw mean, |z| > 2": "D", "funnel, 99.8 %": "P"}


def write_report(entries: Sequence[Entry], folder: Path, *, methods: Sequence[str], councils: Sequence[str],
                 real: Sequence[str] = ()) -> None:
    """Write ``detection.md``, ``detection_sources.md`` and ``detection.svg`` from the stored entries.

    Parameters
    ----------
    entries
        One per kind of council and method, as ``benchmarks.detection`` stores them.
    folder
        Of the pages.
    methods
        This package first, then the usual methods, in order.
    councils
        Names of all kinds; those without entries are named as not measured.
    real
        Lines of the chapter on real ratings.
    """
    measured = {str(entry["council"]) for entry in entries}
    missing = [name for name in councils if name not in measured]
    page = [*_explain(entries), *_names_table([e for e in entries if e["method"] == OURS], entries),
            *_ranges_table([e for e in entries if e["method"] == OURS]), *real, *_peers_table(entries, methods)]
    if missing:
        page += ["", f"Not measured in this state of the program: {'; '.join(missing)}."]
    (folder / "detection.md").write_text("\n".join([*page, ""]), encoding="utf-8")
    staying = [e for e in entries if e["group"] == "staying" and e["method"] == OURS]
    (folder / "detection_sources.md").write_text("\n".join([*_explain_sources(), *_names_table(staying, entries),
                                                            *_pooled_lines(staying), *_rate_lines(staying),
                                                            *_ranges_table(staying), ""]),
                                                 encoding="utf-8")
    if set(CYCLES) <= measured:
        _draw(_about_truth(entries), folder, methods)


def _about_truth(entries: Sequence[Entry]) -> pd.DataFrame:
    """Give each entry with its shares against the truth of its kind."""
    return pd.DataFrame([{**entry, **entry[entry["truth"]]} for entry in entries])


def _draw(rows: pd.DataFrame, folder: Path, methods: Sequence[str]) -> None:
    title, subtitle = _message(rows)
    figure = theme.figure(theme.WIDTH * 1.25, 6.4)
    for number, line in enumerate(wrap(title, theme.WIDTH * 1.25 - 0.6, theme.TITLE, weight="bold")):
        figure.text(0.02, 0.965 - 0.042 * number, line, size=theme.TITLE, weight="bold", color=theme.INK, va="top")
    for number, line in enumerate(wrap(subtitle, theme.WIDTH * 1.25 - 0.5, theme.SUBTITLE)):
        figure.text(0.02, 0.872 - 0.032 * number, line, size=theme.SUBTITLE, color=theme.QUIET, va="top")
    _draw_cycles(figure.add_axes((0.055, 0.09, 0.33, 0.62)), rows, methods)
    _draw_departures(figure.add_axes((0.74, 0.09, 0.24, 0.62)), rows)
    theme.save_svg(figure, folder / "detection.svg", title=title, description=subtitle + " Figures: detection.md.")


def _of(rows: pd.DataFrame, council: str, method: str) -> pd.Series:
    return rows[(rows["council"] == council) & (rows["method"] == method)].iloc[0]


def _message(rows: pd.DataFrame) -> tuple[str, str]:
    ours = [_of(rows, council, OURS)["wrong"] for council in CYCLES]
    shown = rows["council"].isin(CYCLES) & ~rows["method"].isin([OURS, CEILING, SPREADS_KNOWN])
    runs = sorted({int(n) for n in rows[rows["council"].isin(CYCLES) | (rows["group"] == "departing")]["runs"]})
    ends = dict.fromkeys(f"{100 * end:.0f}" for end in (min(ours), max(ours)))
    title = (f"Of the managers this package names, {'-'.join(ends)} % are named wrongly at "
             f"1, 4 and 8 cycles; of those the usual methods name, up to {100 * rows[shown]['wrong'].max():.0f} %")
    subtitle = ("Share of names whose true difference is under a doubling of the odds, or on the other side. Simulated "
                f"councils of 350 managers, {' or '.join(map(str, runs))} of each kind; bars are 95 % ranges. What "
                "differs between teams and is not recorded (case mix omitted) looks like leniency to every method.")
    return title, subtitle


def _explain(entries: Sequence[Entry]) -> list[str]:
    runs = sorted({int(entry["runs"]) for entry in entries})
    return [
        "# Who is found and who is named wrongly", "",
        "Made by `python -m benchmarks.detection --write` from `benchmarks/detection.jsonl`; a row stands until what "
        "it measures changes. The column `runs` says how many councils were simulated of each kind "
        f"({runs[0]} to {runs[-1]}). "
        "Every figure stands with its simulation error (one standard error over councils), which says how far off it "
        "may be for having been measured on so few. The seeds were not seen while the model was made. All kinds are "
        "drawn from the same seeds, and with them much the same managers: rows may be off in the same direction.", "",
        "![Share of names that are wrong, by method and number of cycles, and for councils that depart from the "
        "model](detection.svg)", "",
        "A manager should be named where the truth lies beyond ln 2, a doubling of the odds, on the side named. There "
        "are two truths: *leniency*, the manager's own way of rating, and leniency *with team*. Where sources can part "
        "the two, the list is about leniency; *about* is the share of councils in which it is, and the other list is "
        "about both together and is to be held against the second truth. *Found*: share of the managers who should be "
        "named who are. *Wrong*: share of all names that should not be there. *Stated*: the share that the program "
        "itself expects to be wrong. *Ceiling*: the most that the same rule could find (and names wrongly), if "
        "thresholds, case mix and the distribution of managers' effects were known (where staff change), or if the "
        "spreads of managers and of teams were known (where staff stay); it is worked out on the same councils.", "",
        f"The plain council has {PLAIN.managers} managers with teams of 2 to 25, new staff every cycle, a spread of "
        f"leniency of {PLAIN.leniency_sd}, a share of {PLAIN.shifted} shifted by {PLAIN.shift} either way, and a "
        f"spread of team quality of {PLAIN.quality_sd}; the councils that depart from the model do so over 4 cycles. "
        "Councils whose staff stay have 300 managers with a spread of leniency of .6, nobody shifted, people's own "
        "spread of 1, and 4 cycles unless said. Quotas: a fifth of each team has the highest rating and a tenth the "
        "lowest. Low ratings left out: the lowest is never written down, the person has no rating. Before a "
        "panel: one rating of so many of the people is looked at by a panel, which keeps it in the share of cases "
        "given and else rates the person afresh, as an average manager would. Second rater: in each cycle so many of "
        "the people are rated by another manager as well.", "",
        "Where a case mix is omitted, what is not recorded differs between teams by the standard deviation given: no "
        "method can tell it from leniency, and all name more managers wrongly the larger it is. The package allows "
        f"for {Settings().managers.unrecorded_sd:.2f} logits.", ""]


def _explain_sources() -> list[str]:
    return ["# Leniency told from team quality: what was measured", "",
            "The councils of [the whole table](detection.md) whose staff stay with their managers: what movers, "
            "objectives met, what panels agreed, and second raters bring. Words and errors as there; written by the "
            "same program from the same run.", ""]


def _names_table(ours: Sequence[Entry], entries: Sequence[Entry]) -> list[str]:
    lines = ["## Names", "",
             "| council | runs | names | about | stated | found, leniency | wrong | found, with team | wrong | "
             "ceiling: found | wrong |", "|" + "---|" * 11]
    ceilings = {entry["council"]: entry for entry in entries if entry["method"] in (CEILING, SPREADS_KNOWN)}
    for entry in ours:
        shares = [_with_error(entry[truth], name) for truth in ("leniency", "total") for name in ("found", "wrong")]
        ceiling = ceilings.get(entry["council"])
        shares += [_with_error(ceiling[ceiling["truth"]], name) if ceiling else "" for name in ("found", "wrong")]
        lines.append(f"| {entry['council']} | {entry['runs']} | {entry['names']:.1f} | {entry['about_leniency']:.1f} | "
                     f"{_two(entry['stated'])} | {' | '.join(shares)} |")
    return [*lines, ""]


def _pooled_lines(ours: Sequence[Entry]) -> list[str]:
    """Write what holds over rows together: names, stated and wrong, with errors over the seeds that rows share."""
    lines = ["Rows are not independent of each other: the same seeds, and with them much the same managers, are drawn "
             "for each. A row may be off by its own error, and all rows in the same direction. Together, with errors "
             "over seeds:", "", "| councils | rows | seeds | names | stated | wrong about leniency |", "|" + "---|" * 6]
    about = [entry for entry in ours if entry["about_leniency"] > 0.5 and "named_seed" in entry]
    for words, with_more in (("people who moved alone", False), ("with objectives, panels or second raters", True)):
        rows = [entry for entry in about if any(word in entry["council"] for word in MORE_SOURCES) == with_more]
        if rows:
            lines.append(_pool_seeds(words, rows))
    return [*lines, ""] if about else []


def _rate_lines(ours: Sequence[Entry]) -> list[str]:
    """Set the stated rate beside what was counted and beside the chances that somebody gives who knows the spreads."""
    known = [entry for entry in ours if entry.get("known") is not None]
    if not known:
        return []
    lines = ["## Whether the stated rate is kept", "",
             "*Counted*: names that are wrong about leniency, of all names. *Chance, spreads known*: the mean chance "
             "that each of the same names is wrong, worked out from the same ratings by somebody who knows how far "
             "managers and teams differ. Its expectation is what is counted, but with less of the luck of a draw, "
             "so that its error is smaller; it still rests on the thresholds and the people's levels as learnt. "
             "*Above stated*: that chance less the stated one, council by council.", "",
             "| council | runs | names | stated | counted | chance, spreads known | above stated |", "|" + "---|" * 7]
    for entry in known:
        lines.append(f"| {entry['council']} | {entry['runs']} | {entry['n_named']} | {_three(entry['stated'])} | "
                     f"{_three(entry['leniency']['wrong'], entry['leniency']['wrong_error'])} | "
                     f"{_three(entry['known'], entry['known_error'])} | "
                     f"{_three(entry['known'] - entry['stated'], entry['above_error'], sign='+')} |")
    return [*lines, ""]


def _three(share: float, error: float | None = None, sign: str = "") -> str:
    return f"{share:{sign}.3f}" + ("" if error is None else f" ± {error:.3f}")


def _pool_seeds(words: str, rows: Sequence[Entry]) -> str:
    sums = pd.DataFrame({"named": pd.DataFrame([row["named_seed"] for row in rows]).sum(),
                         "stated": pd.DataFrame([row["stated_seed"] for row in rows]).sum(),
                         "wrong": pd.DataFrame([row["leniency"]["wrong_seed"] for row in rows]).sum()})
    named, stated, wrong = sums.sum()
    n, left = len(sums), sums["wrong"] - wrong / max(named, 1) * sums["named"]
    error = (n / max(n - 1, 1) * (left**2).sum()) ** 0.5 / max(named, 1)
    return (f"| {words} | {len(rows)} | {n} | {named:.0f} | {stated / max(named, 1):.3f} | "
            f"{wrong / max(named, 1):.3f} ± {error:.3f} |")


def _ranges_table(ours: Sequence[Entry]) -> list[str]:
    lines = ["## Ranges, and \"in line\"", "",
             "Against the truth that the list is about. *Covered*: share of 95 % ranges that hold it, among all, among "
             "those listed, among those who differ. *In line, yet beyond*: of all who are told \"in line\", the share "
             "that lie beyond ln 2, by mean team size (number told so, all runs); the goal is .05 at most.", "",
             "| council | covered | listed | who differ | wrong by band 2-5 | 6-10 | 11-25 | 26+ | "
             "in line, yet beyond: 2-5 | 6-10 | 11-25 | 26+ |", "|" + "---|" * 12]
    for entry in ours:
        held = entry[_about(entry)]
        cells = [_two(held[name]) for name in ("covered", "covered_listed", "covered_differ")]
        cells += [_of_number(*pair) for pair in zip(held["wrong_band"], held["named_band"], strict=True)]
        cells += [_of_number(*pair) for pair in zip(held["in_line_wrong"], held["in_line"], strict=True)]
        lines.append(f"| {entry['council']} | {' | '.join(cells)} |")
    pooled = [*_pool(ours, "wrong_band", "named_band"), *_pool(ours, "in_line_wrong", "in_line")]
    return [*lines, f"| **all kinds above** | | | | {' | '.join(pooled)} |", ""]


def _pool(ours: Sequence[Entry], share: str, n: str) -> list[str]:
    """Pool a share by band of team size over all kinds."""
    cells = []
    for band in range(len(BANDS)):
        pairs = [(entry[_about(entry)][share][band] or 0.0, entry[_about(entry)][n][band]) for entry in ours]
        total = sum(number for _, number in pairs)
        cells.append(_of_number(sum(part * number for part, number in pairs) / total if total else None, total))
    return cells


def _about(entry: Entry) -> str:
    return "leniency" if entry["about_leniency"] > 0.5 else "total"


def _peers_table(entries: Sequence[Entry], methods: Sequence[str]) -> list[str]:
    lines = ["## The usual methods, on the same councils", "",
             "Against leniency where staff stay, else against leniency with team.", "",
             "| council | method | names | found | wrong |", "|---|---|---|---|---|"]
    order = {method: place for place, method in enumerate(methods)}
    for council in dict.fromkeys(entry["council"] for entry in entries):
        of_council = [entry for entry in entries if entry["council"] == council]
        for entry in sorted(of_council, key=lambda e: order.get(e["method"], len(order))):
            if not entry["names"] and entry["method"] == "chi-square, 20/70/10":
                continue  # the target is of three levels
            name = str(entry["method"]).replace("|", "\\|")
            shares = " | ".join(_with_error(entry[entry["truth"]], share) for share in ("found", "wrong"))
            lines.append(f"| {council} | {name} | {entry['names']:.1f} | {shares} |")
    return lines


def _with_error(shares: Entry, name: str) -> str:
    """Write a share with one standard error of its simulation."""
    if shares[name] is None:
        return "-"
    error = shares[f"{name}_error"]
    return f"{shares[name]:.2f}" + ("" if error is None else f" ± {error:.2f}")


def _of_number(share: float | None, n: int) -> str:
    return f"{_two(share)} ({n})"


def _two(value: float | None) -> str:
    return "-" if value is None or pd.isna(value) else f"{value:.2f}"


def _draw_cycles(ax: Axes, rows: pd.DataFrame, methods: Sequence[str]) -> None:
    ends = []
    for method in methods:
        shares = [100 * _of(rows, council, method)["wrong"] for council in CYCLES]
        ours = method == OURS
        colour = theme.DARK_BLUE if ours else theme.QUIET
        ax.plot([0, 1, 2], shares, color=colour, lw=3 if ours else 1.4, marker=MARKERS[method], ms=8 if ours else 6,
                markerfacecolor=colour if ours else theme.PAPER, zorder=3 if ours else 2)
        if ours:
            for place, council in enumerate(CYCLES):
                low, high = _range(_of(rows, council, method))
                ax.plot([place, place], [low, high], color=colour, lw=1.5)
        ends.append((shares[-1], method, colour))
    _nominal(ax, horizontal=True)
    ax.annotate("promised: 10 % at most", (0.12, 100 * NOMINAL - 5), va="top", size=theme.SMALL,
                color=theme.INK)
    top = 10 * (int(max(end[0] for end in ends)) // 10 + 2)
    ax.set(xlim=(-0.15, 2.1), ylim=(0, top), xticks=[0, 1, 2])
    ax.set_xticklabels(["1 cycle", "4 cycles", "8 cycles"])
    ax.set_yticks(range(0, top + 1, 10))
    ax.set_yticklabels([f"{tick} %" for tick in range(0, top + 1, 10)])
    ax.set_title("As the model assumes", loc="left", size=theme.BODY, weight="bold", color=theme.INK)
    _plain(ax)
    heights = _apart([end[0] for end in ends], top * 0.062)
    for (_, method, colour), height in zip(ends, heights, strict=True):
        ax.annotate(method, (2.1, height), size=theme.SMALL, color=colour, va="center", annotation_clip=False,
                    weight="bold" if method == OURS else "normal")


def _draw_departures(ax: Axes, rows: pd.DataFrame) -> None:
    names = list(rows[rows["group"] == "departing"]["council"].drop_duplicates())
    for place, council in enumerate(reversed(names)):
        ours, other = (_of(rows, council, method) for method in (OURS, "linear mixed model, 1.96 sd"))
        low, high = _range(ours)
        ax.plot([low, high], [place, place], color=theme.DARK_BLUE, lw=1.5)
        ax.plot(100 * ours["wrong"], place, "o", color=theme.DARK_BLUE, ms=8)
        ax.plot(100 * other["wrong"], place, "s", color=theme.QUIET, markerfacecolor=theme.PAPER, ms=6)
        ax.annotate(council, (-1.5, place), size=theme.SMALL, color=theme.INK, va="center", ha="right",
                    annotation_clip=False)
    _nominal(ax, horizontal=False)
    ax.set(ylim=(-0.7, len(names) - 0.4), xlim=(0, None), yticks=[])
    ax.set_xticks(range(0, 71, 10))
    ax.set_xticklabels([f"{tick} %" for tick in range(0, 71, 10)])
    for text, above, size, weight, colour in (
            ("Departing from the model, 4 cycles", 0.62, theme.BODY, "bold", theme.INK),
            ("dot: this package; square: linear mixed model", 0.1, theme.SMALL, "normal", theme.QUIET)):
        ax.annotate(text, (-0.72, len(names) - 0.4 + above), xycoords=("axes fraction", "data"), size=size,
                    weight=weight, color=colour, ha="left", va="bottom", annotation_clip=False)
    _plain(ax)


def _nominal(ax: Axes, *, horizontal: bool) -> None:
    draw = ax.axhline if horizontal else ax.axvline
    draw(100 * NOMINAL, color=theme.ORANGE, lw=1.2, ls=(0, (4, 3)), zorder=1)


def _plain(ax: Axes) -> None:
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.tick_params(length=0, labelsize=theme.SMALL, labelcolor=theme.QUIET)
    ax.spines["bottom"].set_color(theme.RULE)


def _range(row: pd.Series) -> tuple[float, float]:
    low, high = wilson_interval(round((row["wrong"] or 0) * row["n_named"]), row["n_named"])
    return 100 * float(low), 100 * float(high)


def _apart(heights: Sequence[float], least: float) -> list[float]:
    """Move labels apart, upwards, keeping their order."""
    moved = dict.fromkeys(range(len(heights)), 0.0)
    last = float("-inf")
    for place in sorted(range(len(heights)), key=lambda k: heights[k]):
        last = moved[place] = max(heights[place], last + least)
    return [moved[place] for place in range(len(heights))]

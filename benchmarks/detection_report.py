"""The bench of detection as one table and one picture for ``docs/``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from benchmarks.ceiling import CEILING
from benchmarks.councils import Council
from my121_analytics.figures import theme
from my121_analytics.figures.layout import wrap
from my121_analytics.inference.intervals import wilson_interval
from my121_analytics.settings import Settings

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OURS = "this package"
PLAIN = Council("plain", 4)
CYCLES = ["1 cycle", "4 cycles", "8 cycles"]
NOMINAL = 0.10
BANDS = ["2-5", "6-10", "11-25", "26+"]
MARKERS = {OURS: "o", "linear mixed model, 1.96 sd": "s", "chi-square, p < .05": "^", "chi-square, 20/70/10": "v",
           "raw mean, |z| > 2": "D", "funnel, 99.8 %": "P"}


def write_report(rows: pd.DataFrame, folder: Path, *, methods: Sequence[str]) -> None:
    """Write ``detection.md`` and ``detection.svg`` from the kept rows (one per council kind and method)."""
    title, subtitle = _message(rows)
    text = "\n".join([*_explain(rows), *_table(rows, methods), ""])
    (folder / "detection.md").write_text(text, encoding="utf-8")
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
    others = rows[rows["council"].isin(CYCLES) & ~rows["method"].isin([OURS, CEILING])]["wrong"]
    runs = " or ".join(map(str, sorted({int(one) for one in rows["runs"]})))
    title = (f"Of the managers this package names, {100 * min(ours):.0f}-{100 * max(ours):.0f} % are named wrongly at "
             f"1, 4 and 8 cycles; of those the usual methods name, up to {100 * others.max():.0f} %")
    subtitle = ("Share of names whose true difference is under a doubling of the odds, or on the other side. Simulated "
                f"councils of 350 managers, {runs} of each kind; bars are 95 % ranges. What differs between teams and "
                "is not recorded (case mix omitted) looks like leniency to every method.")
    return title, subtitle


def _explain(rows: pd.DataFrame) -> list[str]:
    return [
        "# Who is found and who is named wrongly", "",
        "Made by `python -m benchmarks.detection --write`; the column `runs` says how many councils were simulated of "
        "each kind. The model and its caution where ratings tell little were made on other seeds, with an earlier "
        "table of 60 of these councils in view. Councils whose staff stay, with what movers and objectives bring, are "
        "on [a page of their own](detection_sources.md).", "",
        "![Share of names that are wrong, by method and number of cycles, and for councils that depart from the "
        "model](detection.svg)", "",
        "A manager should be named where leniency and team quality together (where staff stay: leniency alone) lie "
        "beyond ln 2, a doubling of the odds, on the side named. *Found*: share of these managers who are named. "
        "*Wrong*: share of all names that should not be there; *mean*: averaged over councils, those without names "
        "counting 0. *Covered*: share of 95 % ranges that hold the truth. The last four columns give found · wrong "
        "(number of names) · covered by mean team size; shares of few names are mere chance. "
        f"The plain council has {PLAIN.managers} managers with teams of 2 to 25, new staff every cycle, a spread of "
        f"leniency of {PLAIN.leniency_sd}, a share of {PLAIN.shifted} shifted by {PLAIN.shift} either way, and a "
        f"spread of team quality of {PLAIN.quality_sd}; the councils that depart from the model do so over 4 cycles.",
        "",
        "Where a case mix is omitted, what is not recorded differs between teams by the standard deviation given: no "
        "method can tell it from leniency, and all name more managers wrongly the larger it is. The package allows "
        f"for {Settings().managers.unrecorded_sd:.2f} logits.", "",
        f"*{CEILING.capitalize()}* is the most that the same rule could find: thresholds, case mix and the "
        "distribution of managers' effects are given to it instead of learnt.", "",
    ]


def _table(rows: pd.DataFrame, methods: Sequence[str]) -> list[str]:
    heads = ["council", "method", "runs", "names", "found", "wrong", "mean", "covered", *BANDS]
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    order = {method: place for place, method in enumerate(methods)}
    for council in rows["council"].drop_duplicates():
        mine = rows[rows["council"] == council]
        mine = mine.assign(place=mine["method"].map(order).fillna(len(order)))
        for row in mine.sort_values("place").to_dict("records"):
            if row["method"] != OURS and row["group"] == "hard" and not str(council).startswith("fair"):
                continue
            if not row["names"] and row["method"] == "chi-square, 20/70/10":
                continue  # the target is of three levels
            cells = [council, row["method"], str(int(row["runs"])), f"{row['names']:.1f}", _two(row["found"]),
                     _two(row["wrong"]), _two(row["wrong_mean"]), _two(row["covered"])]
            cells += [_band(row, band) for band in BANDS]
            lines.append("| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |")
    return lines


def _band(row: dict[str, object], band: str) -> str:
    parts = [_two(row[f"found {band}"]), f"{_two(row[f'wrong {band}'])} ({float(str(row[f'named {band}'])):.0f})"]
    if row["method"] == OURS:
        parts.append(_two(row[f"covered {band}"]))
    return " · ".join(parts) if any(part[0] != "-" for part in parts) else "-"


def _two(value: object) -> str:
    number = float(str(value)) if value is not None else float("nan")
    return "-" if pd.isna(number) else f"{number:.2f}"


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
    ax.annotate("promised: 10 % at most", (0.12, 100 * NOMINAL - 2.4), va="top", size=theme.SMALL,
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
    low, high = wilson_interval(round(row["wrong"] * row["n_named"]), row["n_named"])
    return 100 * float(low), 100 * float(high)


def _apart(heights: Sequence[float], least: float) -> list[float]:
    """Move labels apart, upwards, keeping their order."""
    moved = dict.fromkeys(range(len(heights)), 0.0)
    last = float("-inf")
    for place in sorted(range(len(heights)), key=lambda k: heights[k]):
        last = moved[place] = max(heights[place], last + least)
    return [moved[place] for place in range(len(heights))]

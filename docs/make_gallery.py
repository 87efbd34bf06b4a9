"""Draw docs/gallery.md and its pictures from the sample council, each with its words.

Run ``python docs/make_gallery.py`` after a change to the pictures; it takes about half a minute.
"""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

from PIL import Image

import my121_analytics as my121
from my121_analytics.figures.theme import render_png
from my121_analytics.viewing.gallery import ShownPicture

FOLDER = Path(__file__).parent
SAMPLE = FOLDER.parent / "data" / "sample"
_DOTS, _COLOURS = 80, 32
"""Dots an inch and colours: readable on a screen, and the folder stays under half a megabyte."""


def draw_pictures() -> dict[str, tuple[str, ShownPicture]]:
    """Draw the product's pictures of the sample council, by file name, each with the call that draws it."""
    workforce = my121.read_exports(SAMPLE).workforce
    profile = my121.tabulate_profile(workforce, by="directorate")
    patterns = my121.estimate_severity(workforce, axes=["performance"], sensitivity=False)
    plan = my121.read_plan(SAMPLE / "improvement_plan.xlsx", anchor=date(2024, 6, 30), settings=workforce.settings)
    status = my121.assess_status(plan, as_of=date(2025, 3, 31), settings=workforce.settings)
    evidence = my121.assess_evidence(SAMPLE / "iip_evidence.csv", settings=workforce.settings)
    groups = my121.profile_groups(workforce, by=["directorate"])
    paths = my121.trace_movement(workforce)
    asked = {
        "map": ("tabulate_profile(...)", profile, "plot_map"),
        "by_group": ("tabulate_profile(..., by=\"directorate\")", profile, "plot_by_group"),
        "ratings": ("tabulate_profile(...)", profile, "plot_ratings"),
        "heatmap": ("profile_groups(..., by=[\"directorate\"])", groups, "plot_heatmap"),
        "maps": ("profile_groups(..., by=[\"directorate\"])", groups, "plot_maps"),
        "change": ("track_movement(...)", my121.track_movement(workforce), "plot_change"),
        "axis_shares": ("trace_movement(...)", paths, "plot_axis_shares"),
        "leaving": ("trace_movement(...)", paths, "plot_leaving"),
        "coverage": ("measure_coverage(...)", my121.measure_coverage(workforce), "plot_coverage"),
        "trend": ("foresee_coverage(...)", my121.foresee_coverage(workforce), "plot_trend"),
        "self_gap": ("compare_self(...)", my121.compare_self(workforce, by="directorate"), "plot_gap"),
        "demand": ("measure_development(...)", my121.measure_development(workforce), "plot_demand"),
        "managers": ("estimate_severity(...)", patterns, "plot_managers"),
        "funnel": ("estimate_severity(...)", patterns, "plot_funnel"),
        "rating_mixes": ("estimate_severity(...)", patterns, "plot_rating_mixes"),
        "list_lengths": ("estimate_severity(...)", patterns, "plot_list_lengths"),
        "links": ("estimate_severity(...)", patterns, "plot_links"),
        "timeline": ("assess_status(...)", status, "plot_timeline"),
        "award": ("assess_evidence(...)", evidence, "plot_award")}
    return {name: (f"my121.{call}.{method}()", getattr(result, method)())
            for name, (call, result, method) in asked.items()}


def spell_alternative(picture: ShownPicture) -> str:
    """Give the text alternative of a picture as it may stand within Markdown."""
    return picture.alt.replace("[", "(").replace("]", ")").replace("\n", " ")


def write_gallery() -> None:
    """Write the page and the pictures."""
    lines = ["# Gallery", "", "The pictures of the sample council, which is invented, each with the call that draws "
             "it. They are marked for the analyst, since nobody released them. The words below each are its text "
             "alternative, as a page or a workbook holds it.", ""]
    (FOLDER / "gallery").mkdir(exist_ok=True)
    for name, (call, picture) in draw_pictures().items():
        dots = Image.open(io.BytesIO(render_png(picture.axes, dpi=_DOTS)))
        dots.convert("RGB").quantize(_COLOURS).save(FOLDER / "gallery" / f"{name}.png", optimize=True)
        alt = spell_alternative(picture)
        lines += [f"## `{call}`", "", f"![{alt}](gallery/{name}.png)", "", f"In words: {alt}", ""]
    (FOLDER / "gallery.md").write_text("\n".join(lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_gallery()

"""The director's map: each box now and before with what changed, and what the axes, ratings and boxes mean."""

from __future__ import annotations

import pandas as pd

from my121_analytics.reports.pack.meeting import Meeting
from my121_analytics.reports.pack.placements import build_placements
from my121_analytics.wording.catalogue import say
from my121_analytics.writing.page import Block, BoxMap, Bullets, Drawing, MapBox, PageTable, Section, Subheading, Text
from my121_analytics.writing.tables import format_value

DARKEST = 5


def build_map_page(meeting: Meeting) -> Section:
    """Write the director's chapter on the map (on the ratings, where the framework has none)."""
    has_map = meeting.framework.has_map
    heading = say("pack_section", "placements" if has_map else "ratings")
    frame = meeting.frame("profile", "map" if has_map else "ratings")
    if frame is None:
        return Section("placements", heading, (Text(meeting.why_absent("profile", "map")),))
    if not has_map:
        return _without_map(meeting, heading)
    blocks: list[Block] = [_draw_map(meeting, frame)]
    blocks += [Bullets(tuple(lines))] if (lines := _special(meeting)) else []
    if meeting.frame("movement", "change") is None:
        blocks.append(Text(meeting.why_absent("movement", "change")))
    blocks += [Subheading(say("pack", "definitions_heading")), Text(_axes(meeting)), _define_boxes(meeting)]
    return Section("placements", heading, tuple(blocks))


def _without_map(meeting: Meeting, heading: str) -> Section:
    """Keep the counts and the picture of the ratings; there are no boxes to define."""
    chapter = build_placements(meeting).section
    kept = tuple(block for block in chapter.blocks if isinstance(block, Text | PageTable) and not getattr(
        block, "folded", False))
    picture = meeting.pictures.get("map")
    shown = (Drawing(picture, say("pack_first", "ratings_caption")),) if picture else ()
    return Section("placements", heading, (*shown, *kept[:3]))


def _draw_map(meeting: Meeting, frame: pd.DataFrame) -> BoxMap:
    """Set the nine boxes out as on the map, each with its posts now, its share, the share before and the change."""
    now = frame.set_index("box")
    change = meeting.frame("movement", "change")
    changes = change.set_index("box") if change is not None else None
    # "no placement" (box 0) may be the largest group and would leave the boxes themselves pale
    largest = max([float(share) for share in now["share"].drop(0, errors="ignore").dropna()], default=0) or 1.0
    rows = []
    for potential in (3, 2, 1):
        boxes = sorted((b for b in meeting.framework.boxes if b.potential == potential), key=lambda b: b.performance)
        rows.append((meeting.framework.label("potential", potential), tuple(
            _box(meeting, box.number, box.name, now, changes, largest) for box in boxes)))
    labels = meeting.framework.map_labels["map_columns"].split("; ")
    before = str(meeting.results["movement"].facts["cycle_before"]) if changes is not None else ""
    note = say("pack", "map_note_before" if before else "map_note", before=before)
    return BoxMap(say("pack_table", "map", scope=meeting.scope), tuple(rows), tuple(labels), say("pack", "map_corner"),
                  note)


def _box(meeting: Meeting, number: int, name: str, now: pd.DataFrame, changes: pd.DataFrame | None,
         largest: float) -> MapBox:
    heading = f"{number} {name}"
    if number not in now.index or pd.isna(now.loc[number, "n"]):
        return MapBox(heading, meeting.settings.disclosure.marker)
    share = now.loc[number, "share"]
    figure = f"{int(now.loc[number, 'n']):,}"
    lines = [] if pd.isna(share) else [say("pack", "map_share", share=format_value(float(share), "share"))]
    if changes is not None and number in changes.index:
        lines += _change_lines(changes.loc[number])
    shade = 0 if pd.isna(share) else min(int(float(share) / largest * DARKEST + 0.5), DARKEST)
    return MapBox(heading, figure, tuple(lines), shade)


def _change_lines(row: pd.Series) -> list[str]:
    if pd.isna(row["change"]):
        return []
    words = say("pack", "map_before", before=format_value(float(row["share_before"]), "share"),
                after=format_value(float(row["share_after"]), "share"))
    is_clear = row["lower"] > 0 or row["upper"] < 0
    code = ("map_up" if row["change"] > 0 else "map_down") if is_clear else "map_unclear"
    return [words, say("pack", code, points=format_value(float(row["change"]), "points"))]


def _special(meeting: Meeting) -> list[str]:
    """Say what box 3 mixes, and how many have no placement."""
    lines = []
    special = meeting.frame("agenda", "special")
    if special is not None:
        counts = special[special["code"].astype("str").str.startswith("box3")]["description"].value_counts(sort=False)
        lines += [say("pack", "map_special", what=what, n=f"{n:,}") for what, n in counts.items() if n]
    return lines


def _axes(meeting: Meeting) -> str:
    """Say what the axes and their levels mean."""
    levels = {axis: ", ".join(level.label for level in meeting.framework.levels(axis))
              for axis in ("performance", "potential")}
    return say("pack", "definitions_axes", **levels)


def _define_boxes(meeting: Meeting) -> PageTable:
    rows = tuple((f"{box.number} {box.name}", box.gist or say("pack", "no_gist"))
                 for box in sorted(meeting.framework.boxes, key=lambda box: box.number))
    headings = (say("pack_heading", "box"), say("pack_heading", "meaning"))
    return PageTable(say("pack_table", "definitions"), headings, rows)

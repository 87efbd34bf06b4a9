"""What every picture must do: fit its canvas, say its message, print its n, and give the same bytes twice."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from my121_analytics.errors import DataUnusableError, DisclosureError
from my121_analytics.figures import theme
from my121_analytics.figures.canvas import TextLine, draw_on_canvas
from my121_analytics.figures.coverage import describe_coverage, plot_coverage
from my121_analytics.figures.managers import (
    describe_caterpillar,
    describe_funnel,
    plot_caterpillar,
    plot_funnel,
)
from my121_analytics.figures.nine_box import (
    describe_box_by_group,
    describe_box_change,
    describe_nine_box,
    describe_rating_mix,
    plot_box_by_group,
    plot_box_change,
    plot_nine_box,
    plot_rating_mix,
)
from my121_analytics.workforce.results import Result

PLOTS = {"nine_box": plot_nine_box, "by_group": plot_box_by_group, "change": plot_box_change, "mix": plot_rating_mix,
         "caterpillar": plot_caterpillar, "funnel": plot_funnel, "coverage": plot_coverage}
DESCRIPTIONS = {"nine_box": describe_nine_box, "by_group": describe_box_by_group, "change": describe_box_change,
                "mix": describe_rating_mix, "caterpillar": describe_caterpillar, "funnel": describe_funnel,
                "coverage": describe_coverage}
LONG = "Bartholomew-Montgomery Featherstonehaugh-Smythe"
TWELVE = {f"Directorate of Highways, Housing and Heritage {i}": [3 * i, 20, 9, 18, 80 + i, 14, 7, 26, i]
          for i in range(12)}
COVERED = {name: (sum(counts), sum(counts) * 2 // 3) for name, counts in TWELVE.items()}
FOUR = ["Unsatisfactory", "Partially meets expectations in most respects", "Meets", "Exceeds"]

CASES = {
    "nine_box": {
        "usual": lambda g: g.profile(),
        "everyone in one box": lambda g: g.profile([0, 0, 0, 0, 40, 0, 0, 0, 0], 0),
        "nobody": lambda g: g.profile([0] * 9, 0),
        "all withheld": lambda g: g.profile([0, 0, 0, 0, 40, 0, 0, 0, 0], 0, audience="publish"),
        "some withheld": lambda g: g.profile([3, 30, 12, 20, 90, 2, 14, 25, 9], 3, audience="publish")},
    "by_group": {
        "usual": lambda g: g.by_group(g.directorates),
        "twelve": lambda g: g.by_group(TWELVE),
        "one": lambda g: g.by_group(g.directorates, unit="Legal"),
        "none": lambda g: g.by_group({}),
        "withheld": lambda g: g.by_group(g.directorates, audience="publish"),
        "by sex": lambda g: g.by_group({"Female": g.counts, "Male": g.counts}, audience="publish", by="sex")},
    "change": {
        "usual": lambda g: g.movement([10 * n for n in g.counts], [n * 9 + 400 for n in g.counts]),
        "none": lambda g: g.movement(g.counts, g.counts),
        "withheld": lambda g: g.movement([3, 30, 12, 20, 90, 12, 14, 25, 9], [9, 30, 12, 20, 88, 12, 2, 25, 19],
                                         audience="publish")},
    "mix": {
        "four levels": lambda g: g.ratings(FOUR, [3, 120, 900, 240]),
        "nobody": lambda g: g.ratings(FOUR, [0, 0, 0, 0], 0),
        "withheld": lambda g: g.ratings(FOUR, [3, 12, 90, 24], audience="publish")},
    "caterpillar": {
        "usual": lambda g: g.severity(g.manager_rows(42)),
        "one": lambda g: g.severity(g.manager_rows(1)),
        "none": lambda g: g.severity(g.manager_rows(0)),
        "sixty with long names": lambda g: g.severity(g.manager_rows(60, names=[f"{LONG} {i}" for i in range(60)]))},
    "funnel": {
        "usual": lambda g: g.severity(g.manager_rows(42), rating_sd=0.6),
        "one": lambda g: g.severity(g.manager_rows(1)),
        "none": lambda g: g.severity(g.manager_rows(0)),
        "long names": lambda g: g.severity(g.manager_rows(60, names=[f"{LONG} {i}" for i in range(60)])),
        "many": lambda g: g.severity(g.manager_rows(350), rating_sd=0.6)},
    "coverage": {
        "usual": lambda g: g.coverage({"Adult Care": (410, 290), "Legal": (22, 19)}),
        "twelve": lambda g: g.coverage(COVERED),
        "one": lambda g: g.coverage({"Adult Care": (410, 290), "Legal": (22, 22)}, unit="Legal"),
        "none": lambda g: g.coverage({}),
        "withheld": lambda g: g.coverage({"Adult Care": (410, 290), "Legal": (22, 19)}, audience="publish")},
}
ALL = [pytest.param(kind, case, id=f"{kind}: {case}") for kind, cases in CASES.items() for case in cases]
USUAL = [pytest.param(kind, next(iter(cases)), id=kind) for kind, cases in CASES.items()]


DRAWN = {}  # looked at by several tests, changed by none


def draw(given, kind, case):
    if (kind, case) not in DRAWN:
        released = CASES[kind][case](given)
        DRAWN[kind, case] = released, PLOTS[kind](released)
    return DRAWN[kind, case][1]


def released_for(given, kind, case):
    draw(given, kind, case)
    return DRAWN[kind, case][0]


def texts(ax):
    return [t for t in [ax.title, ax._left_title, *ax.texts] if t.get_text().strip()]


def written(ax, gid=None):
    return [t.get_text() for t in ax.texts if gid is None or t.get_gid() == gid]


@pytest.mark.parametrize(("kind", "case"), ALL)
def test_no_text_leaves_the_canvas_or_runs_into_another(given, kind, case):
    ax = draw(given, kind, case)
    drawn = theme.figure_of(ax)
    drawn.canvas.draw()
    boxes = [(t.get_text(), t.get_window_extent()) for t in texts(ax)]
    width, height = drawn.canvas.get_width_height()
    for text, box in boxes:
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height, text  # noqa: PT018
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        # Two dots: the boxes of letters include the white around them.
        apart = a.x1 <= b.x0 + 2 or b.x1 <= a.x0 + 2 or a.y1 <= b.y0 + 2 or b.y1 <= a.y0 + 2
        assert apart, f"{one!r} runs into {other!r}"


@pytest.mark.parametrize(("kind", "case"), ALL)
def test_text_is_level_and_letters_stand_out_from_their_ground(given, kind, case):
    ax = draw(given, kind, case)
    faces = [(p.get_bbox(), to_hex(p)) for p in ax.patches if isinstance(p, Rectangle)]
    for text in texts(ax):
        assert text.get_rotation() == 0
        place = ax.transData.inverted().transform(text.get_transform().transform(text.get_position()))
        ground = next((face for box, face in reversed(faces) if box.contains(*place)), theme.PAPER)
        ground = cell_colour(ax, text) or ground
        assert theme.contrast(text.get_color(), ground) >= theme.MIN_CONTRAST, text.get_text()


def to_hex(patch):
    return "#" + "".join(f"{round(channel * 255):02X}" for channel in patch.get_facecolor()[:3])


def cell_colour(ax, text):
    """Give the colour of the heatmap's cell under a text, None where there is none."""
    if not ax.collections or not hasattr(ax.collections[0], "get_coordinates"):
        return None
    mesh = ax.collections[0]
    x, y = ax.transData.inverted().transform(text.get_transform().transform(text.get_position()))
    values = np.ma.masked_invalid(np.ma.asarray(mesh.get_array()).reshape(mesh.get_coordinates().shape[0] - 1, -1))
    row, column = int(np.floor(y)), int(np.floor(x))
    if not (0 <= row < values.shape[0] and 0 <= column < values.shape[1]) or values.mask[row, column]:
        return None
    colour = mesh.cmap(mesh.norm(values[row, column]))
    return "#" + "".join(f"{round(channel * 255):02X}" for channel in colour[:3])


@pytest.mark.parametrize(("kind", "case"), ALL)
def test_every_picture_has_a_title_a_line_under_it_and_an_alternative(given, kind, case):
    released, ax = released_for(given, kind, case), draw(given, kind, case)
    title = " ".join(ax.get_title(loc="left").split())
    below = " ".join(written(ax, "subtitle")[0].split())
    assert title
    assert "31 March 2025" in below
    assert "2024/25 H2" in below
    assert re.search(r"n = (\d|\[c\])", below)
    alternative = DESCRIPTIONS[kind](released)
    assert title in alternative
    assert not re.search(r"nan|NaT|<NA>|None\b(?! of| is)", alternative)
    assert not re.search(r"bias|significan|\brank|error", alternative + " ".join(written(ax)), re.IGNORECASE)


@pytest.mark.parametrize(("kind", "case"), USUAL)
def test_the_same_release_gives_the_same_bytes(given, kind, case):
    first, second = draw(given, kind, case), PLOTS[kind](CASES[kind][case](given))
    assert theme.render_png(first, dpi=40) == theme.render_png(second, dpi=40)
    assert theme.render_svg(first) == theme.render_svg(second)
    ours, again = (draw_on_canvas(PLOTS[kind], CASES[kind][case](given)) for _ in range(2))
    assert theme.render_png(ours, dpi=40) == theme.render_png(again, dpi=40)
    assert theme.render_svg(ours) == theme.render_svg(again)


@pytest.mark.parametrize(("kind", "case"), USUAL)
def test_a_plain_result_is_refused(given, kind, case):
    released = released_for(given, kind, case)
    for refused in (Result(released.about, {}), released.tables, None):
        with pytest.raises(DisclosureError, match="released"):
            PLOTS[kind](refused)
        with pytest.raises(DisclosureError, match="released"):
            DESCRIPTIONS[kind](refused)


@pytest.mark.parametrize(("kind", "case"), ALL)
def test_a_file_has_the_texts_of_the_axes_in_their_places(given, kind, case):
    ax = draw(given, kind, case)
    drawn = draw_on_canvas(PLOTS[kind], released_for(given, kind, case))
    ours = {(s.text, s.weight, s.gid): [] for s in drawn.lay_out() if isinstance(s, TextLine)}
    for shape in drawn.lay_out():
        if isinstance(shape, TextLine):
            ours[shape.text, shape.weight, shape.gid].append(shape.points[0])
    height = theme.figure_of(ax).get_figheight()
    assert drawn.height == pytest.approx(height)
    n = 0
    for text in texts(ax):
        x, y = text.get_transform().transform(text.get_position()) / theme.figure_of(ax).dpi
        first = text.get_text().split("\n")[0]
        n += len(text.get_text().split("\n"))
        down = 0.845 * text.get_fontsize() if text.get_va() == "top" else 0.0
        place = np.array([x * 72, (height - y) * 72 + down])
        found = np.array(ours[first, text.get_fontweight(), text.get_gid() or ""])
        assert np.abs(found - place).sum(axis=1).min() < 0.01, first
    assert n == sum(len(places) for places in ours.values())


@pytest.mark.parametrize("of", ["axes", "canvas"])
@pytest.mark.parametrize(("kind", "case"), USUAL)
def test_a_drawing_is_an_element_that_the_strictest_page_takes(given, kind, case, of):
    released, ax = released_for(given, kind, case), draw(given, kind, case)
    drawn = ax if of == "axes" else draw_on_canvas(PLOTS[kind], released)
    svg = theme.render_svg(drawn, description=DESCRIPTIONS[kind](released))
    root = ET.fromstring(svg)
    assert root.get("role") == "img"
    tags = {child.tag.rpartition("}")[2] for child in root.iter()}
    assert "text" in tags
    assert not tags & {"script", "style", "metadata", "image", "foreignObject"}
    assert "style=" not in svg
    assert re.findall(r"https?://[^\"' ]+", svg) == ["http://www.w3.org/2000/svg"]
    ids = [child.get("id") for child in root.iter() if child.get("id")]
    assert len(ids) == len(set(ids))
    assert set(root.get("aria-labelledby").split()) <= set(ids)
    used = set(re.findall(r"url\(#([^)]+)\)", svg)) | {v[1:] for v in re.findall(r'href="([^"]+)"', svg)}
    assert used <= set(ids)


def test_two_drawings_on_one_page_share_no_id(given):
    one = theme.render_svg(plot_nine_box(given.profile()), description="one")
    other = theme.render_svg(plot_nine_box(given.profile()), description="other")
    assert not set(re.findall(r'id="([^"]+)"', one)) & set(re.findall(r'id="([^"]+)"', other))


def test_files_hold_no_date_and_no_name_of_software(given, tmp_path):
    ax = plot_coverage(given.coverage({"Adult Care": (410, 290)}))
    theme.save_svg(ax, tmp_path / "a.svg", description="x")
    assert b"Software" not in theme.render_png(ax, dpi=50)
    svg = (tmp_path / "a.svg").read_text("utf-8")
    assert "matplotlib" not in svg.lower()
    assert "date" not in svg.lower()


def test_drawing_leaves_the_global_state_of_matplotlib_alone(given):
    import matplotlib as mpl
    from matplotlib import _pylab_helpers

    before = dict(mpl.rcParams)
    theme.render_svg(plot_nine_box(given.profile()))
    theme.render_png(plot_box_by_group(given.by_group(given.directorates)), dpi=50)
    theme.render_png(draw_on_canvas(plot_box_by_group, given.by_group(given.directorates)), dpi=50)
    assert dict(mpl.rcParams) == before
    assert not _pylab_helpers.Gcf.figs


def test_a_picture_can_be_drawn_on_axes_of_ones_own(given):
    drawn = theme.figure(12, 7)
    ax = drawn.add_axes((0.2, 0.2, 0.6, 0.5))
    assert plot_nine_box(given.profile(), ax=ax) is ax
    assert "Solid and Adaptable" in ax.get_title(loc="left")
    drawn.canvas.draw()


def test_hostile_and_foreign_names_are_drawn_as_they_are_written(given):
    names = ["$x^2$ & Sons", "</svg><script>alert(1)</script>", "Ж\u202eевг", "李 明", "a\x00b\nc"]
    ax = plot_caterpillar(given.severity(given.manager_rows(5, seed=11, names=names)))
    svg = theme.render_svg(ax, description="\x07 bell")
    theme.render_png(ax, dpi=50)
    root = ET.fromstring(svg)
    assert "<script" not in svg
    drawn = {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert "$x^2$ & Sons" in drawn
    ours = draw_on_canvas(plot_caterpillar, given.severity(given.manager_rows(5, seed=11, names=names)))
    again = theme.render_svg(ours, description="\x07 bell")
    theme.render_png(ours, dpi=50)
    assert "<script" not in again
    assert drawn == {text.text for text in ET.fromstring(again).iter("{http://www.w3.org/2000/svg}text")}


def test_a_table_that_the_audience_does_not_see_is_not_drawn(given):
    with pytest.raises(DisclosureError, match="publish") as refused:
        plot_caterpillar(given.severity(given.manager_rows(42), audience="publish"))
    assert refused.value.hints == ("The table names people.",)
    with pytest.raises(DataUnusableError, match="no table 'map'"):
        plot_nine_box(given.ratings(FOUR, [1, 2, 3, 4]))


@pytest.mark.parametrize(("kind", "case"), USUAL)
def test_every_count_under_a_title_says_of_what(given, kind, case):
    line = " ".join(written(draw(given, kind, case), "subtitle")).replace("\n", " ")
    assert re.search(r"n = [\d,]+ [a-z]+", line), line

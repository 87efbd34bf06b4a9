"""Pictures in dots: where a shape is, its colour is."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from my121_analytics.figures.canvas import Canvas, Place
from my121_analytics.figures.raster import _dashes, write_png


def canvas() -> Canvas:
    made = Canvas()
    made.open(4, 2, (0, 0, 4, 2))
    made.set_xlim(0, 4)
    made.set_ylim(0, 2)
    return made


def dots(drawn: Canvas, dpi: int = 50) -> Image.Image:
    return Image.open(io.BytesIO(write_png(drawn, dpi=dpi))).convert("RGB")


def test_a_bar_fills_its_place_and_no_dot_beyond_it():
    drawn = canvas()
    drawn.barh(1, 2, 1, 1, color="#12436D")
    image = dots(drawn)
    assert image.size == (200, 100)
    inside = {image.getpixel((x, y)) for x in range(50, 150) for y in range(25, 75)}
    assert inside == {(0x12, 0x43, 0x6D)}
    around = {image.getpixel(at) for at in ((49, 50), (150, 50), (100, 24), (100, 75))}
    assert around == {(255, 255, 255)}


def test_a_line_has_its_width_and_a_dashed_one_its_gaps():
    drawn = canvas()
    drawn.plot([0, 4], [1, 1], color="#000000", linewidth=72 / 50 * 4)
    image = dots(drawn)
    assert [image.getpixel((100, y)) == (0, 0, 0) for y in (47, 48, 51, 52)] == [False, True, True, False]
    dashed = canvas()
    dashed.plot([0, 4], [1, 1], color="#000000", linewidth=3, linestyle="--")
    row = [dots(dashed).getpixel((x, 50))[0] for x in range(200)]
    assert 0 in row
    assert 255 in row


def test_dashes_make_up_the_line_without_its_gaps():
    pieces = list(_dashes([(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)], [4.0, 2.0]))
    assert pieces == [[(0.0, 0.0), (4.0, 0.0)], [(6.0, 0.0), (10.0, 0.0)], [(10.0, 2.0), (10.0, 6.0)],
                      [(10.0, 8.0), (10.0, 10.0)]]


def test_text_and_marks_are_drawn_and_the_same_picture_gives_the_same_bytes():
    def draw() -> Canvas:
        drawn = canvas()
        drawn.plot([1], [1], marker="D", markersize=20, markerfacecolor="#801650", markeredgecolor="#801650")
        drawn.write("Adult Care", (2, 1), Place(), size=12, weight="bold", colour="#0B0C0C", ha="left", va="baseline",
                    gid="")
        return drawn

    image = dots(draw())
    assert image.getpixel((50, 50)) == (0x80, 0x16, 0x50)
    words = image.crop((100, 35, 200, 55))
    assert min(words.convert("L").tobytes()) < 100
    assert write_png(draw(), dpi=50) == write_png(draw(), dpi=50)


@pytest.mark.parametrize("hatch", ["/", "///"])
def test_a_withheld_bar_is_hatched(hatch):
    drawn = canvas()
    drawn.barh(1, 4, 2, facecolor="#F3F2F1", edgecolor="#000000", hatch=hatch, linewidth=0)
    shades = dots(drawn, 100).convert("L").tobytes()
    dark = sum(shade < 128 for shade in shades) / len(shades)
    assert dark == pytest.approx(2**0.5 / 24 * len(hatch), abs=0.04)  # lines of one point, 24 / density points apart

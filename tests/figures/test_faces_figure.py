"""Pictures with what was found in them."""

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from lipsync_utils.errors import InputError
from lipsync_utils.figures import faces

IMAGE = np.full((40, 60, 3), 128, np.uint8)


def test_boxes_and_points_lie_where_they_were_found():
    box, points = np.array([10.0, 5.0, 30.0, 25.0]), np.array([[12.0, 7.0, 0.0], [20.0, 9.0, 0.0]])
    figure = faces.pictures([faces.Picture(IMAGE, "one", boxes=[box], points=[points, points[:1]])])
    axis = figure.axes[0]
    assert axis.patches[0].get_bbox().extents.tolist() == box.tolist()
    assert axis.lines[0].get_xydata().tolist() == points[:, :2].tolist()
    assert axis.lines[0].get_color() != axis.lines[1].get_color()
    assert axis.get_title() == "one"


def test_a_part_is_shown_upright():
    figure = faces.pictures([faces.Picture(IMAGE, within=np.array([5, 10, 25, 30]))])
    assert figure.axes[0].get_ylim() == (30, 10)


def test_panels_fill_rows():
    figure = faces.pictures([faces.Picture(IMAGE)] * 5, columns=3)
    assert len(figure.axes) == 6
    with pytest.raises(InputError, match="at least one"):
        faces.pictures([])


@pytest.mark.parametrize("size", [(40, 60), (90, 30)], ids=["wide", "tall"])
@pytest.mark.parametrize("columns", [1, 3])
def test_panels_are_as_large_as_there_is_room(size, columns):
    """The figure is as high as its pictures need: they keep their shape, fill their column, and leave no gap."""
    picture = np.full((*size, 3), 128, np.uint8)
    figure = faces.pictures([faces.Picture(picture, "title")] * 2 * columns, columns=columns, width=6.0)
    figure.draw_without_rendering()
    boxes = [axis.get_window_extent() for axis in figure.axes]
    for box in boxes:
        assert box.height / box.width == pytest.approx(size[0] / size[1], rel=0.01)
        assert box.width > 0.9 * figure.bbox.width / columns
    first, below = boxes[0], boxes[columns]
    assert 0 < first.y0 - below.y1 < 0.75 * figure.dpi, "room for a title, and no more"


def test_the_highest_part_decides_the_height():
    tall, flat = np.array([0, 0, 10, 40]), np.array([0, 0, 60, 40])
    heights = [
        faces.pictures([faces.Picture(IMAGE, within=part) for part in parts]).get_figheight()
        for parts in ((flat, flat), (flat, tall), (tall, tall))
    ]
    assert heights[0] < heights[1] == heights[2]

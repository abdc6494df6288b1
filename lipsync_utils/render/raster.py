"""Piecewise affine warping: triangles written into a backward map (where each output pixel comes from)."""

from __future__ import annotations

import numba
import numpy as np

EDGE = 0.01
"""Triangles reach this far over their edges, in pixels, so that no pixel is left out between two of them."""

TABLE = 4
"""Curves are looked up at so many places a pixel, and straight in between."""


@numba.njit(inline="always")
def _bound(along, down, offset):
    """Where a weight ``along x + down y + offset`` is (nearly) 0: x is ``slope y + start``, and inside is on its side.

    Returns ``side``: 1 where inside is at larger x, -1 at smaller x, 0 where the line runs along x.
    """
    slack = EDGE * abs(along) + 1e-5
    if along > 1e-9:
        return 1, -down / along, -(offset + slack) / along
    if along < -1e-9:
        return -1, -down / along, -(offset + slack) / along
    return 0, down, offset + slack


@numba.njit(inline="always")
def _narrowed(bound, y, low, high):
    """The part of ``[low, high]`` that is inside in row ``y``."""
    side, slope, start = bound
    at = slope * y + start
    if side > 0:
        low = max(low, at)
    elif side < 0:
        high = min(high, at)
    elif at < 0:
        high = low - 1.0
    return low, high


@numba.njit(cache=True, nogil=True, fastmath=True)
def draw_triangles(map_x, map_y, left, top, target, source, triangles):
    """Write the source position of every pixel inside ``target`` triangles into a backward map, in place.

    Args:
        map_x: ``(h, w) float32`` x of the source for each output pixel; pixels outside all triangles are kept.
        map_y: ``(h, w) float32`` y, likewise.
        left: x of the map's first column in the picture.
        top: y of the map's first row in the picture.
        target: ``(n, 2) float32`` points in the output picture.
        source: ``(n, 2) float32`` the same points in the source picture.
        triangles: ``(m, 3) int32`` corners.
    """
    height, width = map_x.shape
    for t in range(triangles.shape[0]):
        i, j, k = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ax, ay = target[i, 0] - left, target[i, 1] - top
        bx, by = target[j, 0] - left, target[j, 1] - top
        cx, cy = target[k, 0] - left, target[k, 1] - top
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if abs(area) < 1e-4:
            continue
        inverse = 1.0 / area
        # barycentric weights of b and c are affine in x and y
        wb_x, wb_y = (cy - ay) * inverse, -(cx - ax) * inverse
        wc_x, wc_y = -(by - ay) * inverse, (bx - ax) * inverse
        ux, uy = source[i, 0], source[i, 1]
        bu, bv = source[j, 0] - ux, source[j, 1] - uy
        cu, cv = source[k, 0] - ux, source[k, 1] - uy
        du, dv = wb_x * bu + wc_x * cu, wb_x * bv + wc_x * cv
        y0 = max(0, int(np.ceil(min(ay, by, cy) - EDGE)))
        y1 = min(height - 1, int(np.floor(max(ay, by, cy) + EDGE)))
        left_most, right_most = min(ax, bx, cx) - EDGE, max(ax, bx, cx) + EDGE
        at_b = _bound(wb_x, wb_y, -wb_y * ay - wb_x * ax)
        at_c = _bound(wc_x, wc_y, -wc_y * ay - wc_x * ax)
        wa_x, wa_y = -wb_x - wc_x, -wb_y - wc_y
        at_a = _bound(wa_x, wa_y, 1 - wa_y * ay - wa_x * ax)
        for y in range(y0, y1 + 1):
            dy = y - ay
            low, high = _narrowed(at_b, y, left_most, right_most)
            low, high = _narrowed(at_c, y, low, high)
            low, high = _narrowed(at_a, y, low, high)
            x0, x1 = max(0, int(np.ceil(low))), min(width - 1, int(np.floor(high)))
            u = ux + dy * (wb_y * bu + wc_y * cu) - ax * du
            v = uy + dy * (wb_y * bv + wc_y * cv) - ax * dv
            if x1 < x0:
                continue
            row_x, row_y = map_x[y, x0 : x1 + 1], map_y[y, x0 : x1 + 1]
            begin_u, begin_v = np.float32(u + x0 * du), np.float32(v + x0 * dv)
            step_u, step_v = np.float32(du), np.float32(dv)
            for i in range(row_x.shape[0]):  # counted from 0, so that it is worked out for several pixels at once
                row_x[i] = begin_u + np.float32(i) * step_u
                row_y[i] = begin_v + np.float32(i) * step_v


@numba.njit(cache=True, nogil=True, fastmath=True)
def fill_from_nodes(map_x, map_y, left, top, nodes, step_x, step_y, factor):
    """Fill a backward map from displacements at the nodes of a coarse grid, interpolated bilinearly, in place.

    Args:
        map_x: ``(h, w) float32`` receives x of the source for each output pixel.
        map_y: ``(h, w) float32`` receives y.
        left: x of the map's first column in the picture.
        top: y of the map's first row in the picture.
        nodes: ``(rows, columns, 2) float32`` displacement from an output pixel to its source, in pixels.
        step_x: pixels between columns of nodes.
        step_y: pixels between rows of nodes.
        factor: the source is enlarged by this much.
    """
    half = (factor - 1) / 2
    height, width = map_x.shape
    rows, columns = nodes.shape[0], nodes.shape[1]
    row_x, row_y = np.empty(columns, np.float32), np.empty(columns, np.float32)
    for y in range(height):
        gy = (y + top) / step_y
        r = min(int(gy), rows - 2)
        fy = np.float32(gy - r)
        for c in range(columns):
            row_x[c] = nodes[r, c, 0] + fy * (nodes[r + 1, c, 0] - nodes[r, c, 0])
            row_y[c] = nodes[r, c, 1] + fy * (nodes[r + 1, c, 1] - nodes[r, c, 1])
        for c in range(columns - 1):  # a cell at a time, so that the inner loop is a straight line
            x0 = max(0, int(np.ceil(c * step_x - left)))
            x1 = width if c == columns - 2 else min(width, int(np.ceil((c + 1) * step_x - left)))
            slope_x = (row_x[c + 1] - row_x[c]) / step_x
            slope_y = (row_y[c + 1] - row_y[c]) / step_x
            start_x = (row_x[c] + (left - c * step_x) * slope_x + left) * factor + half
            start_y = (row_y[c] + (left - c * step_x) * slope_y + y + top) * factor + half
            along_x, along_y = (1 + slope_x) * factor, slope_y * factor
            if x1 <= x0:
                continue
            part_x, part_y = map_x[y, x0:x1], map_y[y, x0:x1]
            begin_x, begin_y = np.float32(start_x + x0 * along_x), np.float32(start_y + x0 * along_y)
            step_u, step_v = np.float32(along_x), np.float32(along_y)
            for i in range(part_x.shape[0]):
                part_x[i] = begin_x + np.float32(i) * step_u
                part_y[i] = begin_y + np.float32(i) * step_v


@numba.njit(cache=True, nogil=True, fastmath=True)
def coverage_between(height, width, upper, lower):
    """How much of each pixel lies between two curves that run from left to right.

    Unlike a drawn polygon, touching curves cover exactly nothing.

    Args:
        height: of the result, in pixels.
        width: of the result, in pixels.
        upper: ``(n, 2) float32`` points of the upper curve.
        lower: ``(n, 2) float32`` points of the lower curve; both share their end points.

    Returns:
        ``(height, width) float32`` in [0, 1].
    """
    out = np.zeros((height, width), np.float32)
    n = len(upper)
    ax, ay = upper[n - 1, 0] - upper[0, 0], upper[n - 1, 1] - upper[0, 1]
    length = np.sqrt(ax * ax + ay * ay) + 1e-6
    ax, ay = ax / length, ay / length
    u_top, v_top, u_low, v_low = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    for i in range(n):
        u_top[i], v_top[i] = ax * upper[i, 0] + ay * upper[i, 1], ax * upper[i, 1] - ay * upper[i, 0]
        u_low[i], v_low[i] = ax * lower[i, 0] + ay * lower[i, 1], ax * lower[i, 1] - ay * lower[i, 0]
    first, last = u_top[0], u_top[n - 1]
    steps = max(2, int(TABLE * (last - first)) + 1)
    along = np.linspace(first, last, steps)
    tops, lows = np.interp(along, u_top, v_top), np.interp(along, u_low, v_low)
    highest, lowest = tops.min() - 0.5, lows.max() + 0.5
    scale = (steps - 1) / (last - first + 1e-9)
    for y in range(height):
        for x in range(width):
            u, v = ax * x + ay * y, ax * y - ay * x
            if u <= first or u >= last or v <= highest or v >= lowest:
                continue
            at = (u - first) * scale
            i = min(int(at), steps - 2)
            at -= i
            top = tops[i] + at * (tops[i + 1] - tops[i])
            low = lows[i] + at * (lows[i + 1] - lows[i])
            out[y, x] = max(0.0, min(1.0, min(v + 0.5, low) - max(v - 0.5, top)))
    return out


@numba.njit(cache=True, nogil=True, fastmath=True)
def lay_over(out, front, back):
    """One picture over another.

    Args:
        out: ``(h, w, 3) uint8``; receives the result.
        front: ``(h, w, 4) uint8`` with how much of it is seen.
        back: ``(h, w, 3) uint8`` what is seen otherwise.
    """
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            a = np.uint32(front[y, x, 3])
            if a == 255:
                for c in range(3):
                    out[y, x, c] = front[y, x, c]
            elif a == 0:
                for c in range(3):
                    out[y, x, c] = back[y, x, c]
            else:
                for c in range(3):
                    out[y, x, c] = (a * front[y, x, c] + (255 - a) * back[y, x, c] + 127) // np.uint32(255)


def warm_up() -> None:
    """Compile the loops, or load them from the cache, so that the first frame need not wait for it."""
    maps = np.zeros((2, 4, 4), np.float32)
    triangle = np.array([[0, 0], [3, 0], [0, 3]], np.float32)
    draw_triangles(maps[0], maps[1], 0, 0, triangle, triangle, np.array([[0, 1, 2]], np.int32))
    fill_from_nodes(maps[0], maps[1], 0, 0, np.zeros((2, 2, 2), np.float32), 3.0, 3.0, 2)
    coverage_between(4, 4, triangle[:2], triangle[:2])
    front = np.zeros((4, 4, 4), np.uint8)
    picture = np.zeros((4, 4, 3), np.uint8)
    lay_over(picture[:3, :3], front[:3, :3], picture[:3, :3])  # as parts of larger ones, which they are
    lay_over(picture[:3, :3], front[:3, :3].copy(), picture[:3, :3])

"""Grows hair: head hair, brows and lashes as polylines; numpy and scipy, metres, z up, the face towards -y.

All strands of a set have the same number of points: arrays are ``(strands, points, 3) float64``, from root to tip.
"""

from __future__ import annotations

import numpy as np
from anatomy import Head, hairline, smooth
from scipy.spatial import cKDTree


class Surface:
    """The skin as a field of distances: nearest vertex and its normal (fine where vertices are dense)."""

    def __init__(self, points: np.ndarray, normals: np.ndarray) -> None:
        self._tree, self._points, self._normals = cKDTree(points), points, normals

    def distance(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Signed distance ``(n,)`` of ``points (n, 3)`` (negative: inside) and the outward normals ``(n, 3)``."""
        reach, nearest = self._tree.query(points)
        away, normals = points - self._points[nearest], self._normals[nearest]
        inside = ((away * normals).sum(1) < 0) & (reach < 0.010)  # farther off, a nearest vertex' normal says little
        sign = np.where(inside, -1.0, 1.0)
        far = smooth(reach, 0.002, 0.006)[:, None] * (sign > 0)[:, None]
        return sign * reach, unit(normals * (1 - far) + unit(away) * far)


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / (np.linalg.norm(vectors, axis=-1, keepdims=True) + 1e-9)


def sample_triangles(
    vertices: np.ndarray, triangles: np.ndarray, weight: np.ndarray, count: int, rng: np.random.Generator
) -> np.ndarray:
    """``count`` random points ``(count, 3)`` on ``triangles``, as dense as the vertices' ``weight (n,)`` says."""
    corners = vertices[triangles]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    density = area * weight[triangles].mean(1)
    chosen = rng.choice(len(triangles), count, p=density / density.sum())
    a, b = rng.random((2, count))
    a, b = np.where(a + b > 1, 1 - a, a), np.where(a + b > 1, 1 - b, b)
    first, second, third = np.moveaxis(corners[chosen], 1, 0)
    return first + a[:, None] * (second - first) + b[:, None] * (third - first)


def part_x(head: Head, y: np.ndarray, part: float) -> np.ndarray:
    """x of the parting at depth ``y``: at ``part`` in front, in the middle at the crown."""
    return 2 * part * head.half_width * smooth(y, head.centre[1] + 0.05, head.centre[1] - 0.05)


def grow_long(
    head: Head, skin: Surface, roots: np.ndarray, *, part: float, length: float, steps: int, volume: float = 1.0
) -> np.ndarray:
    """Guides of long hair: combed from the parting to the sides and back, then hanging past the ears."""
    side = np.where(roots[:, 0] > part_x(head, roots[:, 1], part), 1.0, -1.0)
    front = smooth(roots[:, 1], head.centre[1] + 0.03, head.centre[1] - 0.08)
    _, normal = skin.distance(roots)
    position, direction = roots.copy(), unit(0.4 * normal + np.column_stack([0.8 * side, 0.1 + 0.7 * front, 0 * side]))
    span = (roots[:, 2] - (head.chin[2] - length)) * 1.12 + 0.05
    step = span / steps
    path = [position]
    keep_y = head.eye[1] + 0.034  # nothing hangs into the face before this depth
    for index in range(1, steps + 1):
        distance, normal = skin.distance(position)
        above = smooth(normal[:, 2], 0.05, 0.75) * smooth(position[:, 2], head.eye[2] + 0.03, head.eye[2] + 0.07)
        above *= smooth(np.abs(position[:, 0]), head.half_width, 0.40 * head.half_width)
        back = (0.10 + 0.65 * front) * smooth(position[:, 2], head.lips[2] - 0.02, head.eye[2] + 0.06)
        comb = np.column_stack([side * 1.2 * above, back, -0.2 - 0.9 * (1 - above)])
        comb = unit(comb)
        near = smooth(distance, 0.05, 0.02)[:, None]
        comb = unit(comb - near * (comb * normal).sum(1, keepdims=True) * normal)
        direction = unit(0.5 * direction + 0.5 * comb)
        position = position + direction * step[:, None]
        position = _rest_on(head, skin, position, roots, keep_y, walked=index * step, volume=volume)
        path.append(position)
    return relax(np.stack(path, axis=1), rounds=8)


def cut(strands: np.ndarray, lowest: np.ndarray) -> np.ndarray:
    """Shorten hanging strands ``(n, points, 3)`` where they first pass below the heights ``lowest (n,)``."""
    below = strands[:, :, 2] < lowest[:, None]
    points = strands.shape[1]
    share = np.where(below.any(1), np.maximum(below.argmax(1), 2), points - 1) / (points - 1)
    place = share[:, None] * np.arange(points)
    low = np.minimum(place.astype(int), points - 2)
    part, rows = (place - low)[..., None], np.arange(len(strands))[:, None]
    return strands[rows, low] * (1 - part) + strands[rows, low + 1] * part


def relax(strands: np.ndarray, *, rounds: int) -> np.ndarray:
    """Smooth polylines ``(n, points, 3)`` along their length; roots and tips stay."""
    strands = strands.copy()
    for _ in range(rounds):
        strands[:, 1:-1] = (strands[:, :-2] + 2 * strands[:, 1:-1] + strands[:, 2:]) / 4
    return strands


def _rest_on(head: Head, skin: Surface, position, roots, keep_y: float, *, walked, volume: float) -> np.ndarray:
    """Keep points on the head at the height of their layer (top strands lie over lower ones), and out of the face."""
    fallen = np.clip((roots[:, 2] - position[:, 2]) / 0.10, 0, 1)
    distance, normal = skin.distance(position)
    wanted = np.minimum(walked * 0.3, volume * (0.010 + 0.009 * fallen))
    held = smooth(position[:, 2], head.lips[2], head.eye[2] + 0.01)  # the skull holds hair, the neck does not
    correction = np.clip(wanted - distance, -0.012 * held, 0.02)
    low = smooth(position[:, 2], head.chin[2] + 0.01, head.chin[2] - 0.04)[:, None]
    aside = np.where(position[:, 1] < head.centre[1] + 0.02, -1.0, 1.0)[:, None] * np.array([0.0, 1.0, 0.0])
    push = unit(normal * (1 - low) + aside * low)  # shoulders part hair to the front and back, not outwards
    position = position + push * correction[:, None]
    height = position[:, 2] - head.chin[2]
    edge = keep_y - 0.030 * smooth(height, 0.02, -0.08)  # may come forward over the collar bones
    in_front = np.clip(edge - position[:, 1], 0, None) * smooth(head.eye[2] + 0.055 - position[:, 2], 0.0, 0.03)
    position[:, 1] += 0.5 * in_front
    return position


def children(
    guides: np.ndarray,
    roots: np.ndarray,
    side: np.ndarray,
    guide_side: np.ndarray,
    rng: np.random.Generator,
    *,
    wave: float,
) -> np.ndarray:
    """Strands at ``roots (n, 3)`` between the nearest ``guides`` of the same side, gathered in locks, with frizz."""
    strands = np.empty((len(roots), guides.shape[1], 3))
    for value in (-1.0, 1.0):
        mine, theirs = np.flatnonzero(side == value), np.flatnonzero(guide_side == value)
        distance, nearest = cKDTree(guides[theirs, 0]).query(roots[mine], k=3)
        weight = 1.0 / (distance + 0.002)
        weight /= weight.sum(1, keepdims=True)
        shape = guides[theirs][nearest] - guides[theirs][nearest][:, :, :1]
        strands[mine] = roots[mine][:, None] + (shape * weight[:, :, None, None]).sum(1)
    return _locks(strands, rng, wave=wave)


def _locks(strands: np.ndarray, rng: np.random.Generator, *, wave: float) -> np.ndarray:
    count, points, _ = strands.shape
    t = np.linspace(0, 1, points)[None, :, None]
    centres = rng.choice(count, max(count // 130, 1), replace=False)
    feature = strands[:, points // 2] + 0.5 * strands[:, 0]
    _, lock = cKDTree(feature[centres]).query(feature)
    pull = 0.60 * rng.uniform(0.5, 1.0, len(centres))[lock][:, None, None] * t**1.8
    strands = strands + (strands[centres][lock] - strands) * pull
    arc = np.linalg.norm(np.diff(strands, axis=1), axis=2).sum(1)[:, None]
    phase = rng.uniform(0, 2 * np.pi, len(centres))[lock][:, None] * 0.35
    swing = wave * 0.010 * smooth(t[..., 0], 0.25, 0.8) * np.sin(phase + 2 * np.pi * t[..., 0] * arc / 0.14)
    along = unit(np.gradient(strands, axis=1))
    sideways = unit(np.cross(along, np.array([0.0, -1.0, 0.2])))
    strands = strands + swing[..., None] * sideways
    loose = rng.normal(0, 1, (count, 1, 3)) * 0.0012 * t + frizz(rng, count, points) * 0.0006 * t**0.5
    strays = (rng.random(count) < 0.02)[:, None, None] * rng.normal(0, 1, (count, 1, 3)) * 0.006 * t
    return strands + loose + strays


def frizz(rng: np.random.Generator, count: int, points: int) -> np.ndarray:
    """Smooth random curves ``(count, points, 3)`` of unit size."""
    coarse = rng.normal(0, 1, (count, 7, 3))
    position = np.linspace(0, 6, points)
    low = np.minimum(position.astype(int), 5)
    part = smooth(position - low, 0, 1)[None, :, None]
    return coarse[:, low] * (1 - part) + coarse[:, low + 1] * part


def grow_short(
    head: Head,
    skin: Surface,
    roots: np.ndarray,
    rng: np.random.Generator,
    *,
    receding: float = 0.0,
    size: float = 1.0,
    points: int = 10,
) -> np.ndarray:
    """Short hair, combed forward and to one side on top, close-cut at the sides and back."""
    _, normal = skin.distance(roots)
    top = smooth(roots[:, 2], head.eye[2] + 0.045 * size, head.top - 0.018 * size)
    front = smooth(roots[:, 1], head.centre[1] + 0.02 * size, head.centre[1] - 0.08 * size)
    comb = np.column_stack([0.60 * top, 0.5 - 1.0 * top + 0.75 * front * top, -0.9 * (1 - top)])
    comb += 0.15 * rng.normal(0, 1, (len(roots), 3))
    length = 0.009 + 0.030 * top + 0.012 * front * top
    length *= size * rng.uniform(0.75, 1.0, len(roots)) * smooth(hairline(head, roots, receding), -0.014, 0.02)
    lift = 0.32 + 0.55 * front * top
    position, path = roots, [roots]
    for index in range(1, points):
        share = index / (points - 1)
        distance, normal = skin.distance(position)
        flow = unit(comb - (comb * normal).sum(1, keepdims=True) * normal)
        direction = unit(flow + normal * (lift * (1.1 - 1.2 * share))[:, None])
        position = position + direction * (length / (points - 1))[:, None]
        distance, normal = skin.distance(position)
        position = position + normal * np.clip(0.001 - distance, 0, None)[:, None]
        path.append(position)
    return np.stack(path, axis=1)


def gather(strands: np.ndarray, rng: np.random.Generator, *, per_lock: int, pull: float) -> np.ndarray:
    """Draw strands ``(n, points, 3)`` together in locks, the more the nearer to their tips."""
    count, points, _ = strands.shape
    centres = rng.choice(count, max(count // per_lock, 1), replace=False)
    feature = strands[:, 0] + 0.5 * strands[:, -1]
    _, lock = cKDTree(feature[centres]).query(feature)
    share = (pull * rng.uniform(0.5, 1.0, len(centres)))[lock][:, None, None]
    offset = strands[centres][lock] - strands
    offset -= offset[:, :1] * np.linspace(1, 0, points)[None, :, None]  # roots stay
    return strands + offset * share * np.linspace(0, 1, points)[None, :, None] ** 1.5


def curl(strands: np.ndarray, rng: np.random.Generator, *, radius: float, turn: float, per_curl: int) -> np.ndarray:
    """Wind strands ``(n, points, 3)`` into helices of ``radius`` and ``turn``, in metres; neighbours share curls."""
    strands = _resample(gather(strands, rng, per_lock=per_curl, pull=0.8), turn)
    count, points, _ = strands.shape
    centres = rng.choice(count, max(count // per_curl, 1), replace=False)
    _, lock = cKDTree(strands[centres, points // 2]).query(strands[:, points // 2])
    along = unit(np.gradient(strands, axis=1))
    aside = unit(np.cross(along, np.array([0.3, -1.0, 0.2])))
    up = np.cross(along, aside)
    walked = np.cumsum(np.linalg.norm(np.diff(strands, axis=1, prepend=strands[:, :1]), axis=2), axis=1)
    turns = turn * rng.uniform(0.8, 1.25, len(centres))[lock][:, None]
    phase = rng.uniform(0, 2 * np.pi, len(centres))[lock][:, None] + rng.normal(0, 0.25, (count, 1))
    angle = phase + 2 * np.pi * walked / turns
    reach = radius * rng.uniform(0.7, 1.2, (count, 1)) * smooth(walked, 0.0, 2.5 * radius)
    return strands + reach[..., None] * (np.cos(angle)[..., None] * aside + np.sin(angle)[..., None] * up)


def _resample(strands: np.ndarray, turn: float) -> np.ndarray:
    """Enough points for helices of that ``turn``, at most 72."""
    length = np.median(np.linalg.norm(np.diff(strands, axis=1), axis=2).sum(1))
    points = int(np.clip(8 * length / turn, strands.shape[1], 72))
    old, new = np.linspace(0, 1, strands.shape[1]), np.linspace(0, 1, points)
    low = np.clip(np.searchsorted(old, new, side="right") - 1, 0, len(old) - 2)
    share = ((new - old[low]) / (old[low + 1] - old[low]))[None, :, None]
    return strands[:, low] * (1 - share) + strands[:, low + 1] * share


def brow_paths(
    head: Head, rng: np.random.Generator, *, count: int, thickness: float, arch: float
) -> tuple[np.ndarray, np.ndarray]:
    """Roots and tips ``(count, 2)`` as (x, z) of one brow's hairs, on the model's left."""
    size = head.eye[0] / 0.0313
    t = rng.beta(1.45, 1.75, count)  # thinning out towards both ends
    knots = np.array([-0.021, -0.008, 0.006, 0.017, 0.029]) * size
    heights = np.array([0.0205, 0.0240, 0.0268, 0.0262, 0.0195]) * size
    x = np.interp(t, np.linspace(0, 1, 5), knots) + rng.normal(0, 0.0007, count) * size
    heights = heights.min() + arch * (heights - heights.min())
    z = np.polyval(np.polyfit(knots, heights, 3), x)
    half = thickness * size * np.interp(t, [0, 0.10, 0.40, 0.75, 1.0], [0.80, 0.95, 0.85, 0.55, 0.24])
    offset = np.clip(rng.normal(0, 0.5, count), -1.15, 1.15)  # dense in the middle, soft at the rims
    roots = np.column_stack([head.eye[0] + x, head.eye[2] + z + half * offset])
    slope = np.interp(t, [0, 0.15, 0.5, 0.8, 1.0], [1.15, 0.70, 0.28, -0.10, -0.45])
    slope -= 0.40 * offset * smooth(t, 0.05, 0.3) - rng.normal(0, 0.14, count)
    length = size * rng.uniform(0.5, 1.0, count) * np.interp(t, [0, 0.2, 0.7, 1], [0.0042, 0.0068, 0.0062, 0.0034])
    tips = roots + length[:, None] * np.column_stack([np.cos(slope), np.sin(slope)])
    return roots, tips


def lashes(
    vertices: np.ndarray, lid: tuple[int, ...], tips: tuple[int, ...], rng, *, count: int, bend: float
) -> np.ndarray:
    """Lashes ``(count, 6, 3)`` of one lid: from its margin to the row of tips, bent by ``bend`` metres."""
    u = np.clip((np.arange(count) + rng.uniform(-0.4, 0.4, count)) / count, 0, 1) * (len(lid) - 1)
    index = np.arange(len(lid))
    root = np.stack([np.interp(u, index, vertices[list(lid), axis]) for axis in range(3)], 1)
    clumped = u + 0.08 * np.sin(u * 7.0) + rng.normal(0, 0.05, count)
    tip = np.stack([np.interp(clumped, index, vertices[list(tips), axis]) for axis in range(3)], 1)
    tip = root + (tip - root) * rng.uniform(0.75, 1.05, (count, 1))
    t = np.linspace(0, 1, 6)[None, :, None]
    sag = np.array([0.0, -0.4, -1.0]) * bend
    return root[:, None] + (tip - root)[:, None] * t + sag * (4 * t * (1 - t))

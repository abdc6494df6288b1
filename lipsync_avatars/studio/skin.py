"""The skin: colour, relief and subsurface scattering. Lengths in metres."""

from __future__ import annotations

import bpy
import numpy as np
from anatomy import LOWER_LID, UPPER_LID, blob, skin_masks, smooth
from blender import mesh_arrays, set_attribute
from description import AvatarDescription, Color, Hair
from portrait import Portrait
from relief import Layout, Relief, frontal
from scipy.spatial import cKDTree
from shaders import Nodes, times

SCALP = {"bald": 0.0, "buzz": 0.75, "short": 0.75, "tied": 0.75}
"""How much of the hair's colour the skin below it takes; other styles 1."""


def add_skin(portrait: Portrait) -> None:
    """Shape the folds of age, then paint the body: masks as attributes of its mesh, and the material."""
    description, head = portrait.description, portrait.head
    layout = Layout(head, portrait.vertices)
    relief = None
    if description.skin.age > 0.02:
        relief = Relief(
            layout,
            np.random.default_rng(description.seed + 1),
            age=description.skin.age,
            woman=description.shape.phenotype.get("gender", 0.5),
            pixels=1024 if portrait.preview else 1536,
        )
        _fold(portrait, relief)
    masks = skin_masks(head, portrait.points, receding=portrait.description.hair.receding) | zones(portrait, layout)
    masks["beard"] = masks["beard"] * masks.pop("off_lips")
    for name, mask in masks.items():
        set_attribute(portrait.body.data, name, mask)
    portrait.body.data.materials.append(skin(description, str(portrait.data["lips_mask"]), relief))


def _fold(portrait: Portrait, relief: Relief) -> None:
    """Move the mesh by the broad folds, before anything rests on it."""
    mesh = portrait.body.data
    height = relief.folds(portrait.points) * frontal(portrait.head, portrait.points, portrait.normals)
    moved = portrait.points + height[:, None] * portrait.normals
    mesh.vertices.foreach_set("co", moved.astype(np.float32).ravel())
    mesh.update()
    portrait.points, portrait.normals, portrait.triangles = mesh_arrays(mesh)


def zones(portrait: Portrait, layout: Layout) -> dict[str, np.ndarray]:
    """More masks ``(n,)`` from 0 to 1 over the skin, beside those of :func:`anatomy.skin_masks`."""
    head, points, scale = portrait.head, portrait.points, layout.scale
    eye, lips, nose, chin = head.eye, head.lips, head.nose, head.chin
    forehead = blob(points, np.array([0, eye[1] - 0.02, eye[2] + 0.048 * scale]), (0.05, 0.05, 0.026 * scale))
    bridge = blob(points, np.array([0, nose[1] + 0.012, (eye[2] + nose[2]) / 2]), (0.010, 0.03, 0.03 * scale))
    tip = blob(points, nose, (0.015, 0.016, 0.013))
    cheek = blob(points, np.array([eye[0] + 0.01, eye[1], eye[2] - 0.026 * scale]), (0.02, 0.05, 0.014 * scale))
    socket = blob(points, np.array([eye[0] * 0.72, eye[1] - 0.005, eye[2] + 0.002]), (0.012, 0.03, 0.013))
    seam = blob(points, lips, (head.mouth_half * 0.75, 0.03, 0.0042 * scale))
    shine = 0.7 * forehead + bridge + tip + 0.45 * cheek + 0.4 * blob(points, chin, (0.02, 0.03, 0.02))
    upper, _ = _to_line(portrait, UPPER_LID)
    lower, above = _to_line(portrait, LOWER_LID)
    flat = np.hypot(points[:, 0] / (head.mouth_half * 1.1), (points[:, 2] - lips[2]) / (0.013 * scale))
    return {
        "forehead": np.clip(forehead, 0, 1),
        "shine": np.clip(shine, 0, 1),
        "pores": np.clip(0.30 + tip + 0.8 * cheek + 0.35 * forehead, 0, 1),
        "socket": np.clip(socket, 0, 1),
        "seam": np.clip(seam, 0, 1),
        "lash_line": np.exp(-((upper / 0.0011) ** 2)) + 0.4 * np.exp(-((lower / 0.0011) ** 2)) * (above < -0.0003),
        "waterline": np.exp(-((lower / 0.0011) ** 2)) * (above > -0.0003),
        "frontal": frontal(head, points, portrait.normals),
        "off_lips": smooth(flat, 0.85, 1.25),
    }


def _to_line(portrait: Portrait, lid: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Distance ``(n,)`` of the skin's points to a lid's margin, on both sides, and how far they lie above it."""
    line = portrait.vertices[list(lid)]
    dense = np.column_stack([np.interp(np.linspace(0, 1, 90), np.linspace(0, 1, len(line)), c) for c in line.T])
    mirrored = np.column_stack([np.abs(portrait.points[:, 0]), portrait.points[:, 1:]])
    far, index = cKDTree(dense).query(mirrored, distance_upper_bound=0.01)
    return far, mirrored[:, 2] - np.append(dense[:, 2], 0.0)[index]


def brightness(color: Color) -> float:
    return 0.2126 * color[0] + 0.7152 * color[1] + 0.0722 * color[2]


def hair_color(hair: Hair) -> Color:
    """What colour short hair gives the skin below it."""
    knots = [0.0, 0.2, 0.45, 0.8, 1.0]
    shades = np.array([(0.55, 0.52, 0.48), (0.40, 0.28, 0.15), (0.18, 0.10, 0.055), (0.04, 0.026, 0.02), (0.012,) * 3])
    natural = np.array([np.interp(hair.melanin, knots, shades[:, channel]) for channel in range(3)])
    natural = natural * (1 + hair.redness * np.array([0.4, -0.25, -0.4]) * (hair.melanin < 0.75))
    if hair.dye is not None:
        natural = np.array(hair.dye)
    mixed = natural * (1 - hair.grey) + 0.42 * hair.grey
    return tuple(float(value) for value in mixed)


def lip_color(description: AvatarDescription) -> Color:
    """The lips' colour, kept near the skin's: nearest for men, children and the old, browner on dark skin."""
    look, gender = description.skin, description.shape.phenotype.get("gender", 0.5)
    child = float(smooth(np.array(description.shape.phenotype.get("age", 0.67)), 0.55, 0.35))
    tone, wanted = np.array(look.tone), np.array(look.lips)
    lightness = brightness(look.tone)
    limit = lightness * np.interp(lightness, [0.05, 0.15, 0.6], [1.25, 0.95, 0.62])
    wanted = wanted * min(1.0, limit / max(brightness(tuple(wanted)), 1e-4))
    natural = tone * np.interp(lightness, [0.04, 0.15, 0.5], [1.0, 0.9, 0.86]) * np.array([1.0, 0.62, 0.62])
    share = min(0.12 + 0.34 * (1 - gender) + 0.25 * child + 0.3 * look.age, 0.75)
    mixed = wanted * (1 - share) + natural * share
    return tuple(float(value) for value in mixed)


class Paint:
    """Skin of one description under the brush: ``color`` is the socket painted so far."""

    def __init__(self, description: AvatarDescription) -> None:
        self.look, self.n = description.skin, Nodes("skin")
        self.gender = description.shape.phenotype.get("gender", 0.5)
        self.grown = float(smooth(np.array(description.shape.phenotype.get("age", 0.67)), 0.4, 0.62))
        self.light = float(np.interp(brightness(self.look.tone), [0.04, 0.10, 0.30], [0.0, 0.45, 1.0]))
        self.coarse, self.middle, self.fine = (self.n.noise(scale, detail=3) for scale in (45.0, 260.0, 850.0))
        place = self.n.add("TexCoord").outputs["Object"]
        cells = self.n.add("TexVoronoi", {"Vector": place, "Scale": 820.0}).outputs["Distance"]
        self.pore = self.n.ramp(cells, 0.42, 0.05)
        darker, lighter = self.tint(0.95, 0.92, 0.90), self.tint(1.04, 1.05, 1.06)
        self.color = self.n.mix(self.n.ramp(self.coarse, 0.3, 0.7), darker, lighter)

    def tint(self, *light: float, dark: Color | None = None) -> Color:
        """The tone times ``light`` on light skin, times ``dark`` on very dark skin."""
        factor = np.array(light)
        if dark is not None:
            factor = factor * self.light + np.array(dark) * (1 - self.light)
        return times(self.look.tone, tuple(float(value) for value in factor))

    def times(self, *factors: object) -> bpy.types.NodeSocket | float:
        """Product of sockets, names of masks, and numbers."""
        product: object = 1.0
        for factor in factors:
            factor = self.n.attribute(factor) if isinstance(factor, str) else factor
            product = factor if product == 1.0 else self.n.math("MULTIPLY", product, factor)
        return product

    def over(self, color: object, *factors: object) -> None:
        """Lay ``color`` over what is painted, by the product of ``factors``."""
        self.color = self.n.mix(self.times(*factors), self.color, color)


def skin(description: AvatarDescription, lips_mask: str, relief: Relief | None) -> bpy.types.Material:
    """Living skin: colour in zones, redness where blood shows, lips, pores, wrinkles, subsurface scattering."""
    paint = Paint(description)
    n, look, light = paint.n, paint.look, paint.light
    lines = _lines(n, relief)
    lips = _lips(paint, lips_mask)
    _zones(paint)
    _marks(paint)
    _beard(paint, description)
    if lines is not None:
        paint.over(paint.tint(0.60, 0.42, 0.38, dark=(0.5, 0.45, 0.45)), n.ramp(lines, -0.02, -0.40), 0.55)
    streaks = n.ramp(paint.middle, 0.3, 0.7)
    lip = lip_color(description)
    paint.over(n.mix(streaks, times(lip, 0.88), times(lip, 1.10)), lips)
    inner = times(lip, (1.0, 0.8, 0.8) if light > 0.5 else (1.35, 1.0, 1.05))
    paint.over(inner, lips, "seam", 0.6)
    paint.over((0.03, 0.018, 0.014), "lash_line", 0.30 + 0.25 * paint.gender * paint.grown)
    paint.over(paint.tint(1.0, 0.72, 0.70, dark=(1.6, 1.2, 1.15)), "waterline", 0.6)
    inputs = {
        "Base Color": paint.color,
        "Roughness": _roughness(paint, lips),
        "Specular IOR Level": 0.31 + 0.13 * light,
        "Subsurface Weight": 1.0,
        "Subsurface Radius": (1.0, 0.36, 0.20),
        "Subsurface Scale": 0.0014 + 0.0012 * light,
        "Sheen Weight": 0.02 + 0.11 * light,
        "Sheen Roughness": 0.45,
        "Sheen Tint": tuple(min(1.0, 1.25 * value + 0.1) for value in look.tone),
        "Normal": _bump(paint, lips, lines),
    }
    return n.finish(n.add("BsdfPrincipled", inputs, subsurface_method="RANDOM_WALK").outputs["BSDF"])


def _zones(paint: Paint) -> None:
    """Mottling, pores, and the face's zones: forehead yellower, cheeks and nose redder, darker around the eyes."""
    n, look = paint.n, paint.look
    mottled = n.ramp(paint.middle, 0.35, 0.7)
    paint.over(paint.tint(0.97, 0.80, 0.77, dark=(0.86, 0.84, 0.84)), mottled, 0.5)
    paint.over(paint.tint(1.07, 1.09, 1.07), n.ramp(paint.fine, 0.45, 0.70), 0.7 * look.pores)
    paint.over(paint.tint(0.90, 0.80, 0.76, dark=(0.8, 0.78, 0.78)), n.ramp(paint.fine, 0.48, 0.30), 0.6 * look.pores)
    dots = paint.tint(0.72, 0.58, 0.53, dark=(0.70, 0.66, 0.66))
    paint.over(dots, paint.pore, "pores", 0.40 * look.pores * paint.grown)
    paint.over(paint.tint(1.02, 1.0, 0.86), "forehead", 0.6)
    patches = n.ramp(paint.coarse, 0.25, 0.75, (0.55, 1.0))
    blush = look.blush * (0.45 + 0.55 * paint.light) * (1 + 0.25 * look.age)
    paint.over(paint.tint(1.03, 0.60, 0.58, dark=(1.16, 0.86, 0.78)), "blush", patches, min(blush, 1.0))
    paint.over(paint.tint(0.82, 0.66, 0.66, dark=(0.68, 0.66, 0.68)), "socket", 0.40)
    paint.over(paint.tint(0.76, 0.60, 0.64, dark=(0.66, 0.64, 0.66)), "under_eye", 0.25 + 0.3 * look.age)
    paint.over(paint.tint(0.80, 0.66, 0.63, dark=(0.7, 0.68, 0.68)), "upper_lid", 0.25 + 0.2 * look.age)


def _marks(paint: Paint) -> None:
    """Freckles, age spots, uneven colour, and the small veins of old cheeks."""
    n, look = paint.n, paint.look
    spread = n.math("ADD", n.math("MULTIPLY", n.attribute("blush"), 0.75), 0.3)
    freckle = n.ramp(n.noise(480.0, detail=1), 0.585, 0.655)
    paint.over(paint.tint(0.66, 0.47, 0.38), freckle, spread, 0.9 * look.freckles * paint.light)
    if look.age > 0.3:
        vein = n.math("ABSOLUTE", n.math("SUBTRACT", n.noise(230.0, detail=4), 0.5), 0.0)
        paint.over(paint.tint(0.95, 0.50, 0.50), n.ramp(vein, 0.03, 0.0), "blush", 0.5 * look.age * paint.light)
    if look.spots:
        ragged = n.math(
            "ADD", n.noise(110.0, detail=1), n.math("MULTIPLY", n.math("SUBTRACT", paint.middle, 0.5), 0.12)
        )
        edge = 0.77 - 0.09 * look.spots
        spot = paint.tint(0.78, 0.63, 0.52, dark=(0.6, 0.58, 0.56))
        paint.over(spot, n.ramp(ragged, edge, edge + 0.05), n.ramp(paint.coarse, 0.3, 0.6, (0.3, 0.9)))
        paint.over(paint.tint(0.90, 0.80, 0.72), n.ramp(n.noise(30.0), 0.45, 0.7), 0.5 * look.spots)
        paint.over(paint.tint(1.10, 1.13, 1.15), n.ramp(n.noise(100.0), 0.62, 0.7), 0.30 * look.spots)


def _beard(paint: Paint, description: AvatarDescription) -> None:
    """A shaved beard's shadow, the cooler jaw of men, and the scalp below the hair."""
    n, look, hair = paint.n, paint.look, description.hair
    man = (1 - paint.gender) * paint.grown
    paint.over(paint.tint(0.84, 0.88, 0.95), "beard", 0.35 * man)
    shade = hair_color(hair)
    if look.stubble:
        grey = tuple(0.55 * a * b + 0.45 * c for a, b, c in zip(look.tone, (0.42, 0.46, 0.52), shade, strict=True))
        dots = n.ramp(n.math("ADD", paint.fine, n.math("MULTIPLY", paint.pore, 0.2)), 0.35, 0.8, (0.35, 1.0))
        paint.over(grey, "beard", dots, 0.95 * look.stubble)
    cover = SCALP.get(hair.style, 1.0) * (0.75 + 0.25 * hair.melanin)
    if cover:
        paint.over(shade, "scalp", n.ramp(paint.fine, 0.2, 0.7, (0.7, 1.0)), cover)


def _lips(paint: Paint, path: str) -> bpy.types.NodeSocket:
    """Where the lips are; a blurred, uneven border, softest for men and children."""
    n = paint.n
    image = bpy.data.images.load(path, check_existing=True)
    image.colorspace_settings.name = "Non-Color"
    uv = n.add("UVMap", uv_map="uv").outputs["UV"]
    value = n.add("TexImage", {"Vector": uv}, image=image, interpolation="Cubic").outputs["Color"]
    value = n.math("ADD", value, n.math("MULTIPLY", n.math("SUBTRACT", paint.middle, 0.5), 0.5))
    return n.ramp(value, 0.15, 1.1, (0.0, 0.72 + 0.13 * paint.gender * paint.grown - 0.2 * paint.look.age))


def _lines(n: Nodes, relief: Relief | None) -> bpy.types.NodeSocket | None:
    """Height of the wrinkles in millimetres."""
    if relief is None:
        return None
    side = len(relief.fine)
    image = bpy.data.images.new("wrinkles", side, side, alpha=False, float_buffer=True, is_data=True)
    pixels = np.ones((side, side, 4), np.float32)
    pixels[..., :3] = relief.fine[..., None] * 1000
    image.pixels.foreach_set(pixels.ravel())
    image.update()
    place = n.add("SeparateXYZ", {"Vector": n.add("TexCoord").outputs["Object"]}).outputs
    u, v = (
        n.math("DIVIDE", n.math("SUBTRACT", place[axis], float(low)), relief.extent)
        for axis, low in zip("XZ", relief.low, strict=True)
    )
    uv = n.add("CombineXYZ", {"X": u, "Y": v}).outputs["Vector"]
    drawn = n.add("TexImage", {"Vector": uv}, image=image, interpolation="Cubic", extension="CLIP").outputs["Color"]
    return n.math("MULTIPLY", drawn, n.attribute("frontal"))


def _roughness(paint: Paint, lips: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
    """Forehead, nose and cheekbones shine a little; old skin is drier, lips are moister."""
    n = paint.n
    rough = n.ramp(paint.fine, 0.3, 0.7, (0.47, 0.58))
    rough = n.math("ADD", rough, 0.05 * paint.look.age + 0.05 * (1 - paint.light))
    for mask, amount in (("shine", -0.10), ("waterline", -0.25)):
        rough = n.math("ADD", rough, n.math("MULTIPLY", n.attribute(mask), amount))
    return n.math("ADD", rough, n.math("MULTIPLY", lips, -0.12 + 0.08 * paint.look.age))


def _bump(paint: Paint, lips: bpy.types.NodeSocket, lines: bpy.types.NodeSocket | None) -> bpy.types.NodeSocket:
    """Pores and fine creases by zone, vertical furrows on the lips, and wrinkles; heights in millimetres."""
    n, strength = paint.n, paint.look.pores * (0.5 + 0.5 * paint.grown)
    height = n.math("MULTIPLY", paint.times(paint.pore, "pores"), -0.10 * strength)
    height = n.math("ADD", height, n.math("MULTIPLY", paint.fine, 0.13 * strength))
    height = n.math("ADD", height, n.math("MULTIPLY", paint.middle, (0.15 + 0.12 * paint.look.age) * strength))
    place = n.add("TexCoord").outputs["Object"]
    stretched = n.add("Mapping", {"Vector": place, "Scale": (1100.0, 250.0, 160.0)}).outputs["Vector"]
    furrows = n.noise(1.0, detail=2, vector=stretched)
    height = n.math("ADD", height, paint.times(furrows, lips, 0.28))
    if lines is not None:
        height = n.math("ADD", height, lines)
    return n.add("Bump", {"Height": height, "Strength": 1.0, "Distance": 0.001}).outputs["Normal"]

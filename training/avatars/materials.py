"""Cycles materials: skin, hair, eyes, knitted cloth. Lengths in metres."""

from __future__ import annotations

import bpy
from description import AvatarDescription, Color


class Nodes:
    """A small hand for building node trees."""

    def __init__(self, name: str) -> None:
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.tree.nodes.clear()
        self.output = self.tree.nodes.new("ShaderNodeOutputMaterial")

    def add(self, kind: str, inputs: dict[str, object] | None = None, **settings: object) -> bpy.types.Node:
        """Add a node; ``inputs`` are numbers, colours, or the sockets to link from."""
        node = self.tree.nodes.new("ShaderNode" + kind)
        for name, value in settings.items():
            setattr(node, name, value)
        for name, value in (inputs or {}).items():
            self.feed(node.inputs[name], value)
        return node

    def feed(self, socket: bpy.types.NodeSocket, value: object) -> None:
        """Set a socket to a number or colour, or link it."""
        if isinstance(value, bpy.types.NodeSocket):
            self.tree.links.new(value, socket)
        elif isinstance(value, tuple) and len(value) == 3 and socket.type == "RGBA":
            socket.default_value = (*value, 1.0)
        else:
            socket.default_value = value

    def attribute(self, name: str) -> bpy.types.NodeSocket:
        """A mesh attribute's value by name."""
        return self.add("Attribute", attribute_name=name).outputs["Fac"]

    def math(self, operation: str, a: object, b: object) -> bpy.types.NodeSocket:
        """Arithmetic on numbers or sockets; ``operation`` as in Blender."""
        node = self.add("Math", operation=operation)
        for socket, value in zip(node.inputs, (a, b), strict=False):
            self.feed(socket, value)
        return node.outputs[0]

    def mix(self, factor: object, a: object, b: object, blend: str = "MIX") -> bpy.types.NodeSocket:
        """Colour between ``a`` (factor 0) and ``b`` (factor 1)."""
        node = self.add("Mix", data_type="RGBA", blend_type=blend)
        for socket, value in zip((node.inputs[0], node.inputs[6], node.inputs[7]), (factor, a, b), strict=True):
            self.feed(socket, value)
        return node.outputs[2]

    def noise(self, scale: float, *, detail: float = 2.0, vector: object = None) -> bpy.types.NodeSocket:
        """Fractal noise from 0 to 1; ``scale`` in features per metre (object space by default)."""
        inputs = {"Scale": scale, "Detail": detail}
        inputs["Vector"] = vector or self.add("TexCoord").outputs["Object"]
        return self.add("TexNoise", inputs).outputs["Fac"]

    def ramp(
        self, value: object, low: float, high: float, to: tuple[float, float] = (0.0, 1.0)
    ) -> bpy.types.NodeSocket:
        """Smooth step of ``value`` between ``low`` and ``high``, mapped to ``to``."""
        inputs = {"Value": value, "From Min": low, "From Max": high, "To Min": to[0], "To Max": to[1]}
        return self.add("MapRange", inputs, interpolation_type="SMOOTHSTEP").outputs["Result"]

    def finish(self, shader: bpy.types.NodeSocket) -> bpy.types.Material:
        """The material with ``shader`` as its surface."""
        self.feed(self.output.inputs["Surface"], shader)
        return self.material


def times(color: Color, factor: float | Color) -> Color:
    scale = factor if isinstance(factor, tuple) else (factor,) * 3
    return tuple(a * b for a, b in zip(color, scale, strict=True))


def skin(description: AvatarDescription, lips_mask: str) -> bpy.types.Material:
    """Living skin: mottled colour, redness where blood shows, lips, pores, subsurface scattering."""
    look, n = description.skin, Nodes("skin")
    tone = look.tone
    color = n.mix(
        n.ramp(n.noise(28.0, detail=3), 0.35, 0.65), times(tone, (0.95, 0.92, 0.90)), times(tone, (1.04, 1.05, 1.06))
    )
    mottled = n.ramp(n.noise(330.0, detail=4), 0.35, 0.7)
    color = n.mix(n.math("MULTIPLY", mottled, 0.35), color, times(tone, (0.97, 0.80, 0.78)))
    red = n.math(
        "MULTIPLY", n.attribute("blush"), n.math("MULTIPLY", n.ramp(n.noise(120.0), 0.2, 0.8, (0.6, 1.0)), look.blush)
    )
    color = n.mix(red, color, times(tone, (1.02, 0.66, 0.66)))
    color = n.mix(
        n.math("MULTIPLY", n.attribute("under_eye"), 0.22 + 0.4 * look.age), color, times(tone, (0.74, 0.60, 0.66))
    )
    color = n.mix(n.math("MULTIPLY", n.attribute("upper_lid"), 0.15), color, times(tone, (0.80, 0.66, 0.64)))
    spots = n.math("MULTIPLY", n.ramp(n.noise(420.0, detail=1), 0.66, 0.74), look.freckles)
    color = n.mix(spots, color, times(tone, (0.62, 0.48, 0.42)))
    if look.stubble:
        dots = n.math("MULTIPLY", n.attribute("beard"), n.ramp(n.noise(1300.0, detail=1), 0.3, 0.75, (0.25, 1.0)))
        color = n.mix(n.math("MULTIPLY", dots, look.stubble), color, times(tone, (0.42, 0.45, 0.50)))
    lips = _lips(n, lips_mask)
    streaks = n.ramp(n.noise(700.0, detail=3), 0.3, 0.7)
    color = n.mix(lips, color, n.mix(streaks, times(look.lips, 0.86), times(look.lips, 1.12)))
    hair = times((0.07, 0.045, 0.03), 1.0 - 0.75 * description.hair.melanin)
    color = n.mix(n.math("MULTIPLY", n.attribute("scalp"), 0.9), color, hair)
    rough = n.math("ADD", n.ramp(n.noise(500.0, detail=3), 0.3, 0.7, (0.42, 0.56)), n.math("MULTIPLY", lips, -0.14))
    shader = n.add(
        "BsdfPrincipled",
        {
            "Base Color": color,
            "Roughness": rough,
            "Specular IOR Level": 0.42,
            "Subsurface Weight": 1.0,
            "Subsurface Radius": (1.0, 0.36, 0.20),
            "Subsurface Scale": 0.0034,
            "Normal": _skin_relief(n, look.pores, lips),
        },
        subsurface_method="RANDOM_WALK",
    )
    return n.finish(shader.outputs["BSDF"])


def _lips(n: Nodes, path: str) -> bpy.types.NodeSocket:
    image = bpy.data.images.load(path, check_existing=True)
    image.colorspace_settings.name = "Non-Color"
    uv = n.add("UVMap", uv_map="uv").outputs["UV"]
    value = n.add("TexImage", {"Vector": uv}, image=image, interpolation="Cubic").outputs["Color"]
    return n.ramp(value, 0.1, 0.95, (0.0, 0.85))


def _skin_relief(n: Nodes, strength: float, lips: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
    """Pores and fine creases as bump; vertical furrows on the lips."""
    coordinates = n.add("TexCoord").outputs["Object"]
    pores = n.add("TexVoronoi", {"Vector": coordinates, "Scale": 1150.0}, feature="F1").outputs["Distance"]
    height = n.math("ADD", n.math("MULTIPLY", n.ramp(pores, 0.0, 0.45), 0.6), n.noise(800.0, detail=4))
    stretched = n.add("Mapping", {"Vector": coordinates, "Scale": (1300.0, 300.0, 220.0)}).outputs["Vector"]
    furrows = n.math("MULTIPLY", n.noise(1.0, detail=2, vector=stretched), n.math("MULTIPLY", lips, 2.0))
    height = n.math("ADD", height, furrows)
    bump = n.add("Bump", {"Height": height, "Strength": 0.35 * strength, "Distance": 0.0006})
    return bump.outputs["Normal"]


def hair(name: str, *, melanin: float, redness: float, roughness: float = 0.32) -> bpy.types.Material:
    """Hair by its pigment, each strand a little different."""
    n = Nodes(name)
    random = n.add("HairInfo").outputs["Random"]
    shader = n.add(
        "BsdfHairPrincipled",
        {
            "Melanin": n.ramp(random, 0.0, 1.0, (melanin * 0.93, min(melanin * 1.05, 1.0))),
            "Melanin Redness": redness,
            "Roughness": roughness,
            "Radial Roughness": 0.35,
            "Random Roughness": 0.15,
        },
        model="CHIANG",
        parametrization="MELANIN",
    )
    return n.finish(shader.outputs["BSDF"])


def eyeball(description: AvatarDescription, *, radius: float, iris: float, pupil: float) -> bpy.types.Material:
    """Sclera, limbus, iris with fibres, pupil; object space, looking along -y, lengths in metres."""
    look, n = description.eyes, Nodes("eyeball")
    separate = n.add("SeparateXYZ", {"Vector": n.add("TexCoord").outputs["Object"]})
    x, z = separate.outputs["X"], separate.outputs["Z"]
    r = n.math("SQRT", n.math("ADD", n.math("MULTIPLY", x, x), n.math("MULTIPLY", z, z)), 0)
    angle = n.math("ARCTAN2", z, x)
    polar = n.add("CombineXYZ", {"X": n.math("COSINE", angle, 0), "Y": n.math("SINE", angle, 0)}).outputs["Vector"]
    spokes = n.add("Mapping", {"Vector": polar, "Scale": (9.0, 9.0, 9.0)}).outputs["Vector"]
    depth = n.add("CombineXYZ", {"Z": n.math("MULTIPLY", r, 260.0)}).outputs["Vector"]
    fibre_at = n.add("VectorMath", {0: spokes, 1: depth}, operation="ADD").outputs["Vector"]
    fibres = n.ramp(n.noise(1.0, detail=4, vector=fibre_at), 0.32, 0.68)
    inner = n.ramp(r, pupil * 1.05, iris * 0.72)
    color = n.mix(inner, look.iris_inner, look.iris)
    color = n.mix(fibres, n.mix(0.55, color, (0.0, 0.0, 0.0)), n.mix(0.22, color, (1.0, 0.8, 0.5)))
    color = n.mix(n.ramp(r, iris * 0.78, iris * 1.0), color, times(look.iris, 0.25))
    color = n.mix(n.ramp(r, pupil * 0.92, pupil * 1.08), (0.002, 0.002, 0.002), color)
    veins = n.math("MULTIPLY", n.ramp(n.noise(260.0, detail=5), 0.56, 0.68), n.ramp(r, iris * 1.3, radius, (0.0, 0.35)))
    sclera = n.mix(n.ramp(r, iris, radius), (0.80, 0.765, 0.73), (0.68, 0.50, 0.45))
    sclera = n.mix(veins, sclera, (0.55, 0.16, 0.13))
    color = n.mix(n.ramp(r, iris * 0.97, iris * 1.07), color, sclera)
    inputs = {"Base Color": color, "Roughness": 0.35, "Specular IOR Level": 0.2}
    inputs |= {"Subsurface Weight": 0.25, "Subsurface Radius": (1.0, 0.5, 0.4), "Subsurface Scale": 0.0012}
    return n.finish(n.add("BsdfPrincipled", inputs).outputs["BSDF"])


def cornea() -> bpy.types.Material:
    """The eye's wet front: reflects, lets everything through (no refraction, hence no caustics)."""
    n = Nodes("cornea")
    gloss = n.add("BsdfGlossy", {"Roughness": 0.03}).outputs["BSDF"]
    clear = n.add("BsdfTransparent").outputs["BSDF"]
    facing = n.add("Fresnel", {"IOR": 1.40}).outputs["Fac"]
    return n.finish(n.add("MixShader", {0: facing, 1: clear, 2: gloss}).outputs["Shader"])


def knit(color: Color) -> bpy.types.Material:
    """Fine knit; the attribute ``cloth`` cuts the neckline (1 cloth, 0 nothing)."""
    n = Nodes("knit")
    coordinates = n.add("TexCoord").outputs["Object"]
    stretched = n.add("Mapping", {"Vector": coordinates, "Scale": (1.0, 0.3, 1.0)}).outputs["Vector"]
    rows = n.add(
        "TexWave", {"Vector": stretched, "Scale": 150.0, "Distortion": 1.5, "Detail": 2.0}, bands_direction="X"
    )
    stitches = n.add("TexWave", {"Vector": stretched, "Scale": 190.0, "Distortion": 1.0}, bands_direction="Z")
    height = n.math("ADD", rows.outputs["Fac"], n.math("MULTIPLY", stitches.outputs["Fac"], 0.6))
    fuzz = n.noise(900.0, detail=3)
    bump = n.add("Bump", {"Height": n.math("ADD", height, fuzz), "Strength": 0.45, "Distance": 0.0008}).outputs[
        "Normal"
    ]
    shade = n.mix(n.ramp(n.math("ADD", height, fuzz), 0.6, 2.2), times(color, 0.7), times(color, 1.25))
    inputs = {"Base Color": shade, "Roughness": 0.85, "Sheen Weight": 0.35, "Sheen Roughness": 0.4, "Normal": bump}
    return n.finish(n.add("BsdfPrincipled", inputs | {"Specular IOR Level": 0.2}).outputs["BSDF"])


def backdrop(middle: Color, edge: Color) -> bpy.types.Material:
    """A quiet wall that glows by itself: lighter in the middle; object space from -1 to 1."""
    n = Nodes("backdrop")
    length = n.add("VectorMath", {0: n.add("TexCoord").outputs["Object"]}, operation="LENGTH").outputs["Value"]
    color = n.mix(n.ramp(length, 0.0, 1.0), middle, edge)
    return n.finish(n.add("Emission", {"Color": color}).outputs["Emission"])

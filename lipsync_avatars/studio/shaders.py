"""A small hand for building Blender's shader node trees."""

from __future__ import annotations

import bpy
from description import Color


class Nodes:
    """A small hand for building node trees."""

    def __init__(self, name: str) -> None:
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.tree.nodes.clear()
        self.output = self.tree.nodes.new("ShaderNodeOutputMaterial")

    @classmethod
    def of(cls, material: bpy.types.Material) -> Nodes:
        """The tree of a finished material, to go on with it."""
        nodes = cls.__new__(cls)
        nodes.material, nodes.tree = material, material.node_tree
        nodes.output = next(node for node in nodes.tree.nodes if node.type == "OUTPUT_MATERIAL")
        return nodes

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

"""Interlaced video, whose frames hold two moments in alternate rows, as whole pictures of one moment each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import av
from av.filter import Graph

from ..messages import Message

_NOTE = Message(
    "The video is interlaced (each frame holds two moments in alternate rows). It was deinterlaced; its frame rate "
    "stays."
)


def deinterlaced(decoded: Iterator[av.VideoFrame], note: Callable[[str], None]) -> Iterator[av.VideoFrame]:
    """The same pictures, in number and time; those that are flagged as interlaced show the first of their two moments.

    Nothing is set up, and no picture is held back, before the first interlaced one comes.
    """
    graph, layout = None, None
    for picture in decoded:
        if graph is None and not picture.interlaced_frame:
            yield picture
            continue
        if layout != (layout := (picture.format.name, picture.width, picture.height)):
            if graph is not None:
                yield from _flushed(graph)
            graph = _weaver(picture)
            note(_NOTE)
        graph.vpush(picture)
        yield from _ready(graph)
    if graph is not None:
        yield from _flushed(graph)


def _weaver(picture: av.VideoFrame) -> Graph:
    graph = Graph()
    source = graph.add_buffer(
        width=picture.width, height=picture.height, format=picture.format, time_base=picture.time_base
    )
    graph.link_nodes(source, graph.add("bwdif", "mode=send_frame:deint=interlaced"), graph.add("buffersink"))
    graph.configure()
    return graph


def _ready(graph: Graph) -> Iterator[av.VideoFrame]:
    while True:
        try:
            yield graph.vpull()
        except (BlockingIOError, EOFError):  # it waits for the next picture, or has given the last
            return


def _flushed(graph: Graph) -> Iterator[av.VideoFrame]:
    graph.vpush(None)
    yield from _ready(graph)

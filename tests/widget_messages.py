"""What a browser sends to a widget, sent by a test."""

from __future__ import annotations

import ipywidgets


def upload(chooser: ipywidgets.FileUpload, name: str, content: bytes) -> None:
    """A person has chosen a file; in the way of the installed generation of ipywidgets."""
    facts = {"name": name, "type": "", "size": len(content)}
    if ipywidgets.__version__.startswith("7."):
        chooser.set_state({"metadata": [{**facts, "lastModified": 0}], "data": [memoryview(content)]})
        chooser.set_state({"_counter": 1})
    else:
        chooser.set_state({"value": [{**facts, "last_modified": 0, "content": memoryview(content)}]})

"""Sentences for people: each in the code is in the Arabic table with the same values, and none is left over there."""

from __future__ import annotations

import ast
import copy
import json
import pickle
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import cache
from itertools import chain
from pathlib import Path
from string import Formatter

import pytest
import yaml

from lipsync_utils.errors import InputError, LipSyncError, MissingExtraError, NoFaceError, message_of
from lipsync_utils.messages import Message, is_wordless, joined, said_in
from lipsync_utils.records import RunReport

ROOT = Path(__file__).parents[1]
TABLE = yaml.safe_load((ROOT / "lipsync_utils/data/arabic.yaml").read_text("utf-8"))
PACKAGES = ("lipsync_utils", "lipsync_avatars", "lipsync_tools", "app/lipsync_app")
HANDED_ON = {"existing_file", "opened", "open_source", "load_speech", "SoundReader", "written", "unwritable"}
"""Functions whose ``role`` or ``what``, a word, becomes a message."""
TOLD = {"message", "note", "_note"}
"""Functions that are told what a person should read."""
ISOLATE, END = "\u2068", "\u2069"


# --- reading the code ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """A text in the code, where it stands, and the names of the values it is given; None: they cannot be read off."""

    template: str
    place: str
    values: frozenset[str] | None = None


@cache
def modules() -> dict[str, ast.Module]:
    paths = chain.from_iterable(sorted((ROOT / package).rglob("*.py")) for package in PACKAGES)
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8")) for path in paths}


def nodes(kind: type) -> Iterator[tuple[str, ast.AST]]:
    return ((path, node) for path, module in modules().items() for node in ast.walk(module) if isinstance(node, kind))


@cache
def kinds() -> frozenset[str]:
    """Names of our errors: the root, all that are derived from it, and the studio's own."""
    found, before = {"LipSyncError", "DescriptionError"}, 0
    while len(found) > before:
        before = len(found)
        found |= {
            node.name for _, node in nodes(ast.ClassDef) if found & {getattr(base, "id", "") for base in node.bases}
        }
    return frozenset(found)


def name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def literals(node: ast.AST, constants: dict[str, ast.AST]) -> list[str]:
    """The texts that an expression can be, as far as they are written there."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return literals(node.body, constants) + literals(node.orelse, constants)
    return literals(constants[node.id], {}) if isinstance(node, ast.Name) and node.id in constants else []


def constants_of(module: ast.Module) -> dict[str, ast.AST]:
    """Name -> value, of what a module assigns outside of functions."""
    return {node.targets[0].id: node.value for node in module.body if is_plain_assignment(node)}


def is_plain_assignment(node: ast.AST) -> bool:
    return isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)


def of_calls() -> Iterator[Said]:
    """What errors and messages are made of, and names of what can be chosen."""
    for path, call in nodes(ast.Call):
        constants, place, name = constants_of(modules()[path]), f"{path}:{call.lineno}", name_of(call)
        if name in kinds() | {"Message", "one_of", "Choices"} and call.args:
            known = name in kinds() | {"Message"} and all(keyword.arg for keyword in call.keywords)
            given = frozenset(keyword.arg for keyword in call.keywords) if known else None
            yield from (Said(text, place, given) for text in literals(call.args[0], constants))


def of_classes() -> Iterator[Said]:
    """The sentences of errors that bring their own."""
    for path, node in nodes(ast.ClassDef):
        for call in ast.walk(node) if node.name in kinds() else ():
            if isinstance(call, ast.Call) and name_of(call) == "__init__":
                yield from (Said(text, path) for argument in call.args for text in literals(argument, {}))


def of_words_handed_on() -> Iterator[Said]:
    """What a file is for: given to a function that puts it into its messages, or the default there."""
    for path, node in nodes((ast.Call, ast.FunctionDef)):
        if isinstance(node, ast.Call):
            named = [(keyword.arg, keyword.value) for keyword in node.keywords if name_of(node) in HANDED_ON]
        else:
            named = [(arg.arg, value) for arg, value in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)]
        for name, value in named:
            if name in ("role", "what"):
                yield from (Said(text, f"{path}:{node.lineno}") for text in literals(value, {}))


def of_assets() -> Iterator[Said]:
    """What assets are for, and what works without them."""
    table = yaml.safe_load((ROOT / "lipsync_utils/data/assets.yaml").read_text("utf-8"))
    return (
        Said(row[column], f"assets.yaml: {name}") for name, row in table.items() for column in ("purpose", "without")
    )


@cache
def sentences() -> tuple[Said, ...]:
    found = [*of_calls(), *of_classes(), *of_words_handed_on(), *of_assets()]
    return tuple(said for said in found if not is_wordless(said.template))


def fields(template: str) -> set[tuple[str, str, str | None]]:
    """Name, format and conversion of each field."""
    return {(name, form, how) for _, name, form, how in Formatter().parse(template) if name is not None}


def names(template: str) -> set[str]:
    return {name for name, *_ in fields(template)}


# --- the table -------------------------------------------------------------------------------------------------------


def test_every_sentence_is_known_in_arabic():
    missing = [f"{said.place}: {said.template}" for said in sentences() if said.template not in TABLE]
    assert not missing, "\n".join(missing)
    assert len({said.template for said in sentences()}) > 300


def test_no_translation_is_left_over():
    left_over = TABLE.keys() - {said.template for said in sentences()}
    assert not left_over, "\n".join(sorted(left_over))


@pytest.mark.parametrize("english", TABLE, ids=lambda english: english[:40])
def test_a_translation_has_the_same_fields_in_the_same_form(english):
    arabic = TABLE[english]
    if names(english):
        assert fields(arabic) == fields(english)
    if "{" not in arabic:
        assert any("\u0600" <= letter <= "\u06ff" for letter in arabic)


def test_every_sentence_is_given_the_values_that_it_has_fields_for():
    wrong = [
        f"{said.place}: {sorted(said.values ^ names(said.template))}"
        for said in sentences()
        if said.values and said.values != names(said.template)
    ]
    assert not wrong, "\n".join(wrong)


def test_nothing_is_filled_in_before_it_becomes_a_message():
    """Neither f-strings nor sums nor ``format``: their text could not be looked up."""
    put_together = []
    for path, call in nodes(ast.Call):
        noted = name_of(call) == "append" and getattr(call.func.value, "id", getattr(call.func.value, "attr", "")) in (
            "notes",
            "warnings",
            "_warnings",
        )
        if call.args and (name_of(call) in kinds() | TOLD | {"Message"} or noted):
            text = call.args[0]
            formatted = isinstance(text, ast.Call) and name_of(text) in ("format", "join", "str", "repr")
            if isinstance(text, ast.JoinedStr | ast.BinOp) or (formatted and name_of(call) != "Message"):
                put_together.append(f"{path}:{call.lineno}: {ast.unparse(text)}")
    assert not put_together, "\n".join(put_together)


def test_what_is_told_is_a_message():
    """A literal would stay in English."""
    plain = [
        f"{path}:{call.lineno}"
        for path, call in nodes(ast.Call)
        if name_of(call) in TOLD and call.args and literals(call.args[0], {}) and "app/" not in path
    ]
    assert not plain, "\n".join(plain)


# --- messages --------------------------------------------------------------------------------------------------------


def test_values_keep_their_own_direction():
    said = said_in(Message("The output {path!r} is a folder. Give the name of a file in it.", path="out/a.mp4"), "ar")
    assert f"{ISOLATE}'out/a.mp4'{END}" in said
    assert "مجلد" in said
    told = said_in(NoFaceError("{count} faces are seen; exactly one is needed.", count=3).message, "ar")
    assert told.startswith(f"عدد الوجوه الظاهرة {ISOLATE}3{END}")


def test_options_in_a_translation_keep_their_dashes_in_front():
    said = said_in(Message("Where to write the avatar is missing; add -o avatar.png."), "ar")
    assert said.endswith(f" {ISOLATE}-o avatar.png{END}.")
    said = said_in(Message("Cannot write {name!r}: the name must end in .wav.", name="a"), "ar")
    assert said.endswith(f" {ISOLATE}.wav{END}.")
    said = said_in(
        Message("{path!r} has no sound track. Give the sound that belongs to it with --audio.", path="a"), "ar"
    )
    assert f"{ISOLATE}--audio{END}" in said


def test_messages_within_messages_are_translated_and_stand_bare():
    what = Message("the video is repeated")
    note = Message(
        "The video lasts {video_s:.1f} s, the voice {voice_s:.1f} s: {what}.", video_s=1, voice_s=2.25, what=what
    )
    assert note == "The video lasts 1.0 s, the voice 2.2 s: the video is repeated."
    said = said_in(note, "ar")
    assert said.endswith(f": {said_in(what, 'ar')}.")
    assert f"{ISOLATE}1.0{END}" in said


def test_several_sentences_in_a_row_are_one_message():
    both = joined([Message("An eye is shut; both should be open."), "as it is {}"])
    assert both == "An eye is shut; both should be open. as it is {}"
    assert said_in(both, "ar").endswith(f" {ISOLATE}as it is {{}}{END}")
    assert "مغمضة" in said_in(both, "ar")
    assert joined([]) == ""


def test_what_is_not_in_the_table_stays_in_english():
    for text in ("plain {text}", Message("There is no {thing}.", thing="such sentence"), Message("nothing {known}")):
        assert said_in(text, "ar") == said_in(text, "en") == str(text)
    assert type(said_in(Message("engine"), "en")) is str


@pytest.mark.parametrize("path", ["{0}", "{path}", "a{b", "}", "{{x}}", "%s {x!r}"])
def test_braces_in_a_path_are_a_path(path):
    error = InputError("The output {path!r} is a folder. Give the name of a file in it.", path=path)
    assert repr(path) in str(error)
    assert repr(path) in said_in(error.message, "ar")
    assert str(InputError(path)) == path == said_in(InputError(path).message, "ar")


def test_a_message_is_passed_on_as_it_is():
    error = InputError("The picture {path!r} is damaged: {error}. Save or download it again.", path="a", error="b")
    again = LipSyncError(error.message)
    assert again.message is message_of(error) is error.message
    assert str(again) == str(error)
    assert message_of(ValueError("x")) == "x"


def test_open_fields_are_filled_in_later():
    pattern = Message("{path!r} is a picture; a video is needed, since only motion can be on the sound.")
    assert Message(pattern, path="a") == "'a' is a picture; a video is needed, since only motion can be on the sound."
    assert Message(pattern, path="a").template == pattern


def test_what_lacks_packages_is_named_in_both_languages():
    error = MissingExtraError("The microphone", "notebooks")
    assert "pip install 'lipsync_utils[notebooks]'" in str(error)
    said = said_in(error.message, "ar")
    assert "الميكروفون" in said
    assert f"{ISOLATE}pip install 'lipsync_utils[notebooks]'{END}" in said


@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, lambda text: pickle.loads(pickle.dumps(text))])
def test_copies_keep_template_and_values(way):
    inner = Message("the video is repeated")
    text = Message(
        "The video lasts {video_s:.1f} s, the voice {voice_s:.1f} s: {what}.", video_s=1, voice_s=2, what=inner
    )
    again = way(text)
    assert (again, again.template, again.values) == (text, text.template, text.values)
    assert said_in(again, "ar") == said_in(text, "ar") != text
    assert said_in(way(Message("{plain")), "ar") == "{plain"


def test_reports_keep_messages_and_json_has_plain_english():
    report = RunReport(**dict.fromkeys(RunReport.__dataclass_fields__))
    note = Message(
        "The video lasts {video_s:.1f} s, the voice {voice_s:.1f} s: {what}.", video_s=1, voice_s=2, what="x"
    )
    data = asdict(replace(report, warnings=(note,)))
    assert said_in(data["warnings"][0], "ar") == said_in(note, "ar") != note
    assert json.loads(json.dumps(data))["warnings"] == [str(note)]


def test_the_table_is_read_only_when_it_is_needed():
    code = (
        "import sys, lipsync_utils.errors as errors; errors.InputError('x {y}', y=1); assert 'yaml' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)

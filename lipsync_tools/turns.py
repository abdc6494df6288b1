"""A table of turns: who speaks when. One line for each: ``from,to,face``."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence

from lipsync_utils.errors import InputError
from lipsync_utils.media.files import existing_file
from lipsync_utils.options import FaceChoice, FaceOptions, RunOptions, Turn

COLUMNS = ("from", "to", "face")
LARGEST_BYTES = 1 << 20


def read_turns(path: str | os.PathLike[str]) -> tuple[Turn, ...]:
    """The turns in a table.

    Times are seconds, ``m:ss`` or ``h:mm:ss``, with a fraction or without; a face is a number (0 is the left-most) or
    a point in pixels, in quotes or in two columns. A line of headings may come first. Columns may be separated by
    semicolons or tabs as well, as spreadsheets write them (then with decimal commas).

    Raises:
        InputError: no such file, no table, or a line that is no turn.
    """
    file = existing_file(path, role="table of turns")
    try:
        text = file.read_text(encoding="utf-8-sig") if file.stat().st_size <= LARGEST_BYTES else ""
    except UnicodeDecodeError:
        text = ""
    separator = next((mark for mark in ";\t" if mark in text), ",")
    rows = enumerate(csv.reader(text.splitlines(), delimiter=separator), start=1)
    lines = [(number, [cell.strip() for cell in row]) for number, row in rows if any(map(str.strip, row))]
    if lines and tuple(cell.lower() for cell in lines[0][1]) == COLUMNS:
        lines = lines[1:]
    if not lines:
        raise InputError(
            "{path!r} holds no table of turns. Give a text file with the columns from,to,face, such as the line "
            "0,2.5,1 or 0:00,0:02.5,1.",
            path=str(path),
        )
    return tuple(_turn(row, number, str(path)) for number, row in lines)


def parse_face(text: str) -> FaceChoice:
    """``"largest"``, an index, or ``"x,y"``.

    Raises:
        InputError: anything else.
    """
    if text == "largest":
        return text
    try:
        numbers = [float(part) for part in text.split(",")]
        is_index = len(numbers) == 1 and numbers[0].is_integer()
        return FaceOptions(choose=int(numbers[0]) if is_index else numbers).choose
    except ValueError as error:  # the options' refusal is one, too
        raise InputError(
            "A face was named as {text!r}; 'largest', a number from 0 on, or a point such as 320,200 is needed.",
            text=text,
        ) from error


def parse_part(text: str) -> str | tuple[int, int, int, int]:
    """``"whole"``, ``"head"``, ``"face"``, or left, top, width and height: ``"200,100,640,480"``.

    Raises:
        InputError: anything else.
    """
    numbers = [part.strip() for part in text.split(",")]
    return RunOptions(part=tuple(map(int, numbers)) if all(map(str.isdecimal, numbers)) else text).part


def _turn(row: Sequence[str], number: int, path: str) -> Turn:
    try:
        begin, end, *face = row
        return Turn(seconds_of(begin), seconds_of(end), parse_face(",".join(face)))
    except ValueError as error:  # of InputError's kind, too
        raise InputError(
            "Line {number} of {path!r} is no turn: {line}. Give from,to,face: two times in seconds or m:ss, the second "
            "one later, and the number of a face from 0 at the left, such as 0,2.5,1.",
            number=number,
            path=path,
            line=",".join(row),
        ) from error


def seconds_of(text: str) -> float:
    """``"2.5"``, ``"0:02.5"`` or ``"1:00:02,5"`` in seconds.

    Raises:
        ValueError: none of these.
    """
    total = 0.0
    for part in text.split(":"):
        total = 60 * total + float(part.replace(",", "."))
    return total

"""Both languages say everything, and the same."""

import re
import string

import pytest

from lipsync_tools.widgets.wording import LANGUAGES, microphone, table, words
from lipsync_tools.workflow import STAGES
from lipsync_utils.errors import InputError
from lipsync_utils.sync.report import VERDICTS

ARABIC = re.compile("[\u0621-\u064a]")


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", table())
def test_every_text_is_there_in_every_language(key):
    row = table()[key]
    assert set(row) == set(LANGUAGES)
    assert all(text.strip() for text in row.values())
    assert not ARABIC.search(row["en"])
    assert ARABIC.search(row["ar"])


@pytest.mark.parametrize("key", table())
def test_languages_fill_in_the_same_fields(key):
    assert fields(table()[key]["en"]) == fields(table()[key]["ar"])


def test_what_the_code_looks_up_is_there():
    for name in (*(f"stage {stage}" for stage in STAGES), *(f"verdict {verdict}" for verdict in VERDICTS)):
        assert name in table()


def test_the_microphone_has_words_for_every_state():
    from lipsync_tools.widgets.microphone import STATES

    assert set(microphone(words("en"))) == {*STATES, "record", "stop", "again"}


def test_an_unknown_language_is_refused():
    with pytest.raises(InputError, match=r"Unknown language 'fr'\. Choose one of: en, ar"):
        words("fr")

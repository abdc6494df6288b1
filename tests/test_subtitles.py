"""Subtitles as a viewer meets them: every word, in time, in lines that can be read, in files that players read."""

from __future__ import annotations

from itertools import pairwise

import av
import numpy as np
import pytest

from lipsync_utils.errors import InputError, OutputError
from lipsync_utils.options import Cue
from lipsync_utils.records import Phoneme
from lipsync_utils.subtitles import LINE, cues, ending, read_length, write_subtitles
from lipsync_utils.voices import Utterance, speak

ENGLISH = (
    "Hello. Yes! The quick brown fox, which had been sleeping in the warm afternoon sun, jumped over the lazy dog and "
    "ran away into the forest before anybody could say a single word about it. In 2024, we counted 1,250 people; "
    "nobody had expected so many. Really?"
)
ARABIC = (
    "مرحبا بكم. هذا برنامج Wav2Lip الذي يجعل الصورة تتكلم، وهو يعمل على جهازك دون اتصال بالشبكة، ويمكنك أن تكتب "
    "فيه نصا طويلا بالعربية أو الإنجليزية ثم تستمع إليه بصوت رجل أو امرأة أو طفل. شكرا! نَعَمْ."
)


def spoken(*sentences: str, sound_s: float = 0.06, pause_s: float = 0.4) -> tuple[Utterance, dict[int, float]]:
    """An utterance whose letters all last as long, with a pause after commas; and when each word begins."""
    phonemes, found, starts, time = [], [], {}, 0.15
    for sentence in sentences:
        first = time
        for word in sentence.split():
            starts[len(starts)] = time
            for letter in filter(str.isalnum, word):
                for _ in range(4 if letter.isdigit() else 1):
                    phonemes.append(Phoneme(letter, time, time + sound_s))
                    time += sound_s
            if word.endswith(("،", ",")):
                phonemes.append(Phoneme("", time, time + 0.2))
                time += 0.2
        found.append(Cue(first, time, sentence))
        phonemes.append(Phoneme("", time, time + pause_s))
        time += pause_s
    return Utterance(np.zeros(round(time * 100), np.float32), 100, "", "en", tuple(phonemes), tuple(found)), starts


def sentences(text: str) -> list[str]:
    return [f"{part}." for part in text.replace("!", ".").replace("?", ".").split(".") if part.strip()]


@pytest.fixture(params=[ENGLISH, ARABIC], ids=["english", "arabic"])
def said(request) -> tuple[Utterance, dict[int, float]]:
    return spoken(*sentences(request.param))


def test_every_word_is_shown_as_it_was_written(said):
    utterance, _ = said
    shown = " ".join(cue.text for cue in cues(utterance)).split()
    assert shown == " ".join(sentence.text for sentence in utterance.sentences).split()


def test_lines_can_be_read(said):
    for cue in cues(said[0]):
        lines = cue.text.split("\n")
        assert len(lines) <= 2
        assert max(map(read_length, lines)) <= LINE == 42


def test_cues_are_shown_when_their_words_are_heard(said):
    utterance, starts = said
    shown, word = cues(utterance), 0
    for cue in shown:
        assert cue.from_s == pytest.approx(starts[word], abs=0.15)
        word += len(cue.text.split())
    assert all(before.to_s < after.from_s for before, after in pairwise(shown))
    assert all(0.75 <= cue.to_s - cue.from_s <= 8.0 for cue in shown[:-1])
    assert shown[-1].to_s <= utterance.duration_s


def test_lines_break_at_phrases():
    utterance, _ = spoken("The quick brown fox jumped over the dog, and the lazy dog did not even wake up.")
    assert [cue.text for cue in cues(utterance)] == [
        "The quick brown fox jumped over the dog,\nand the lazy dog did not even wake up."
    ]


def test_short_sentences_are_shown_together_and_long_ones_in_parts():
    utterance, _ = spoken("Yes.", "No.", "Who knows?")
    assert [cue.text for cue in cues(utterance)] == ["Yes. No. Who knows?"]
    slow, _ = spoken("Slowly, very slowly, he came down the stairs.", sound_s=0.4)
    assert len(cues(slow)) == 3 or all(cue.to_s - cue.from_s <= 8 for cue in cues(slow))


def test_a_cue_stays_until_it_is_read_if_there_is_a_pause():
    fast, _ = spoken("Words that are said very fast indeed.", "And more.", sound_s=0.02, pause_s=2.0)
    cue = cues(fast)[0]
    assert read_length(cue.text) / (cue.to_s - cue.from_s) < 25
    assert cue.to_s <= fast.sentences[0].to_s + 1.0


def test_a_word_that_is_longer_than_a_line_stays_whole():
    utterance, _ = spoken(f"See {'a' * 60} there.")
    assert "a" * 60 in " ".join(cue.text for cue in cues(utterance)).split()


def test_vowel_marks_take_no_room():
    assert read_length("نَعَمْ") == 3


def test_nothing_is_shown_of_what_is_not_known():
    assert cues(Utterance(np.zeros(100, np.float32), 100, "hm", "en", ())) == ()
    assert ending((Cue(0, 1, "a"), Cue(2, 4, "b"), Cue(5, 6, "c")), 3.0) == (Cue(0, 1, "a"), Cue(2, 3.0, "b"))


@pytest.mark.parametrize(
    ("text", "voice"), [("Good morning, everybody. Nice!", None), ("صباح الخير. مرحبا بكم.", "ar-child")]
)
def test_of_what_is_really_spoken(text, voice):
    for package in ("hibari", "espeakng_loader", "text2tashkeel", "pyloudnorm"):
        pytest.importorskip(package)
    utterance = speak(text, voice=voice)
    shown = cues(utterance)
    assert " ".join(cue.text for cue in shown).split() == text.split(), "no predicted vowel marks"
    level, rate = np.abs(utterance.wave), utterance.rate
    for sentence in utterance.sentences:
        start, end = round(sentence.from_s * rate), round(sentence.to_s * rate)
        assert level[start - rate // 10 : start].max() < 0.1 * level.max() < level[start : start + rate // 4].max()
        assert level[end : end + rate // 10].max() < 0.1 * level.max(), "and nothing after it"
    assert all(before.to_s < after.from_s for before, after in pairwise(utterance.sentences))


@pytest.mark.parametrize("ending", [".srt", ".vtt"])
def test_players_read_the_files(tmp_path, ending):
    written = (Cue(0.15, 1.675, "Hello <you> & me"), Cue(3725.5, 3727.25, "هذا Wav2Lip\nWav2Lip"))
    path = tmp_path / f"words{ending}"
    write_subtitles(written, path)
    with av.open(str(path)) as file:
        packets = [packet for packet in file.demux() if packet.size]
    times = [(float(p.pts * p.time_base), float((p.pts + p.duration) * p.time_base)) for p in packets]
    assert times == [pytest.approx((cue.from_s, cue.to_s), abs=2e-3) for cue in written]
    words = [bytes(packet).decode("utf-8").replace("\u200f", "") for packet in packets]
    assert words[1].split("\n") == written[1].text.split("\n")
    assert words[0] == (written[0].text if ending == ".srt" else "Hello &lt;you&gt; &amp; me")
    text = path.read_text("utf-8")
    assert ("00:00:00,150 --> 00:00:01,675" if ending == ".srt" else "01:02:05.500 --> 01:02:07.250") in text


def test_files_that_cannot_be_written_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"must end in \.srt, \.vtt"):
        write_subtitles((), tmp_path / "words.txt")
    with pytest.raises(OutputError, match="does not exist"):
        write_subtitles((), tmp_path / "no" / "words.srt")
    assert not list(tmp_path.iterdir())

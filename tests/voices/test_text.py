"""What is read, before any sound: languages, vowel marks, respelling. Nothing here needs the extra packages."""

import pytest

from lipsync_utils.voices.arabic import has_vowel_marks, spelled_for_speech, with_vowel_marks
from lipsync_utils.voices.speaking import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello there.", "en"),
        ("مرحبا", "ar"),
        ("We met in مصر last year", "ar"),
        ("2024", "en"),
        ("برنامج Wav2Lip", "ar"),
    ],
)
def test_language_is_told_by_the_letters(text, language):
    assert detect_language(text) == language


def test_marked_text_is_kept():
    text = "مَرْحَبًا بِكُمْ، أَنَا صُورَةٌ."
    assert has_vowel_marks(text)
    assert with_vowel_marks(text) == text
    assert not has_vowel_marks("مرحبا بكم، أنا صورة.")


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("الطَّبِيبُ.", "أَطَّبِيبْ."),  # article before a sun letter, pausal ending
        ("فِي الْبَيْتِ.", "فِ لْبَيْتْ."),  # the article's hamza falls away after a vowel
        ("مَدْرَسَةٌ.", "مَدْرَسَهْ."),  # ta marbuta in pause
        ("أَيْضًا.", "أَيْضَا."),  # tanwin in pause
        ("شُكْرًا لَكُمْ", "شُكْرًا لَكُمْ"),  # and not in pause
        ("هَذَا كِتَابٌ.", "هَاذَا كِتَاب."),
        ("قَالَ اللَّهُ.", "قَالَ لْلَاهْ."),
    ],
)
def test_arabic_is_respelled_as_it_is_read(written, spoken):
    def ordered(text):
        return text.replace("\u064e\u0651", "\u0651\u064e")

    assert ordered(spelled_for_speech(written)) == ordered(spoken)


def test_order_of_vowel_and_shadda_does_not_matter():
    assert spelled_for_speech("مُحَم\u064e\u0651دٌ هُنَا") == spelled_for_speech("مُحَم\u0651\u064eدٌ هُنَا")

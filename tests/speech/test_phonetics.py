import json

import numpy as np
import pytest

from lipsync_utils.errors import InputError
from lipsync_utils.records import Phoneme
from lipsync_utils.speech import lip_opening, visemes
from lipsync_utils.speech.phonetics import segments_of, targets
from lipsync_utils.speech.visemes import CHANNELS, KINDS, NAMES, visemes_of

# Every symbol that the two synthesisers give for English and Arabic (hibari's capitals are misaki's diphthongs).
HIBARI = """
A I O W Y Q T b d f h i j k l m n p s t u v w z æ ð ŋ ɑ ɐ ɒ ɔ ə ɚ ɛ ɜ ɡ ɪ ɹ ɾ ʃ ʊ ʌ ʒ ʔ θ ᵊ ᵻ ʤ ʧ x a e o r ɜː
iː
""".split()  # noqa: SIM905
ENGLISH = """
aɪ aɪə aʊ eɪ oʊ əʊ ɔɪ eə ɪə ʊə iə iː uː ɑː ɔː ɜː ɔːɹ ɑːɹ ɪɹ ɛɹ ʊɹ oːɹ əl l̩ n̩ ɐ a ɒ æ ɛ ɪ ʊ ʌ ə ɚ i ᵻ tʃ dʒ ɹ
ɾ r x ʍ ɬ ʔ t̪ ŋ ɡ θ ð ʃ ʒ j w h b d f k l m n p s t v z ɫ e o ʉ
""".split()  # noqa: SIM905
ARABIC = """
a i u aː iː uː ɑ ɑː aw aj b t θ dʒ ħ χ d ð r z s ʃ sˤ dˤ tˤ ðˤ zˤ ʕ ɣ f q k l m n h w j ʔ ɫ bː mː sˤː ʁ x ɡ
""".split()  # noqa: SIM905


def is_known(ipa: str) -> bool:
    """Whether every letter of the symbol is in the table (nothing is guessed)."""
    table = visemes._TABLE.keys() | visemes._COMPOUND
    return all(letter in table or visemes._is_modifier(letter) for letter in visemes._letters(ipa))


def spoken(*sounds: tuple[str, float], lead: float = 0.4) -> tuple[list[Phoneme], float]:
    """Phonemes in a row, with silence around them, and the duration."""
    phonemes, now = [Phoneme("", 0.0, lead)], lead
    for ipa, length in sounds:
        phonemes.append(Phoneme(ipa, now, now + length, 1))
        now += length
    phonemes.append(Phoneme("", now, now + 0.6))
    return phonemes, now + 0.6


def column(curves, name):
    return curves.values[:, NAMES.index(name)]


def rows(phoneme):
    return slice(int(np.ceil(phoneme.start_s * 100)), int(phoneme.end_s * 100))


@pytest.mark.parametrize("ipa", sorted({*HIBARI, *ENGLISH, *ARABIC}))
def test_every_symbol_of_the_synthesisers_is_known(ipa):
    assert is_known(ipa)
    assert all(v.kind != "silence" and v.kind in KINDS for v in visemes_of(ipa))
    assert all(set(v.pose) <= set(CHANNELS) for v in visemes_of(ipa))


def test_diphthongs_are_two_shapes_and_affricates_one():
    assert [v.kind for v in visemes_of("aɪ")] == ["a", "i"]
    assert [v.kind for v in visemes_of("oʊ")] == ["o", "u"]
    assert len(visemes_of("t͡ʃ")) == len(visemes_of("dʒ")) == 1
    assert visemes_of("iː") == visemes_of("i")
    first, second = segments_of([Phoneme("aɪ", 1.0, 1.2)])
    assert first.start_s == 1.0
    assert first.end_s == second.start_s
    assert second.end_s == pytest.approx(1.2)


def test_an_emphatic_protrudes_the_lips_a_little():
    assert visemes_of("sˤ")[0].pose["mouthFunnel"] > visemes_of("s")[0].pose.get("mouthFunnel", 0.0)
    assert visemes_of("sˤ")[0].kind == "sibilant"


@pytest.mark.parametrize("ipa", ["ʘ", "ǃ", "ɞ", "Ɂ", "7a", "ꞎ", "я"])
def test_an_unknown_letter_is_never_silence(ipa):
    assert all(v.kind != "silence" for v in visemes_of(ipa))


def test_the_empty_symbol_is_silence():
    assert [v.kind for v in visemes_of("")] == ["silence"]


@pytest.mark.parametrize("consonant", ["p", "b", "m"])
@pytest.mark.parametrize("vowel", ["a", "i", "u", "ɔ"])
def test_lips_are_shut_for_the_whole_closure_and_open_around_it(consonant, vowel):
    phonemes, end = spoken((vowel, 0.15), (consonant, 0.09), (vowel, 0.15))
    gap = lip_opening(targets(phonemes, duration_s=end))
    start = phonemes[2].start_s
    assert gap[round(start * 100) : round((start + 0.06) * 100)].max() == 0.0
    assert gap[rows(phonemes[1])].max() > 0.05
    assert gap[rows(phonemes[3])].max() > 0.05


def test_a_closure_with_an_open_jaw_is_made_by_mouth_close():
    phonemes, end = spoken(("a", 0.2), ("m", 0.08), ("a", 0.2))
    curves = targets(phonemes, duration_s=end)
    middle = 64
    assert column(curves, "jawOpen")[middle] > 0.05
    assert column(curves, "mouthClose")[middle] == pytest.approx(column(curves, "jawOpen")[middle], abs=1e-3)
    assert column(curves, "mouthClose")[rows(phonemes[1])].min() == 0.0


def test_lower_lip_touches_the_teeth():
    phonemes, end = spoken(("a", 0.15), ("f", 0.1), ("a", 0.15))
    curves = targets(phonemes, duration_s=end)
    assert column(curves, "mouthRollLower")[60] > 0.35
    assert column(curves, "jawOpen")[60] < 0.15
    assert column(curves, "mouthClose").max() == 0.0


def test_open_vowels_open_more_than_close_ones():
    def widest(vowel):
        phonemes, end = spoken(("t", 0.06), (vowel, 0.2), ("t", 0.06))
        return lip_opening(targets(phonemes, duration_s=end)).max()

    assert widest("a") > 1.3 * widest("e") > 1.3 * widest("i")
    assert 0.4 < widest("a") < 0.8


def test_rounding_anticipates_its_vowel_across_consonants():
    phonemes, end = spoken(("s", 0.1), ("t", 0.08), ("u", 0.2))
    pucker = column(targets(phonemes, duration_s=end), "mouthPucker")
    assert pucker[rows(phonemes[2])].max() > 0.3
    assert pucker[rows(phonemes[3])].max() > 0.5


def test_u_and_w_round_whatever_surrounds_them():
    for sound in ("u", "w"):
        phonemes, end = spoken(("i", 0.25), (sound, 0.06), ("i", 0.25))
        curves = targets(phonemes, duration_s=end)
        assert column(curves, "mouthPucker")[rows(phonemes[2])].max() > 0.4
        assert column(curves, "mouthSmileLeft")[rows(phonemes[2])].min() < 0.1
        assert column(curves, "mouthPucker")[rows(phonemes[3])].min() < 0.1


def test_sh_protrudes_and_s_nearly_shuts_the_jaw():
    phonemes, end = spoken(("a", 0.15), ("ʃ", 0.12), ("a", 0.15), ("s", 0.12), ("a", 0.15))
    curves = targets(phonemes, duration_s=end)
    assert column(curves, "mouthFunnel")[rows(phonemes[2])].max() > 0.3
    assert column(curves, "jawOpen")[rows(phonemes[4])].min() < 0.13


def test_rest_in_silence():
    phonemes, end = spoken(("a", 0.2), ("n", 0.1), lead=0.6)
    curves = targets(phonemes, duration_s=end)
    assert not curves.values[:46].any()
    assert not curves.values[round((phonemes[-1].start_s + 0.2) * 100) :].any()
    assert curves.values[50:58].any()  # the lips lead
    assert curves.activity[65] == 1.0
    assert curves.activity[30] == 0.0


def test_nothing_jumps_and_everything_is_in_range():
    phonemes, end = spoken(*[(sound, 0.07) for sound in "patakamubifaʃuwasa"])
    curves = targets(phonemes, duration_s=end)
    assert curves.values.min() >= 0.0
    assert curves.values.max() <= 1.0
    assert np.abs(np.diff(curves.values, axis=0)).max() < 0.15


def test_left_equals_right():
    phonemes, end = spoken(("i", 0.2), ("m", 0.1), ("s", 0.1))
    curves = targets(phonemes, duration_s=end)
    for left in [n for n in NAMES if n.endswith("Left")]:
        np.testing.assert_array_equal(column(curves, left), column(curves, left.replace("Left", "Right")))


def test_loud_vowels_open_more():
    phonemes, end = spoken(("a", 0.3), ("n", 0.1), ("a", 0.3))
    rng = np.random.default_rng(0)
    wave = rng.standard_normal(round(end * 16000)).astype(np.float32) * 1e-4
    for phoneme, gain in ((phonemes[1], 0.3), (phonemes[3], 0.05)):
        wave[round(phoneme.start_s * 16000) : round(phoneme.end_s * 16000)] *= gain * 1e4
    jaw = column(targets(phonemes, duration_s=end, wave=wave), "jawOpen")
    assert jaw[rows(phonemes[1])].max() > 1.15 * jaw[rows(phonemes[3])].max()


def test_phonemes_out_of_order_are_refused():
    with pytest.raises(InputError, match="not in order"):
        targets([Phoneme("a", 1.0, 1.1), Phoneme("b", 0.5, 0.6)], duration_s=2.0)


def test_no_phonemes_no_motion():
    curves = targets([], duration_s=0.5)
    assert curves.values.shape == (50, len(NAMES))
    assert not curves.values.any()


@pytest.mark.parametrize(
    ("voice", "text"),
    [
        ("en-us", "The quick brown fox jumps over a lazy dog; joy, pure measure, thing, church, her air, poor ear."),
        ("en", "The quick brown fox jumps over a lazy dog; joy, pure measure, thing, church, her air, poor ear."),
        ("ar", "أَبْجَدْ هَوَّزْ حُطِّي كَلَمُنْ سَعْفَصْ قُرِشَتْ ثَخُذْ ضَظَغْ، بَيْتٌ، يَوْمٌ، فِيلٌ، سُوقٌ."),
    ],
)
def test_what_espeak_really_says_is_known(voice, text):
    pytest.importorskip("espeakng_loader")
    from lipsync_utils.voices.espeak_voice import EspeakVoice

    symbols = {p.ipa for p in EspeakVoice(voice).speak(text).phonemes}
    assert len(symbols) > 20
    assert [s for s in symbols if not is_known(s)] == []


def test_what_hibari_can_say_is_known():
    hibari = pytest.importorskip("hibari")
    from pathlib import Path

    vocabulary = json.loads((Path(hibari.__file__).parent / "assets" / "vocab.json").read_text(encoding="utf-8"))
    unknown = {s for s in vocabulary if s.isalpha() and not is_known(s)}
    assert unknown <= {"S", "ꭧ"}  # which no English word has

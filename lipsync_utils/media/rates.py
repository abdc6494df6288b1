"""Frame rates: what a file means by its time stamps, and what lips need."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from fractions import Fraction

_USUAL_RATES = [*map(Fraction, (24, 25, 30, 48, 50, 60)), *(Fraction(n * 1000, 1001) for n in (24, 30, 60))]
FALLBACK_RATE = Fraction(25)

_SLOW_RATES = [Fraction(10), Fraction(25, 2), Fraction(15)]  # of webcams; twice or thrice as fast they are usual ones
_LIPS = 23.9
"""Frames a second that show lips as they speak: those of films."""


def usual_rate(rate: Fraction) -> Fraction | None:
    """The rate of film, television or phones that is meant by one that was measured or written down in haste."""
    return next((usual for usual in _USUAL_RATES if abs(rate / usual - 1) < 0.0004), None)  # 29.97 and 30: 0.001


def rate_of(times_s: Sequence[float], average: Fraction | None, tick_s: float) -> tuple[Fraction, bool]:
    """The rate of a video by when its pictures are shown, and whether it varies.

    Regular pictures have the average rate. Of a phone, a meeting or a screen that leaves pictures out, it is the one
    at which they mostly follow each other, so that none is lost.

    Args:
        times_s: in order; the beginning of a video will do.
        average: what the header says, which is more exact where it is right.
        tick_s: the unit that the times are rounded to.
    """
    gaps = sorted(after - before for before, after in itertools.pairwise(times_s) if after > before)
    believable = average if average and 1 <= average <= 120 else None
    if not gaps:
        return _tidied(believable or FALLBACK_RATE), False
    mean = sum(gaps) / len(gaps)
    if gaps[-1] - gaps[0] <= 2.02 * tick_s + 0.02 * mean:
        measured = Fraction(1 / mean)
        right = believable and abs(believable / measured - 1) < 0.0004 + tick_s / sum(gaps)
        return _tidied(believable if right else measured), False
    longest = 1.5 * gaps[len(gaps) // 10]  # between pictures of which none is missing, however their clock jitters
    single = [gap for gap in gaps if gap < longest]
    usual = sum(single) / len(single)
    varies = gaps[-1] >= longest
    for rates in (_USUAL_RATES, _SLOW_RATES):
        closest = min(rates, key=lambda rate: abs(float(rate) * usual - 1))
        if abs(closest * usual - 1) < 0.03:
            return closest, varies
    return next((Fraction(rate) for rate in (25, 30, 50) if rate * usual > 0.97), Fraction(60)), varies


def rate_for_lips(rate: Fraction) -> Fraction:
    """The rate itself, or where it is too slow for lips its first multiple of at least 25 a second."""
    return rate if rate > _LIPS else rate * math.ceil(25 / rate)


def _tidied(rate: Fraction) -> Fraction:
    return usual_rate(rate) or min(max(rate, Fraction(1)), Fraction(120)).limit_denominator(1001)

"""Work in several threads: in order, little ahead, errors where they belong, and nothing left running."""

import itertools
import threading
import time

import pytest

from lipsync_utils.errors import InputError
from lipsync_utils.streaming import Background, in_order, prefetch, shared


@pytest.fixture(autouse=True)
def no_thread_is_left():
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


def counted(made: list[int], ended: list[bool], count: int = 50):
    try:
        for i in range(count):
            made.append(i)
            yield i
    finally:
        ended.append(True)


def test_prefetch_keeps_order_and_little_else():
    made, ended = [], []
    items = counted(made, ended)
    stream = prefetch(items, depth=3)
    assert list(itertools.islice(stream, 10)) == list(range(10))
    assert len(made) <= 10 + 3 + 2
    stream.close()
    assert ended, "also what it reads from, though it is still held here"
    assert list(items) == []
    assert list(prefetch(range(20), depth=1)) == list(range(20))
    assert list(prefetch([None, 0, None], depth=2)) == [None, 0, None]


def test_prefetch_works_ahead_in_a_thread_of_its_own():
    threads, ready = set(), threading.Event()

    def items():
        for i in range(3):
            threads.add(threading.current_thread().name)
            if i == 2:
                ready.set()
            yield i

    stream = prefetch(items(), depth=3)
    assert next(stream) == 0
    assert ready.wait(5), "the third one is made while the first one is being used"
    stream.close()
    assert threading.current_thread().name not in threads


def test_prefetch_passes_errors_on_after_the_items_before_them():
    def items():
        yield 1
        raise InputError("broken")

    stream = prefetch(items(), depth=3)
    assert next(stream) == 1
    with pytest.raises(InputError, match="broken"):
        next(stream)


def test_results_come_in_the_order_of_their_items_not_as_they_are_ready():
    def slow_first(i):
        time.sleep(0.05 if i % 4 == 0 else 0.0)
        return -i

    made, ended = [], []
    items = counted(made, ended)
    stream = in_order(slow_first, items, workers=3)
    assert list(itertools.islice(stream, 8)) == [0, -1, -2, -3, -4, -5, -6, -7]
    assert len(made) <= 8 + 3 + 1
    stream.close()
    assert ended
    assert list(items) == []


def test_an_error_in_a_call_ends_all():
    def refuse_three(i):
        if i == 3:
            raise InputError("three")
        return i

    made, ended = [], []
    stream = in_order(refuse_three, counted(made, ended), workers=2)
    assert list(itertools.islice(stream, 3)) == [0, 1, 2]
    with pytest.raises(InputError, match="three"):
        next(stream)
    assert ended


def test_what_has_not_begun_is_dropped():
    done = []
    with Background("test") as background:
        for i in range(10):
            background.submit(lambda i=i: (time.sleep(0.05), done.append(i)))
    assert len(done) <= 2


def test_what_is_shared_is_made_once_and_kept_no_longer_than_needed():
    made, ended = [], []
    one, two = shared(counted(made, ended), 2)
    assert [next(one) for _ in range(5)] == made == [0, 1, 2, 3, 4]
    assert [next(two) for _ in range(7)] == made == [0, 1, 2, 3, 4, 5, 6]
    assert list(one) == [*range(5, 50)]
    assert list(two) == [*range(7, 50)]
    assert ended == [True]


def test_what_is_shared_is_whole_in_several_threads():
    def slowly():
        for i in range(200):
            time.sleep(0.0005)
            yield i

    with Background("consumer", threads=3) as background:
        for items in shared(slowly(), 3):
            background.submit(list, items)
        assert list(background.results()) == [[*range(200)]] * 3


def test_an_error_of_what_is_shared_is_raised():
    def failing():
        yield 1
        raise InputError("broken")

    one, two = shared(failing(), 2)
    with pytest.raises(InputError, match="broken"):
        list(one)
    assert list(two) == [1]

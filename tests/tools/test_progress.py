"""The time left, and stopping."""

import threading

import pytest

from lipsync_tools.progress import Job, Progress, Stopped


def followed(times: list[float], stages=("frames", "score")) -> tuple[Progress, list]:
    """A listener on a clock that shows certain times, and the steps that it reports."""
    clock, steps = iter(times), []
    return Progress(stages, show=steps.append, clock=lambda: next(clock)), steps


def test_the_time_left_follows_from_the_speed_since_the_first_frame():
    progress, steps = followed([100.0, 104.0, 109.0])
    for done in (20, 60, 90):
        progress.step("frames", done, 100)
    assert [step.left_s for step in steps] == [None, pytest.approx(4.0), pytest.approx(9.0 / 7)]
    assert [step.share for step in steps] == [0.2, 0.6, 0.9]


def test_nothing_is_promised_in_the_first_second():
    progress, steps = followed([0.0, 0.5, 1.1])
    for done in (1, 2, 3):
        progress.step("frames", done, 10)
    assert [step.left_s is None for step in steps] == [True, True, False]


def test_what_usually_takes_long_is_counted_down_between_its_steps():
    now = [0.0]
    progress = Progress(("portrait",), clock=lambda: now[0])
    assert progress.left_s() is None
    progress.enter("portrait")
    progress.expect(200.0)
    assert progress.now.left_s == progress.left_s() == 200.0
    now[0] += 50.0
    assert progress.left_s() == 150.0, "nobody has told a step since"
    progress.step("render", 20, 100)
    assert progress.left_s() == pytest.approx(0.8 * 150.0 + 0.2 * 200.0), "its own speed says 200 s"
    now[0] += 1000.0
    progress.step("render", 90, 100)
    assert progress.left_s() == pytest.approx(0.9 * 1050.0 * 0.1 / 0.9), "later than usual: its own speed alone"
    progress.step("done", 100, 100)
    assert progress.left_s() == 0.0


def test_a_fast_run_is_shown_a_few_times_a_second_and_at_its_end():
    progress, steps = followed([frame / 100 for frame in range(100)])
    for done in range(1, 101):
        progress.step("frames", done, 100)
    assert len(steps) <= 7
    assert steps[-1].share == 1.0


def test_a_new_stage_begins_at_zero():
    progress, steps = followed([0.0, 5.0, 50.0])
    progress.step("frames", 10, 10)
    progress.enter("score")
    progress.step("score", 1, 10)
    assert (steps[-2].stage, steps[-2].number, steps[-2].stages, steps[-2].share) == ("score", 2, 2, 0.0)
    assert steps[-1].left_s is None


@pytest.mark.parametrize(
    "call", [lambda p: p.step("frames", 1, 2), lambda p: p.message("hello"), lambda p: p.enter("score")]
)
def test_stop_is_heard_at_every_call(call):
    progress = Progress(("frames", "score"))
    call(progress)
    progress.stop()
    with pytest.raises(Stopped):
        call(progress)


def test_what_a_run_calls_its_parts_is_told_beside_the_stage():
    progress, steps = followed([0.0, 1.0], stages=("portrait", "frames"))
    progress.step("hair", 1, 4)
    progress.step("rendering", 2, 4)
    assert [(step.stage, step.part, step.done, step.total) for step in steps] == [
        ("portrait", "hair", 1, 4),
        ("portrait", "rendering", 2, 4),
    ]


def test_notes_are_kept_and_said():
    said = []
    progress = Progress(("frames",), say=said.append)
    progress.message("Engine rig.")
    assert progress.notes == said == ["Engine rig."]


def ready(work, then=lambda job: None) -> Job:
    return Job(work, Progress(("frames",)), then)


def test_a_job_returns_at_once_and_is_followed_up():
    gate, seen = threading.Event(), []
    job = ready(lambda progress: gate.wait(10) and "made", lambda job: seen.append((job.state, job.result)))
    assert job.state == "queued"
    job.start()
    assert (job.over, seen) == (False, [])
    gate.set()
    assert job.wait(10)
    assert seen == [("done", "made")]


def test_a_job_keeps_any_error():
    job = ready(lambda progress: 1 / 0)
    job.run()
    assert (job.state, job.over) == ("failed", True)
    assert isinstance(job.error, ZeroDivisionError)


def test_a_cancelled_job_ends_at_its_next_step():
    entered = threading.Event()

    def work(progress):
        entered.set()
        while True:
            progress.step("frames", 1, 2)

    job = ready(work).start()
    assert entered.wait(10)
    job.cancel()
    assert job.wait(10)
    assert (job.state, job.error) == ("cancelled", None)


def test_a_job_that_was_cancelled_before_is_not_begun():
    job = ready(lambda progress: pytest.fail("it must not run"))
    job.cancel()
    job.run()
    assert job.state == "cancelled"

"""The queue, the files, and the work that jobs do."""

from __future__ import annotations

import json
import threading
import time
import wave
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from lipsync_app.jobs import JobQueue, Owner
from lipsync_app.limits import Limits
from lipsync_app.refusals import NoRoomError, PlaceTakenError, QueueFullError
from lipsync_app.store import Shelf, Store, Visit, digest_of, digest_of_file
from lipsync_app.work import figure_of, files_of, make_video, measure_sync, report, speak_text
from synthetic_faces import SyntheticFace, draw
from synthetic_media import voice, write_sound

from lipsync_tools.models import Models
from lipsync_tools.progress import Job, Progress, Stopped
from lipsync_tools.workflow import STAGES, Made, Order, Text
from lipsync_utils import MotionOptions, RunOptions
from lipsync_utils.errors import InputError
from lipsync_utils.media import read_metadata, write_picture

PATIENCE_S = 120.0
OPTIONS = RunOptions(engine="rig", motion=MotionOptions(style="still"))


@pytest.fixture
def queue() -> Iterator[JobQueue]:
    made = JobQueue(waiting=12)
    yield made
    made.close()


@pytest.fixture
def gone() -> list[Visit]:
    return []


@pytest.fixture
def store(gone) -> Iterator[Store]:
    made = Store(Limits(results=2, shared_results=2, rest_s=60, left_s=60, sweep_s=60), gone=gone.append)
    yield made
    made.close()


@pytest.fixture(scope="module")
def models() -> Models:
    return Models()


class Gate:
    """Work that goes on until it is let go."""

    def __init__(self) -> None:
        self.open, self.entered = threading.Event(), threading.Event()

    def __call__(self, progress: Progress) -> str:
        self.entered.set()
        while not self.open.wait(0.005):
            progress.step("waiting", 1, 2)
        return "done"


# --- the queue --------------------------------------------------------------------------------------------------------


def test_jobs_run_one_at_a_time_in_the_order_in_which_they_came(queue):
    running, seen, most = [], [], []

    def work(name: str):
        def do(progress: Progress) -> str:
            running.append(name)
            seen.append(name)
            most.append(len(running))
            time.sleep(0.005)
            running.remove(name)
            return name

        return do

    made = [queue.submit(name, work(name)) for name in "abcdefgh"]
    assert all(job.wait(PATIENCE_S) for job in made)
    assert [job.result for job in made] == seen == list("abcdefgh")
    assert max(most) == 1


def test_everybody_is_told_how_many_are_ahead(queue):
    gate = Gate()
    first = queue.submit("a", gate)
    assert gate.entered.wait(PATIENCE_S)
    others = [queue.submit(name, lambda job: None) for name in "bcd"]
    assert [queue.ahead_of(job) for job in (first, *others)] == [0, 1, 2, 3]
    gate.open.set()
    assert all(job.wait(PATIENCE_S) for job in others)
    assert [queue.ahead_of(job) for job in others] == [0, 0, 0]


def test_whoever_comes_again_waits_behind_everybody_else_and_has_one_job(queue):
    gate, order = Gate(), []
    queue.submit("somebody", gate)
    assert gate.entered.wait(PATIENCE_S)
    early = queue.submit("greedy", lambda job: order.append("greedy, early"))
    patient = queue.submit("patient", lambda job: order.append("patient"))
    late = queue.submit("greedy", lambda job: order.append("greedy, late"))
    gate.open.set()
    assert late.wait(PATIENCE_S)
    assert order == ["patient", "greedy, late"]
    assert (early.state, patient.state, late.state) == ("cancelled", "done", "done")


def test_cancelling_ends_what_runs_at_its_next_step_and_what_waits_at_once(queue):
    gate = Gate()
    running = queue.submit("a", gate)
    waiting = queue.submit("b", lambda job: pytest.fail("it must not run"))
    assert gate.entered.wait(PATIENCE_S)
    queue.cancel("b")
    assert (waiting.state, waiting.over) == ("cancelled", True)
    queue.cancel("nobody")
    assert not running.over
    queue.cancel("a")
    assert running.wait(PATIENCE_S)
    assert running.state == "cancelled"
    assert queue.submit("c", lambda job: 3).wait(PATIENCE_S), "the queue goes on"


def test_a_full_queue_says_so(queue):
    gate = Gate()
    queue.submit("first", gate)
    assert gate.entered.wait(PATIENCE_S)
    for number in range(12):
        queue.submit(str(number), lambda job: None)
    with pytest.raises(QueueFullError, match=r"12 visitors are waiting.*Try again in a few minutes"):
        queue.submit("one too many", lambda job: None)
    gate.open.set()


def test_a_visitor_has_one_place_in_whichever_tab(queue):
    gate = Gate()
    one, other = Owner("tab 1", "visitor"), Owner("tab 2", "visitor")
    running = queue.submit(one, gate)
    assert gate.entered.wait(PATIENCE_S)
    with pytest.raises(PlaceTakenError, match="in another tab"):
        queue.submit(other, lambda job: pytest.fail("it must not run"))
    assert not running.over, "it goes on"
    score = queue.submit(Owner("tab 2"), lambda job: "measured")  # takes no place
    queue.submit(Owner("tab 3", "somebody else"), lambda job: None)
    queue.cancel("tab 1")
    assert running.wait(PATIENCE_S)
    assert score.wait(PATIENCE_S)
    assert queue.submit(other, lambda job: 3).wait(PATIENCE_S)


def test_an_address_has_so_many_places():
    queue, gate = JobQueue(waiting=12, per_address=3), Gate()
    queue.submit(Owner("0", "0", "10.0.0.7"), gate)
    assert gate.entered.wait(PATIENCE_S)
    waiting = [queue.submit(Owner(name, name, "10.0.0.7"), lambda job: None) for name in "12"]
    with pytest.raises(PlaceTakenError, match="3 videos or portraits are in the making for your internet address"):
        queue.submit(Owner("3", "3", "10.0.0.7"), lambda job: None)
    queue.submit(Owner("2", "2", "10.0.0.7"), lambda job: None)
    assert waiting[1].state == "cancelled", "a new order takes the place of the earlier one"
    queue.submit(Owner("4", "4", "10.0.0.8"), lambda job: None)
    gate.open.set()
    assert waiting[0].wait(PATIENCE_S)
    queue.close()


def test_where_there_is_no_room_the_running_video_goes_on(queue):
    """A new order takes the place of the visitor's earlier one only where it gets one."""
    gate = Gate()
    running = queue.submit("impatient", gate)
    assert gate.entered.wait(PATIENCE_S)
    waiting = [queue.submit(str(number), lambda progress: None) for number in range(12)]
    with pytest.raises(QueueFullError):
        queue.submit("impatient", lambda job: pytest.fail("it must not run"))
    assert not running.wait(0.3), "it goes on"
    again = queue.submit("3", lambda job: "another one")
    assert waiting[3].state == "cancelled", "whoever waits already may change his mind: the place is his"
    gate.open.set()
    assert running.wait(PATIENCE_S)
    assert (running.state, running.result) == ("done", "done")
    assert again.wait(PATIENCE_S)
    assert again.result == "another one"
    assert all(job.state == "done" for job in waiting if job is not waiting[3])


@pytest.mark.parametrize("error", [InputError("too quiet"), ZeroDivisionError("a bug")])
def test_what_a_job_raises_is_kept_and_the_queue_goes_on(queue, error):
    def fail(progress: Progress) -> None:
        raise error

    job = queue.submit("a", fail)
    assert job.wait(PATIENCE_S)
    assert (job.state, job.error) == ("failed", error)
    assert queue.submit("b", lambda job: 7).wait(PATIENCE_S)


# --- files ------------------------------------------------------------------------------------------------------------


def test_paths_are_made_of_roles_and_content_only(store):
    visit = store.open()
    path, digest = visit.keep(b"../../etc/passwd", "face")
    assert path.parent == visit.folder
    assert path.name == f"face-{digest}"
    assert visit.keep(b"../../etc/passwd", "face")[0] == path, "the same content is the same file"
    assert visit.keep(b"something else", "face")[0] != path


def test_visitors_with_the_same_files_do_not_share_them(store):
    one, other = store.open(), store.open()
    assert one.name != other.name
    first, second = one.keep(b"picture", "face")[0], other.keep(b"picture", "face")[0]
    one.close()
    assert not first.exists()
    assert second.read_bytes() == b"picture"


def test_files_go_when_their_visitor_has_gone(monkeypatch, store, gone):
    stays, rests, leaves, returns = (store.open() for _ in range(4))
    now = time.monotonic()
    for visit in (leaves, returns):
        visit.leave()
    returns.touch()
    monkeypatch.setattr(time, "monotonic", lambda: now + 61)
    stays.touch()
    returns.touch()
    store.sweep()
    assert [visit.folder.exists() for visit in (stays, rests, leaves, returns)] == [True, False, False, True]
    assert [store.find(visit) for visit in (stays, rests, leaves, returns)] == [True, False, False, True]
    assert gone == [rests, leaves], "so that their jobs end, too"


def test_a_visit_ends_with_its_session(monkeypatch, gone):
    here = {"stays", "goes", "comes back"}
    limits = Limits(left_s=30, sweep_s=60)
    store = Store(limits, here.__contains__, gone.append)
    stays, goes, back = (store.open(session) for session in ("stays", "goes", "comes back"))
    here -= {"goes", "comes back"}
    goes.touch()  # by a run of the page that was not over when the tab was closed
    now = time.monotonic()
    store.sweep()
    goes.touch()
    store.sweep()
    monkeypatch.setattr(time, "monotonic", lambda: now + 20)
    here |= {"comes back"}
    back.touch()
    store.sweep()
    assert gone == [], "a phone may only have slept"
    monkeypatch.setattr(time, "monotonic", lambda: now + 40)
    store.sweep()
    assert gone == [goes]
    assert [visit.folder.exists() for visit in (stays, goes, back)] == [True, False, True]
    store.close()


def test_what_ended_work_leaves_behind_is_removed(store):
    visit = store.open()
    visit.left = -1e9
    store.sweep()
    speak = visit.folder / "spoken-1.wav"  # a job that was cancelled, and had a step to go
    speak.parent.mkdir()
    speak.write_bytes(b"x")
    store.sweep()
    assert not visit.folder.exists()
    assert store.shared


def test_an_address_has_so_many_tabs():
    store = Store(Limits(address_visits=2))
    first = store.open("a", address="10.0.0.7")
    store.open("b", address="10.0.0.7")
    store.open("c", address="10.0.0.8")
    with pytest.raises(NoRoomError, match="2 tabs with this page are open"):
        store.open("d", address="10.0.0.7")
    first.left = -1e9
    store.sweep()
    assert store.open("d", address="10.0.0.7")
    store.close()


def test_a_tab_that_is_loaded_again_finds_its_visit(gone):
    store = Store(replace(Limits(), left_s=60.0), lambda session: session == "after", gone.append)
    tab = "0" * 32
    visit = store.open("before", "browser", "10.0.0.7", tab)
    assert store.again(tab, "browser", "after") is visit
    assert store.visit_of("after") is visit
    assert store.visit_of("before") is visit
    assert store.again(tab, "another browser", "after") is None
    assert store.again("1" * 32, "browser", "after") is None
    assert store.is_free(tab, "browser")
    assert not store.is_free(tab, "another browser")
    nameless = store.open("nameless")
    assert store.again("", "", "after") is None, "who has no name is not known again"
    store.sweep()
    assert store.find(visit), "one of its sessions is connected"
    assert not store.has_ended(tab)
    visit.seen = nameless.seen = -1e9
    store.sweep()
    assert gone == [visit, nameless]
    assert store.has_ended(tab)
    assert not store.has_ended("")
    assert store.is_free(tab, "another browser")
    store.close()


def test_the_job_of_a_closed_tab_ends_and_its_session_too(monkeypatch):
    from lipsync_app import workshop

    ended = []
    monkeypatch.setattr(workshop.sessions(), "end", ended.append)
    shop, gate = workshop.Workshop(), Gate()
    visit, still = shop.store.open("session"), shop.store.open("still")
    job = shop.queue.submit(visit.owner, gate)
    assert gate.entered.wait(PATIENCE_S)
    visit.left = still.seen = -1e9
    shop.store.sweep()
    assert job.wait(PATIENCE_S)
    assert job.state == "cancelled"
    assert ended == ["session"], "whose tab is open begins anew in the same session"
    shop.queue.close()
    shop.store.close()


def test_a_file_is_kept_as_its_content_is(store, tmp_path):
    (tmp_path / "upload").write_bytes(b"picture")
    visit = store.open()
    path, digest = visit.keep(tmp_path / "upload", "face")
    assert not (tmp_path / "upload").exists()
    assert (path.read_bytes(), digest) == (b"picture", digest_of(b"picture"))
    assert digest_of_file(path) == digest
    assert visit.megabytes() == pytest.approx(7e-6)


def test_closing_removes_everything(store):
    store.open().keep(b"x", "voice")
    store.close()
    assert not store.root.exists()


def test_a_shelf_keeps_the_latest_and_removes_the_others(tmp_path):
    shelf = Shelf(tmp_path, most=2)
    for key in ("a", "b", "c"):
        with shelf.place(key) as place:
            (place / "video").write_text(key)
        shelf.put(key, key.upper())
        shelf.get("a")  # still wanted
    assert [shelf.get(key) for key in "abc"] == ["A", None, "C"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "c"]


def test_what_fails_leaves_nothing_on_the_shelf(tmp_path):
    shelf = Shelf(tmp_path, most=2)

    def fail() -> None:
        with shelf.place("a") as place:
            (place / "half").write_text("x")
            raise InputError("no")

    with pytest.raises(InputError):
        fail()
    assert list(tmp_path.iterdir()) == []
    assert shelf.get("a") is None


def test_digests_tell_content_apart():
    assert digest_of("ab", "c") != digest_of("a", "bc")
    assert digest_of(b"a") == digest_of("a")


# --- work -------------------------------------------------------------------------------------------------------------


@dataclass
class Work:
    """What a test orders, and how."""

    order: Order
    key: str
    shelf: Shelf
    folder: Path
    models: Models

    def __call__(self, progress: Progress | None = None) -> Made:
        return make_video(self.order, self.key, self.shelf, self.folder, self.models, progress or Progress(STAGES))


@pytest.fixture
def ordered(tmp_path, models):
    def work(folder: Path = tmp_path, *, tint: int = 0, seconds: float = 0.5, shelf: Shelf | None = None) -> Work:
        folder.mkdir(parents=True, exist_ok=True)
        picture = draw(SyntheticFace(x=64, y=58, width=60), size=(128, 128))
        picture[:8] = tint
        write_picture(folder / "face.png", picture)
        sound = write_sound(folder / "voice.wav", voice(seconds))
        order = Order(folder / "face.png", sound, options=OPTIONS, score=False)
        return Work(order, f"{tint}-{seconds}", shelf or Shelf(tmp_path / "shelf", 2), folder, models)

    return work


def test_the_same_order_is_made_once(ordered):
    work = ordered()
    first = work()
    assert work() is first
    smaller = replace(work, order=replace(work.order, options=replace(OPTIONS, max_side=64)), key="smaller")()
    assert smaller.run.width == 64
    assert "AI-generated" in read_metadata(first.video)["description"]


def test_a_cancelled_video_leaves_nothing_behind(ordered, queue):
    work = ordered(seconds=20.0)
    job = queue.submit("a", work)
    end = time.monotonic() + PATIENCE_S
    while not job.progress.now.done and not job.over and time.monotonic() < end:
        time.sleep(0.005)
    queue.cancel("a")
    assert job.wait(PATIENCE_S)
    assert job.state == "cancelled"
    assert list(work.folder.glob("shelf/*")) == []
    assert work.shelf.get(work.key) is None


def test_a_video_that_cannot_be_measured_stands(ordered, models):
    made = ordered()()
    assert not made.measured
    measured = measure_sync(made, models, Progress(STAGES), "ar")
    assert measured.sync.verdict == "too short"
    assert made.video.with_name("sync-ar.png").stat().st_size > 1000
    assert figure_of(measured, "en") != figure_of(measured, "ar")
    made.video.write_bytes(b"damaged")
    broken = measure_sync(replace(made, sync=None), models, Progress(STAGES), "en")
    assert broken.sync is None
    assert figure_of(broken, "en") is None
    assert broken.unmeasured


def test_the_sound_that_is_saved_is_all_of_it(ordered):
    made = ordered()()
    with wave.open(str(files_of(made, "en")["sound"])) as sound:
        assert sound.getnframes() / sound.getframerate() == pytest.approx(made.run.duration_s, abs=1e-3)


def test_the_report_names_no_place_on_the_server(ordered, models, tmp_path):
    made = ordered()()
    assert json.loads(report(made))["sync"] is None
    measure_sync(made, models, Progress(STAGES), "en")
    told = json.loads(report(made))
    assert set(told) == {"run", "sync", "not_measured"}
    assert str(tmp_path) not in report(made)
    assert (told["run"]["output"], told["sync"]["video"]) == ("talking.mp4", "talking.mp4")
    assert (told["run"]["frames"], told["sync"]["verdict"], told["not_measured"]) == (13, "too short", None)


def test_a_spoken_text_is_bounded_and_kept(tmp_path, monkeypatch):
    pytest.importorskip("hibari", reason="the extra 'speech' is not installed")
    text, stopped = Text("Hello."), Progress(STAGES)
    stamp = speak_text(text, tmp_path, Progress(STAGES)).stat().st_mtime_ns
    assert speak_text(text, tmp_path, Progress(STAGES)).stat().st_mtime_ns == stamp
    monkeypatch.setattr("lipsync_app.work.LIMITS", replace(Limits(), voice_s=0.2))
    with pytest.raises(InputError, match=r"longer than 0 s, the most that is taken here"):
        speak_text(Text("Hello again."), tmp_path, Progress(STAGES))
    stopped.stop()
    with pytest.raises(Stopped):
        speak_text(Text("Hello again."), tmp_path, stopped)
    assert len(list(tmp_path.glob("*.wav"))) == 1, "what was refused was not written"


def test_ten_visitors_at_once_all_get_their_own_video(store, ordered, queue):
    visits = [store.open() for _ in range(10)]
    works = [ordered(visit.folder, tint=20 * number, shelf=visit.shelf) for number, visit in enumerate(visits)]

    def ask(number: int) -> Job:
        return queue.submit(visits[number].name, works[number])

    with ThreadPoolExecutor(10) as pool:
        jobs = list(pool.map(ask, range(10)))
    assert all(job.wait(PATIENCE_S) for job in jobs)
    assert [job.error for job in jobs] == [None] * 10
    for number, (visit, job) in enumerate(zip(visits, jobs, strict=True)):
        assert job.result.video.is_relative_to(visit.folder), "nobody's video lies with somebody else"
        assert top_row(job.result.video) == pytest.approx(20 * number, abs=6), "it shows the visitor's own picture"
    visits[0].close()
    assert not jobs[0].result.video.exists()
    assert jobs[1].result.video.exists()


def top_row(video: Path) -> float:
    """Brightness of the first rows of the first picture."""
    from app_visitor import first_picture

    return float(np.mean(first_picture(video)[1:5]))

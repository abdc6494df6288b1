"""Step Result: the video, whether it is in sync, what can be taken home, and what else this visit has made."""

from __future__ import annotations

from functools import partial

import streamlit as st

from lipsync_tools.progress import Job
from lipsync_tools.workflow import Made

from . import progress, state
from .desk import Result, Wish
from .look import (
    downloads,
    facts,
    in_plain_words,
    offset_in_words,
    picture_buttons,
    player,
    problem,
    stage,
    verdict,
    wide_picture,
)
from .texts import language, say
from .work import figure_of, files_of, measure_sync
from .workshop import workshop


def show(page: str) -> None:
    """The result that is looked at, or how far it is, or why there is none.

    Args:
        page: ``"talk"`` or ``"dub"``.
    """
    desk, job = state.desk(), state.job(page)
    if job is not None and not job.over:
        wish = desk.wishes[page]
        with st.container(key="work_card"):
            stage(wish.thumbnail, wish.title(), [wish.line()])
            progress.show(job)
        return
    desk.collect()  # what was still being made when the page began to be run
    if desk.shown is not None:
        _show(page, desk.shown.made)
    elif job is None:
        st.info(say("nothing_yet"))
    elif job.state == "cancelled":
        st.info(say("cancelled"), icon=":material/close:")
    else:
        problem(job.error)
    st.button(
        say("again") if desk.shown is not None else say("change_options"),
        key=f"back_{page}",
        icon=":material/refresh:",
        on_click=partial(state.go, step=state.STEPS[0]),
    )
    _history()


def _show(page: str, made: Made) -> None:
    if not made.video.exists():
        st.info(say("removed"))
        return
    left, right = st.columns([1, 1], gap="medium")
    with left:
        player("video", state.visit().offer(made.video), autoplay=True)
        _take_home(page, made)
    with right:
        _sync(made)
        _facts(made)
    figure = figure_of(made, language())
    if figure is not None:
        with st.expander(say("measurement")), st.container(key="measurement"):
            wide_picture(figure.read_bytes(), say("measurement"))
            st.caption(say("measurement_note"))


def _take_home(page: str, made: Made) -> None:
    visit = state.visit()
    with st.container(horizontal=True, key="take_home"):
        downloads(
            [
                (f"{kind}_{page}", visit.offer(path, f"talking{path.suffix}"), say(f"download_{kind}"))
                for kind, path in files_of(made, language()).items()
            ]
        )


def _sync(made: Made) -> None:
    if not made.measured:
        job = _measuring(made)
        if job is None:
            return
        if job.over and not made.measured:  # a fault in the program itself
            st.info(say("not_measured"))
            return
        if not job.over:
            progress.show(job, cancellable=False)
            return
    if made.sync is None:
        st.info(f"{say('not_measured')} {in_plain_words(made.unmeasured)}")
        return
    sync = made.sync
    sentence = say(f"verdict_{sync.verdict}", offset=offset_in_words(sync.offset_ms, "sound_"))
    found = sync.verdict in ("in sync", "noticeable", "out of sync")
    verdict(sync.verdict, sentence, sync.offset_ms if found else None)


def _measuring(made: Made) -> Job | None:
    """The job that measures this video; None while the visitor has other work in the queue."""
    desk, models = state.desk(), workshop().models
    job = desk.jobs.get("score")
    if job is not None and desk.choices.get("measuring") is made and job.state != "cancelled":
        return job
    if desk.active() is not None:
        return None
    desk.choices["measuring"], words = made, language()
    submitted = state.submit("score", lambda progress: measure_sync(made, models, progress, words), _MEASURING)
    return desk.jobs["score"] if submitted else None


_MEASURING = Wish(lambda: say("measuring"), lambda: "")


def _facts(made: Made) -> None:
    run = made.run
    rows = [
        (say("fact_length"), say("seconds", n=run.duration_s)),
        (say("fact_size"), f"{run.width} × {run.height}"),
        (say("fact_time"), say("seconds", n=run.wall_s)),
    ]
    if run.faceless_frames:
        rows.append((say("fact_faceless"), f"{len(run.faceless_frames)} / {run.frames}"))
    facts(rows)
    if run.warnings:
        with st.expander(say("good_to_know")), st.container(key="problem"):
            st.markdown("\n".join(f"- {in_plain_words(warning)}" for warning in run.warnings))


def _history() -> None:
    """What this visit has made, to be looked at again; nothing where that is all on the page already."""
    desk = state.desk()
    if not desk.results or desk.results == [desk.shown]:
        return
    st.header(say("history"))
    st.caption(say("history_note"))
    picture_buttons({f"result_{n}": result.wish.thumbnail for n, result in enumerate(desk.results)})
    with st.container(key="results"):
        for number, result in enumerate(desk.results):
            st.button(
                f"{result.wish.title()} · {result.wish.line()}",
                key=f"result_{number}",
                type="primary" if result is desk.shown else "secondary",
                on_click=_look_at,
                args=(result,),
            )


def _look_at(result: Result) -> None:
    state.desk().shown = result

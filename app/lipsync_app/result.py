"""Step Result: the video, whether it is in sync, and what can be taken home."""

from __future__ import annotations

import streamlit as st

from lipsync_tools.progress import Job
from lipsync_tools.workflow import Made

from . import progress, state
from .look import downloads, facts, in_plain_words, offset_in_words, player, problem, stage, verdict
from .making import about
from .pictures import as_address
from .texts import say
from .work import measure_sync, report
from .workshop import workshop


def show(page: str, back) -> None:
    """The latest result of a page, or how far it is, or why there is none.

    Args:
        page: ``"talk"`` or ``"dub"``.
        back: called by the button that leads back to the choices.
    """
    job = state.job(page)
    if job is None:
        st.info(say("nothing_yet"))
    elif not job.over:
        face, voice = st.session_state[f"at_work_{page}"]
        with st.container(key="work_card"):
            stage(face.thumbnail, say(face.label), [about(voice)])
            progress.show(job)
        return
    elif job.state == "cancelled":
        st.info(say("cancelled"), icon=":material/close:")
    elif job.state == "failed":
        problem(job.error)
    else:
        _show(page, job.result)
    st.button(
        say("again") if job is not None and job.state == "done" else say("change_options"),
        key=f"back_{page}",
        icon=":material/refresh:",
        on_click=back,
    )


def _show(page: str, made: Made) -> None:
    if not made.video.exists():
        st.info(say("forgotten"))
        return
    left, right = st.columns([1, 1], gap="medium")
    with left:
        player("video", state.visit().offer(made.video), autoplay=True)
        _take_home(page, made)
    with right:
        _sync(made)
        _facts(made)
    if made.figure is not None:
        with st.expander(say("measurement")), st.container(key="measurement"):
            st.image(as_address(made.figure.read_bytes(), "png"), width="stretch")
            st.caption(say("measurement_note"))


def _take_home(page: str, made: Made) -> None:
    with st.container(horizontal=True):
        told, visit = made.video.with_suffix(".json"), state.visit()
        told.write_text(report(made), encoding="utf-8")  # anew: the score may have come since
        downloads(
            [
                (f"video_{page}", visit.offer(made.video, "talking.mp4"), say("download_video")),
                (f"report_{page}", visit.offer(told, "talking.json"), say("download_report")),
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
    job, models = state.job("score"), workshop().models
    if job is not None and st.session_state.get("measuring") is made and job.state != "cancelled":
        return job
    if state.active() is not None:
        return None
    st.session_state["measuring"] = made
    return state.job("score") if state.submit("score", lambda progress: measure_sync(made, models, progress)) else None


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

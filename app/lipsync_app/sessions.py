"""Streamlit's sessions: whether a visitor's tab is connected, and how its session is ended for good.

Streamlit keeps a session whose connection has ended for a while, in case that the tab comes back. If it does not, the
session is forgotten without being shut down: its files stay in memory. So the app ends it.
"""

from __future__ import annotations

import asyncio
import weakref
from functools import cache

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx


class Sessions:
    """The sessions of the server in this process, if there is one.

    Attributes:
        loop: the server's event loop, on which alone sessions may be ended.
    """

    loop: asyncio.AbstractEventLoop | None = None

    def __init__(self) -> None:
        self._known: dict[str, weakref.ref] = {}

    def current(self) -> str:
        """Name of the session for which the page is being run."""
        context = get_script_run_ctx()
        if context is None:
            return ""
        session = runtime.get_instance().get_app_session(context.session_id) if self.loop is not None else None
        if session is not None:
            self._known[context.session_id] = weakref.ref(session)
        return context.session_id

    def is_connected(self, session: str) -> bool:
        """Whether the session's tab is there; always so where there is no server."""
        return self.loop is None or not runtime.exists() or runtime.get_instance().is_active_session(session)

    def end(self, session: str) -> None:
        """Have Streamlit forget a session with all that it holds for it."""
        if self.loop is not None and not self.loop.is_closed() and runtime.exists():
            self.loop.call_soon_threadsafe(self._end, session)

    def _end(self, session: str) -> None:
        if not self.is_connected(session):  # else the tab has come back at the last moment
            runtime.get_instance().close_session(session)
            known = self._known.pop(session, lambda: None)()
            if known is not None:  # Streamlit's loop holds the last session that has left until the next one comes
                known.session_state.clear()


@cache
def sessions() -> Sessions:
    """Those of this process."""
    return Sessions()

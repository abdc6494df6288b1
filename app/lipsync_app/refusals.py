"""Why something is not done now for this visitor, although nothing is wrong with it."""

from lipsync_utils.errors import LipSyncError


class RefusedError(LipSyncError):
    """There is no room for this now, or not for this visitor."""


class QueueFullError(RefusedError):
    """Too many jobs are waiting."""


class PlaceTakenError(RefusedError):
    """The visitor, or the visitor's internet address, has the places in the queue that it can have."""


class NoRoomError(RefusedError):
    """Too many files, or too many visitors."""

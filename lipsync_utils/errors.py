"""The errors a caller may meet. Every message says what was received, what is needed and what to do."""

from __future__ import annotations

from .messages import Message


class LipSyncError(Exception):
    """Root of every error that this package raises on purpose.

    Args:
        message: the sentence, with fields for the values.
        values: what is filled in.

    Attributes:
        exit_code: what the command line returns for this kind of error.
        message: what ``str`` gives; :func:`~lipsync_utils.messages.said_in` says it in another language.
    """

    exit_code = 1

    def __init__(self, message: str, /, **values: object) -> None:
        self.message = Message(message, **values)
        super().__init__(self.message)


def message_of(error: Exception) -> str:
    """What an error says; of one of ours, as the :class:`~lipsync_utils.messages.Message` that can be translated."""
    return error.message if isinstance(error, LipSyncError) else str(error)


class InputError(LipSyncError, ValueError):
    """A face, voice, text or option that cannot be used as it is."""

    exit_code = 2


class NoFaceError(InputError):
    """No face, or none that is large enough, where one is needed."""

    exit_code = 3


class AssetError(LipSyncError):
    """A model or data file that could not be found, fetched or verified."""

    exit_code = 4


class OutputError(LipSyncError, OSError):
    """The result could not be written."""

    exit_code = 5


class MissingExtraError(LipSyncError, ImportError):
    """An optional dependency is not installed; the message names the extra and the command.

    Args:
        what: needs it, with a capital; known in other languages as a message of its own.
        extra: the group of packages.
    """

    exit_code = 6

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(
            "{what} needs packages that are not installed. Install them with: {command}",
            what=Message(what),
            command=f"pip install 'lipsync_utils[{extra}]'",
        )
        self.extra = extra

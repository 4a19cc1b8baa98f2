"""What a call of the client raises.

ClientError
├── ServerUnreachable       no answer came, after all tries
├── StillRunning            an analysis did not end within the time that the caller gave
└── AnswerError             the server answered with an error; has its status, code and messages
    ├── Unauthorized        401: no key, a wrong one, or an expired one
    ├── Forbidden           403: the key may not do that
    ├── NotFound            404: a well-formed name for something that is not there
    └── LimitReached        429: a quota or throttle, after all tries; says when to come again
"""

from fulgurite.errors import FulguriteError


class ClientError(FulguriteError):
    """The root of what a call of the client raises."""


class ServerUnreachable(ClientError):
    """No answer came: no connection, a broken one, or silence for longer than allowed."""


class StillRunning(ClientError):
    """An analysis did not end in the time given. It goes on at the server."""

    def __init__(self, sandbox_id: str, progress: int) -> None:
        super().__init__(f"the analysis {sandbox_id} is at {progress} % and goes on")
        self.sandbox_id = sandbox_id
        self.progress = progress


class AnswerError(ClientError):
    """The server answered with an error."""

    def __init__(self, status: int, code: int | None, messages: tuple[str, ...], retry_after_s: float | None) -> None:
        super().__init__(f"{'' if code is None else f'{code}: '}{'; '.join(messages) or f'HTTP status {status}'}")
        self.status = status
        """The HTTP status."""
        self.code = code
        """The code of the error body, such as 404003; None when the body was none of ours."""
        self.messages = messages
        self.retry_after_s = retry_after_s
        """Seconds after which the server would take the call again; None when it does not say."""


class Unauthorized(AnswerError):
    """No key, a wrong one, a revoked or an expired one."""


class Forbidden(AnswerError):
    """The key may not do that, or its owner is locked out for a time."""


class NotFound(AnswerError):
    """Nothing is known under that hash or id."""


class LimitReached(AnswerError):
    """A quota or a throttle of the key, still in force after all tries."""


_CLASSES: dict[int, type[AnswerError]] = {401: Unauthorized, 403: Forbidden, 404: NotFound, 429: LimitReached}


def answer_error(status: int, code: int | None, messages: tuple[str, ...], retry_after_s: float | None) -> AnswerError:
    """The error of the class that stands for `status`."""
    return _CLASSES.get(status, AnswerError)(status, code, messages, retry_after_s)

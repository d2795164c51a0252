"""Which state of a job may follow which. Nothing else may change a job's state."""

from __future__ import annotations

from collections.abc import Mapping

from emailcleaner.core.model import JobState

_S = JobState

#: From each state to those that may follow it. A cancelled or failed job can be gone on with; a done one
#: cannot.
ALLOWED: Mapping[JobState, frozenset[JobState]] = {
    _S.QUEUED: frozenset({_S.RUNNING, _S.PAUSED, _S.CANCELLED, _S.FAILED}),
    _S.RUNNING: frozenset(
        {_S.PAUSING, _S.PAUSED, _S.CANCELLING, _S.CANCELLED, _S.FAILED, _S.DONE, _S.QUEUED}
    ),
    _S.PAUSING: frozenset({_S.PAUSED, _S.RUNNING, _S.CANCELLING, _S.CANCELLED, _S.FAILED, _S.DONE}),
    _S.PAUSED: frozenset({_S.RUNNING, _S.QUEUED, _S.CANCELLED, _S.FAILED}),
    _S.CANCELLING: frozenset({_S.CANCELLED, _S.FAILED, _S.DONE}),
    _S.CANCELLED: frozenset({_S.RUNNING, _S.QUEUED}),
    _S.FAILED: frozenset({_S.RUNNING, _S.QUEUED}),
    _S.DONE: frozenset(),
}

#: What a state becomes when the process that was working on the job has died.
RECOVERED: Mapping[JobState, JobState] = {
    _S.RUNNING: _S.PAUSED,
    _S.PAUSING: _S.PAUSED,
    _S.CANCELLING: _S.CANCELLED,
}

#: States in which a job has come to rest, and `finished_at` says when.
AT_REST = frozenset({_S.CANCELLED, _S.FAILED, _S.DONE})


def is_allowed(before: JobState, after: JobState) -> bool:
    """Whether a job in state `before` may enter state `after`."""
    return after in ALLOWED[before]

"""The engine: a pure `step(definition, state, action) -> (state, effects)`. People come in with the action."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from domain.approvals.definition import Definition
from domain.approvals.state import (
    Action,
    AddedBefore,
    AddedBeside,
    Agreed,
    ChildEnded,
    Commented,
    Copied,
    Delegated,
    Denied,
    Dropped,
    Effect,
    Elapsed,
    Entered,
    Lapsed,
    Moved,
    Reassigned,
    Rejected,
    Resubmitted,
    Revoked,
    SentBack,
    Skipped,
    Started,
    State,
    TakenBack,
    Terminated,
    Transferred,
    Urged,
    Withdrawn,
)
from domain.approvals.step import deciding, ending, handing, moving, returning, taking_back
from domain.approvals.step.work import Work

DO: dict[type, Callable[[Work, Any], None]] = {
    Started: moving.start,
    Entered: moving.entered,
    Agreed: deciding.agree,
    Rejected: deciding.reject,
    Lapsed: deciding.lapse,
    Skipped: deciding.skip,
    Transferred: handing.transfer,
    Delegated: handing.delegate,
    AddedBefore: handing.add_before,
    AddedBeside: handing.add_beside,
    Dropped: handing.drop,
    Moved: handing.move,
    Reassigned: handing.reassign,
    SentBack: returning.send_back,
    Resubmitted: returning.resubmit,
    TakenBack: taking_back.take_back,
    Withdrawn: ending.withdraw,
    Terminated: ending.terminate,
    Revoked: ending.revoke,
    Copied: ending.copy,
    Commented: ending.comment,
    Urged: ending.urge,
    Elapsed: moving.elapsed,
    ChildEnded: moving.child_ended,
}


def step(definition: Definition, state: State, action: Action) -> tuple[State, list[Effect]]:
    """The next state and what has to be done about it. Raises Denied, and FieldMissing from a condition."""
    work = Work(definition, state)
    DO[type(action)](work, action)
    return work.frozen(), work.effects


def replay(definition: Definition, log: Iterable[Action]) -> State:
    """The state that a log adds up to."""
    state = State()
    for action in log:
        state, _ = step(definition, state, action)
    return state


def denial(definition: Definition, state: State, action: Action) -> Denied | None:
    """Why the action would be refused now, if it would. Raises FieldMissing from a condition."""
    try:
        step(definition, state, action)
    except Denied as denied:
        return denied
    return None

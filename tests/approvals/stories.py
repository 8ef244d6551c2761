"""Tells a case to the pure engine: the resolver's answers are given, nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from domain.approvals.definition import Definition
from domain.approvals.state import (
    ACTION,
    Action,
    Agreed,
    Denied,
    Entered,
    NeedPeople,
    Rejected,
    Seat,
    Started,
    State,
    Withdrawn,
)
from domain.approvals.step import step
from domain.kernel.ids import PersonId


@dataclass
class Story:
    """A case without a database."""

    definition: Definition
    people: Mapping[str, Sequence[str]]
    state: State = field(default_factory=State)
    log: list[Action] = field(default_factory=list)

    def take(self, action: Action) -> None:
        waiting: list[Action] = [action]
        while waiting:
            taken = waiting.pop(0)
            self.state, effects = step(self.definition, self.state, taken)
            self.log.append(ACTION.validate_json(ACTION.dump_json(taken)))
            for effect in effects:
                if isinstance(effect, NeedPeople):
                    seats = [Seat(f"{effect.node} {name}", PersonId(name)) for name in self.people[effect.node]]
                    waiting.append(Entered(node=effect.node, seats=tuple(seats)))

    def start(self, applicant: str, form: dict[str, object]) -> None:
        self.take(Started(applicant=PersonId(applicant), form=form))

    def told(self, line: str) -> None:
        """徐丽 同意 | 徐丽 驳回 [reason] | 李雷 撤回, with `→ why` where the engine refuses."""
        said, _, why = line.partition("→")
        who, what, *reason = said.split()
        held = [task.id for task in self.state.tasks if task.holder == who] or [self.state.tasks[-1].id]
        task, person = held[-1], PersonId(who)
        actions: dict[str, Action] = {
            "同意": Agreed(task=task, actor=person),
            "驳回": Rejected(task=task, actor=person, reason=" ".join(reason)),
            "撤回": Withdrawn(actor=person),
        }
        refused = ""
        try:
            self.take(actions[what])
        except Denied as denied:
            refused = denied.why
        assert refused == why.strip(), line

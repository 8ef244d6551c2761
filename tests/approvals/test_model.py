"""Random flows, random deeds: the engine against a naive oracle, and what must never happen."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest

from domain.approvals.definition import compile_definition
from domain.approvals.state import (
    ACTION,
    LIVE,
    UNDECIDED,
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
    Elapsed,
    Entered,
    Moved,
    NeedPeople,
    Phase,
    Reassigned,
    Rejected,
    Resubmitted,
    Seat,
    SentBack,
    Skipped,
    Stage,
    Started,
    State,
    TakenBack,
    Task,
    Terminated,
    Transferred,
    Urged,
    Withdrawn,
)
from domain.approvals.step import replay, step
from domain.kernel.ids import PersonId
from tests.approvals.deeds import Deed, do
from tests.approvals.flows import APPLICANT, PEOPLE, Grower, document
from tests.approvals.oracle import No, Oracle, Slip

LONG = bool(os.environ.get("HRBOT_LONG"))
HISTORIES = 20_000 if LONG else 2_000
SECONDS = 3_600 if LONG else 25
DEDUPE = {"adjacent": "连续相同自动通过", "none": "不去重", "whole": "全程去重"}
HELD = ["agree"] * 9 + ["reject", "transfer", "delegate", "before", "beside", "send_back", "send_back"]
RULED = ["move", "reassign", "skip", "drop", "drop"]
REST = ["elapse"] * 8 + ["child"] * 8 + ["resubmit"] * 16 + ["withdraw", "terminate", "urge", "copy", "comment"]


@dataclass
class Play:
    """One case played against engine and oracle at once; `slips` are the oracle's, by the engine's task."""

    dice: random.Random
    state: State = field(default_factory=State)
    log: list[Action] = field(default_factory=list)
    slips: dict[str, Slip] = field(default_factory=dict)
    seats: int = 0

    def __post_init__(self) -> None:
        flow = Grower(self.dice).flow()
        dedupe, number = self.dice.choice(list(DEDUPE)), self.dice.randint(0, 5)
        self.definition = compile_definition(document(flow, {"去重": DEDUPE[dedupe]}))
        self.oracle = Oracle(flow, dedupe, number)
        self.take(Started(applicant=PersonId(APPLICANT), form={"n": number}))
        self.agree_with_oracle()

    def seat(self, who: str) -> Seat:
        self.seats += 1
        return Seat(f"t{self.seats}", PersonId(who))

    def take(self, action: Action) -> None:
        """Raises Denied, and then nothing has changed."""
        waiting: list[Action | NeedPeople] = [action]
        while waiting:
            taken = waiting.pop(0)
            if isinstance(taken, NeedPeople):
                if taken.node not in self.state.awaiting:
                    continue
                people = self.oracle.specs[taken.node].people
                taken = Entered(node=taken.node, seats=tuple(self.seat(who) for who in people))
            self.state, effects = step(self.definition, self.state, taken)
            self.log.append(taken)
            waiting += [effect for effect in effects if isinstance(effect, NeedPeople)]

    # one deed

    def draw(self) -> tuple[Deed, Action]:
        tasks = [task for task in self.state.tasks if task.turn in UNDECIDED]
        dead = not tasks or self.dice.random() < 0.03
        task = self.dice.choice(self.state.tasks if dead else tasks) if self.state.tasks else None
        if task is None or self.dice.random() < 0.3:
            return self._rest(self._apt())
        if self.dice.random() < 0.2:
            return self._ruled(self.dice.choice(RULED), task)
        return self._held(self.dice.choice(HELD), task)

    def _apt(self) -> str:
        """Mostly what this moment asks for."""
        if self.dice.random() < 0.3:
            return self.dice.choice(REST)
        if self.state.phase is Phase.RETURNED:
            return "resubmit"
        stages = {at.stage for at in self.state.positions}
        return "child" if Stage.CHILD in stages else "elapse" if Stage.CLOCK in stages else "comment"

    def _held(self, what: str, task: Task) -> tuple[Deed, Action]:
        who = task.holder if self.dice.random() < 0.93 else PersonId(self.dice.choice([*PEOPLE, APPLICANT]))
        others = self._others()
        slip = self.slips.get(task.id)
        if what == "agree":
            others = others if self.dice.random() < 0.1 else ()
            return Deed(what, who, slip, others), Agreed(task=task.id, actor=who, then=self._seats(others))
        if what == "send_back":
            node = self.dice.choice([None, *(one.node for one in self.state.passed), *self.definition.places])
            direct = self.dice.random() < 0.5
            back = SentBack(task=task.id, actor=who, to=node, reason="r", direct=direct)
            return Deed(what, who, slip, node=node, direct=direct), back
        if what == "reject":
            return Deed(what, who, slip), Rejected(task=task.id, actor=who, reason="r")
        if what in {"transfer", "delegate"}:
            kind = Transferred if what == "transfer" else Delegated
            return Deed(what, who, slip, others), kind(task=task.id, actor=who, seat=self.seat(others[0]))
        added = AddedBefore if what == "before" else AddedBeside
        return Deed(what, who, slip, others), added(task=task.id, actor=who, seats=self._seats(others))

    def _ruled(self, what: str, task: Task) -> tuple[Deed, Action]:
        who, others, slip = PersonId(self.dice.choice(PEOPLE)), self._others(), self.slips.get(task.id)
        seats = self._seats(others)
        if what == "drop":
            asker = self.state.task(task.parent) if task.parent else None
            who = asker.holder if asker and self.dice.random() < 0.8 else who
            return Deed(what, who, slip), Dropped(task=task.id, actor=who)
        if what == "move":
            return Deed(what, who, slip, others), Moved(task=task.id, seats=seats)
        if what == "skip":
            return Deed(what, who, slip), Skipped(task=task.id, actor=who, reason="r")
        return Deed(what, who, slip, others), Reassigned(task=task.id, actor=who, seats=seats, reason="r")

    def _rest(self, what: str) -> tuple[Deed, Action]:
        who = PersonId(self.dice.choice([APPLICANT, APPLICANT, *PEOPLE]))
        at = self.dice.choice(self.state.positions) if self.state.positions else None
        node, visit = (at.node, at.visit) if at else ("n1", 1)
        number = self.dice.randint(0, 5)
        actions: dict[str, tuple[Deed, Action]] = {
            "elapse": (Deed(what, who, node=node), Elapsed(node=node, visit=visit)),
            "child": (
                Deed(what, who, node=node, number=number),
                ChildEnded(node=node, visit=visit, outcome="approved" if number else "rejected"),
            ),
            "resubmit": (Deed(what, who, number=number), Resubmitted(actor=who, changes={"n": number})),
            "withdraw": (Deed(what, who), Withdrawn(actor=who)),
            "terminate": (Deed(what, who), Terminated(actor=who, reason="r")),
            "urge": (Deed(what, who), Urged(actor=who)),
            "copy": (Deed(what, who), Copied(actor=who, persons=(PersonId("f"),))),
            "comment": (Deed(what, who), Commented(actor=who, text="t")),
        }
        return actions[what]

    def _others(self) -> tuple[str, ...]:
        return tuple(self.dice.sample([*PEOPLE, "g", "h", APPLICANT], self.dice.choice([1, 1, 2])))

    def _seats(self, others: tuple[str, ...]) -> tuple[Seat, ...]:
        return tuple(self.seat(who) for who in others)

    def play(self) -> str:
        deed, action = self.draw()
        before, logged = self.state, len(self.log)
        try:
            self.take(action)
            denied = False
        except Denied:
            denied = True
            assert len(self.log) == logged
        if deed.what not in {"urge", "copy", "comment"}:
            try:
                do(self.oracle, deed)
                refused = False
            except No:
                refused = True
            assert denied == refused, (deed, action, before)
        if before.phase not in LIVE and deed.what not in {"copy", "comment"}:
            assert denied
        self.agree_with_oracle()
        return "denied" if denied else deed.what

    # what must hold

    def agree_with_oracle(self) -> None:
        state, oracle = self.state, self.oracle
        assert state.phase.value == oracle.phase
        assert {(task.node, task.holder) for task in state.open_tasks()} == oracle.open()
        for stage, kind in ((Stage.CLOCK, "clock"), (Stage.CHILD, "child")):
            assert {at.node for at in state.positions if at.stage is stage} == oracle.waiting(kind)
        check_state(state)
        slips = {(slip.node, slip.who): slip for slip in oracle.slips() if slip.undecided}
        for task in state.tasks:
            if task.turn in UNDECIDED:
                self.slips.setdefault(task.id, slips[task.node, PersonId(task.holder)])


def check_state(state: State) -> None:
    """No two live tasks of a person at a node, none after the end, and no case that nobody can move."""
    live = [(task.node, task.holder) for task in state.tasks if task.turn in UNDECIDED]
    assert len(live) == len(set(live))
    if state.phase is not Phase.RUNNING:
        assert not live
        assert not state.positions
    else:
        assert state.open_tasks() or any(at.stage is not Stage.TASKS for at in state.positions)
        held = {task.visit for task in state.open_tasks()}
        assert all(at.visit in held for at in state.positions if at.stage is Stage.TASKS)


def test_the_engine_and_the_oracle_agree() -> None:
    counted: Counter[str] = Counter()
    begun, histories = time.monotonic(), 0
    while histories < HISTORIES and time.monotonic() - begun < SECONDS:
        play = Play(random.Random(histories))
        for _ in range(play.dice.randint(4, 40)):
            counted[play.play()] += 1
            if play.state.phase not in LIVE and play.dice.random() < 0.5:
                break
        if histories % 4 == 0:
            stored: list[Any] = [ACTION.validate_json(ACTION.dump_json(action)) for action in play.log]
            assert replay(play.definition, stored) == play.state
        counted[f"ends {play.state.phase}"] += 1
        histories += 1
    print(histories, "histories,", round(time.monotonic() - begun, 1), "s", dict(counted))  # noqa: T201 - shown with -s
    assert histories >= HISTORIES * 0.5
    wanted = {*HELD, *RULED, "elapse", "child", "resubmit", "withdraw", "terminate"}
    assert not wanted - counted.keys()
    assert {f"ends {phase}" for phase in ("approved", "rejected", "running", "returned")} <= counted.keys()


@pytest.mark.parametrize("seed", range(150))
def test_a_yes_taken_back_is_as_if_it_had_not_been_said(seed: int) -> None:
    play = Play(random.Random(10_000 + seed))
    for _ in range(play.dice.randint(0, 15)):
        play.play()
    for task in play.state.open_tasks():
        before = play.state
        if before.phase is not Phase.RUNNING or before.task(task.id) != task:
            continue
        play.take(Agreed(task=task.id, actor=task.holder))
        back = TakenBack(task=task.id, actor=task.holder, seat=play.seat(task.holder))
        try:
            play.take(back)
        except Denied:
            break
        assert {(one.node, one.holder) for one in play.state.open_tasks()} == {
            (one.node, one.holder) for one in before.open_tasks()
        }
        assert {at.node for at in play.state.positions} == {at.node for at in before.positions}
        check_state(play.state)
        assert replay(play.definition, play.log) == play.state

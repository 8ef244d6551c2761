"""The naive oracle: marks on the tree, the whole tree walked again after every deed. Slow, plain, and it shares
nothing with the engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from tests.approvals.flows import Spec


class No(Exception):
    """It may not be done."""


@dataclass
class Slip:
    """One person's turn. state: open later held; yes auto refused; over (by an administrator), skipped, gone."""

    who: str
    node: str
    state: str
    role: str = "vote"
    asker: Slip | None = None
    order: int = 0

    @property
    def undecided(self) -> bool:
        return self.state in {"open", "later", "held"}


@dataclass
class Mark:
    """What is known of a node: no (not reached), live, done; the arms it took; its slips of this round."""

    status: str = "no"
    arms: list[int] = field(default_factory=list)
    slips: list[Slip] = field(default_factory=list)
    again: bool = False


class Oracle:
    def __init__(self, flow: list[Spec], dedupe: str, number: int) -> None:
        self.flow, self.dedupe, self.number = flow, dedupe, number
        self.phase = "running"
        self.marks: dict[str, Mark] = {}
        self.specs: dict[str, Spec] = {}
        self.rows: dict[str, tuple[list[Spec], Spec | None, int]] = {}
        self._learn(flow, None, 0)
        self.walk_on()

    def _learn(self, row: list[Spec], parent: Spec | None, arm: int) -> None:
        for spec in row:
            self.specs[spec.id], self.rows[spec.id], self.marks[spec.id] = spec, (row, parent, arm), Mark()
            for number, (_, nodes) in enumerate(spec.arms):
                self._learn(nodes, spec, number)

    # the walk

    def walk_on(self) -> None:
        if self.phase == "running" and self._walk(self.flow, [])[0]:
            self.phase = "approved"

    def _walk(self, row: list[Spec], led_by: list[str]) -> tuple[bool, list[str]]:
        """Whether the row is through, and which askings were the last on the way."""
        for spec in row:
            through, led_by = self._pass(spec, led_by)
            if self.phase != "running" or not through:
                return False, led_by
        return True, led_by

    def _pass(self, spec: Spec, led_by: list[str]) -> tuple[bool, list[str]]:
        mark = self.marks[spec.id]
        if spec.kind == "ask":
            if mark.status == "no":
                self._reach(spec, mark, led_by)
            if mark.status == "live":
                self._judge(spec, mark)
            return mark.status == "done", [spec.id]
        if spec.kind in {"clock", "child"}:
            mark.status = "live" if mark.status == "no" else mark.status
            return mark.status == "done", led_by
        if spec.kind in {"if", "all", "some"}:
            return self._pass_arms(spec, mark, led_by)
        return True, led_by

    def _pass_arms(self, spec: Spec, mark: Mark, led_by: list[str]) -> tuple[bool, list[str]]:
        if mark.status == "no":
            mark.status, mark.arms = "live", self._choose(spec)
        ends = [self._walk(spec.arms[arm][1], led_by) for arm in mark.arms]
        if not all(through for through, _ in ends):
            return False, led_by
        return True, sorted({one for _, last in ends for one in last}) if ends else led_by

    def _choose(self, spec: Spec) -> list[int]:
        numbers = range(len(spec.arms))
        if spec.kind == "all":
            return list(numbers)
        met = [one for one in numbers if spec.arms[one][0] is not None and self.number >= (spec.arms[one][0] or 0)]
        met = met or [one for one in numbers if spec.arms[one][0] is None][:1]
        return met[:1] if spec.kind == "if" else met

    def _reach(self, spec: Spec, mark: Mark, led_by: list[str]) -> None:
        known: set[str] = set()
        if self.dedupe != "none" and not mark.again and not spec.handles:
            asked = (
                led_by if self.dedupe == "adjacent" else [one for one in self.marks if self.marks[one].status == "done"]
            )
            known = {slip.who for one in asked for slip in self.marks[one].slips if slip.state in {"yes", "auto"}}
        mark.status, mark.again = "live", False
        people = [one for one in spec.people if one in known] if spec.mode in {"any", "random"} else []
        for order, who in enumerate(people or spec.people):
            state = "auto" if who in known else "open"
            if state == "open" and spec.mode == "sequence" and any(slip.state == "open" for slip in mark.slips):
                state = "later"
            mark.slips.append(Slip(who, spec.id, state, order=order))

    def _judge(self, spec: Spec, mark: Mark) -> None:
        for slip in mark.slips:
            if slip.state == "held" and not any(one.undecided for one in self.helpers(slip)):
                slip.state = "open"
        votes = [one for one in mark.slips if one.role == "vote" and one.state not in {"gone", "over"}]
        yes = len([one for one in votes if one.state in {"yes", "auto"}])
        left = len([one for one in votes if one.undecided])
        verdict = self._verdict(spec, len(votes), yes, left)
        late = [one for one in mark.slips if one.role == "after" and one.undecided]
        if verdict == "no":
            self.end("rejected")
        elif verdict == "yes":
            for slip in mark.slips:
                if slip.undecided and self.serves(slip).role != "after":
                    slip.state = "skipped"
            mark.status = "live" if late else "done"
        elif spec.mode == "sequence" and not late and not any(one.state in {"open", "held"} for one in votes):
            first = min((one for one in votes if one.state == "later"), key=lambda one: one.order, default=None)
            if first is not None:
                first.state = "open"

    def _verdict(self, spec: Spec, votes: int, yes: int, left: int) -> str:
        if votes == 0:
            return "yes"
        if spec.mode in {"any", "random"}:
            return "yes" if yes else "not yet"
        if spec.mode in {"all", "sequence"}:
            return "not yet" if left else "yes"
        if spec.mode == "ratio":
            enough, possible = (Fraction(count, votes) >= Fraction(spec.need, 100) for count in (yes, yes + left))
        else:
            enough, possible = (count >= min(spec.need, votes) for count in (yes, yes + left))
        return "yes" if enough else "not yet" if possible else "no"

    # slips

    def slips(self) -> list[Slip]:
        return [slip for mark in self.marks.values() for slip in mark.slips]

    def open(self) -> set[tuple[str, str]]:
        return {(slip.node, slip.who) for slip in self.slips() if slip.state == "open"}

    def helpers(self, slip: Slip) -> list[Slip]:
        return [one for one in self.marks[slip.node].slips if one.asker is slip and one.role in {"before", "advice"}]

    def serves(self, slip: Slip) -> Slip:
        while slip.role in {"before", "advice"} and slip.asker is not None:
            slip = slip.asker
        return slip

    def release(self, slip: Slip) -> None:
        """Whoever helps is not needed."""
        for one in self.helpers(slip):
            if one.undecided:
                one.state = "gone"
                self.release(one)

    def end(self, phase: str) -> None:
        for slip in self.slips():
            if slip.undecided:
                slip.state = "gone"
        self.phase = phase

    def waiting(self, kind: str) -> set[str]:
        if self.phase != "running":
            return set()
        return {one for one, mark in self.marks.items() if mark.status == "live" and self.specs[one].kind == kind}

    # rows

    def around(self, node: str) -> list[tuple[str, int]]:
        """The arms of forks around a node, outermost first."""
        _, parent, arm = self.rows[node]
        if parent is None:
            return []
        here = [(parent.id, arm)] if parent.kind != "if" else []
        return [*self.around(parent.id), *here]

    def wipe(self, spec: Spec) -> None:
        for slip in self.marks[spec.id].slips:
            slip.state = "gone" if slip.undecided else slip.state
        self.marks[spec.id] = Mark()
        for _, nodes in spec.arms:
            for one in nodes:
                self.wipe(one)

    def wipe_from(self, node: str) -> None:
        """This node and all that follows it, up to the end of the fork's arm it is in."""
        row, parent, _ = self.rows[node]
        place = [spec.id for spec in row].index(node)
        for spec in row[place:]:
            self.wipe(spec)
        if parent is not None and parent.kind == "if":
            upper, _, _ = self.rows[parent.id]
            after = [spec.id for spec in upper].index(parent.id) + 1
            if after < len(upper):
                self.wipe_from(upper[after].id)
            else:
                self._wipe_above(parent)

    def _wipe_above(self, spec: Spec) -> None:
        _, parent, _ = self.rows[spec.id]
        if parent is not None and parent.kind == "if":
            row = self.rows[parent.id][0]
            after = [one.id for one in row].index(parent.id) + 1
            if after < len(row):
                self.wipe_from(row[after].id)
            else:
                self._wipe_above(parent)

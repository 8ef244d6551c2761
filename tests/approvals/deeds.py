"""What people do, told to the oracle: each deed checks and marks, then the tree is walked again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.approvals.flows import APPLICANT
from tests.approvals.oracle import Mark, No, Oracle, Slip

COUNTED = {"ratio", "votes"}


@dataclass(frozen=True)
class Deed:
    """`what` somebody does (`who`), to a slip, with other people, to a node (None: the applicant), with a number."""

    what: str
    who: str
    slip: Slip | None = None
    others: tuple[str, ...] = ()
    node: str | None = None
    direct: bool = False
    number: int | None = None


def do(oracle: Oracle, deed: Deed) -> None:
    """Raises No."""
    if deed.what in {"withdraw", "terminate"}:
        allowed = oracle.phase in {"running", "returned"} and (deed.what == "terminate" or deed.who == APPLICANT)
        demand(allowed)
        oracle.end({"withdraw": "withdrawn", "terminate": "terminated"}[deed.what])
        return
    if deed.what == "resubmit":
        demand(deed.who == APPLICANT and oracle.phase == "returned")
        oracle.number = deed.number if deed.number is not None else oracle.number
        oracle.phase = "running"
    else:
        demand(oracle.phase == "running")
        DEEDS[deed.what](oracle, deed)
    oracle.walk_on()


def demand(true: bool) -> None:
    if not true:
        raise No


def mine(deed: Deed) -> Slip:
    demand(deed.slip is not None and deed.slip.state == "open" and deed.slip.who == deed.who)
    assert deed.slip is not None
    return deed.slip


def fresh(oracle: Oracle, slip: Slip, others: tuple[str, ...]) -> tuple[str, ...]:
    """People who may come in: not the applicant, nobody who has or had a say here."""
    there = {one.who for one in oracle.marks[slip.node].slips if one.state != "gone"}
    demand(bool(others) and not {*others} & {*there, APPLICANT, slip.who})
    return tuple(dict.fromkeys(others))


def bring(oracle: Oracle, slip: Slip, others: tuple[str, ...], role: str) -> None:
    oracle.marks[slip.node].slips += [Slip(who, slip.node, "open", role, slip, slip.order) for who in others]


def agree(oracle: Oracle, deed: Deed) -> None:
    slip = mine(deed)
    if slip.role == "advice":
        demand(not deed.others)
        slip.state = "gone"
        return
    demand(not (deed.others and slip.role == "before"))
    late = fresh(oracle, slip, deed.others) if deed.others else ()
    slip.state = "yes"
    bring(oracle, slip, late, "after")


def reject(oracle: Oracle, deed: Deed) -> None:
    slip = mine(deed)
    if slip.role == "advice":
        slip.state = "gone"
        return
    spec = oracle.specs[slip.node]
    demand(not spec.handles)
    slip.state = "refused"
    seat = oracle.serves(slip)
    if seat.role == "after" or spec.mode not in COUNTED:
        oracle.end("rejected")
        return
    seat.state = "refused"
    oracle.release(seat)


def transfer(oracle: Oracle, deed: Deed) -> None:
    slip = mine(deed)
    heir(oracle, slip, fresh(oracle, slip, deed.others[:1]), "open")


def heir(oracle: Oracle, slip: Slip, others: tuple[str, ...], state: str) -> None:
    slip.state = "gone"
    oracle.marks[slip.node].slips += [Slip(who, slip.node, state, slip.role, slip.asker, slip.order) for who in others]


def delegate(oracle: Oracle, deed: Deed) -> None:
    slip = mine(deed)
    demand(slip.role != "advice")
    bring(oracle, slip, fresh(oracle, slip, deed.others[:1]), "advice")
    slip.state = "held"


def before(oracle: Oracle, deed: Deed) -> None:
    slip = mine(deed)
    demand(slip.role != "advice")
    others, deep, upper = fresh(oracle, slip, deed.others), 0, slip
    while upper.role == "before" and upper.asker is not None:
        upper, deep = upper.asker, deep + 1
    demand(deep < 2)
    bring(oracle, slip, others, "before")
    slip.state = "held"


def beside(oracle: Oracle, deed: Deed) -> None:
    slip = mine(deed)
    demand(slip.role == "vote" and oracle.specs[slip.node].mode != "sequence")
    bring(oracle, slip, fresh(oracle, slip, deed.others), "vote")


def drop(oracle: Oracle, deed: Deed) -> None:
    slip = deed.slip
    demand(slip is not None and slip.asker is not None and slip.asker.who == deed.who and slip.state == "open")
    assert slip is not None
    demand(all(one.asker is not slip for one in oracle.marks[slip.node].slips))
    slip.state = "gone"


def send_back(oracle: Oracle, deed: Deed) -> None:
    slip = mine(deed)
    demand(slip.role != "advice")
    around = oracle.around(slip.node)
    if deed.node is None:
        demand(not (deed.direct and around))
    else:
        target, there = oracle.marks.get(deed.node), oracle.around(deed.node) if deed.node in oracle.marks else []
        asked = target is not None and oracle.specs[deed.node].kind == "ask"
        demand(asked and target is not None and target.status == "done")
        demand(list(oracle.specs).index(deed.node) < list(oracle.specs).index(slip.node))
        demand(there == around[: len(there)] and not (deed.direct and there != around))
    for kept in [*([deed.node] if deed.node else []), slip.node] if deed.direct else []:
        oracle.wipe(oracle.specs[kept])
        oracle.marks[kept] = Mark(again=True)
    if not deed.direct and deed.node is not None:
        oracle.wipe_from(deed.node)
        oracle.marks[deed.node] = Mark(again=True)
    elif not deed.direct:
        for spec in oracle.flow:
            oracle.wipe(spec)
    if deed.node is None:
        oracle.phase = "returned"


def reassign(oracle: Oracle, deed: Deed) -> None:
    slip = deed.slip
    demand(slip is not None and slip.undecided)
    assert slip is not None
    others, was = fresh(oracle, slip, deed.others), slip.state
    oracle.release(slip)
    heir(oracle, slip, others, "later" if was == "later" else "open")


def move(oracle: Oracle, deed: Deed) -> None:
    slip = deed.slip
    demand(slip is not None and slip.state == "open")
    assert slip is not None
    slip.state = "gone"
    there = {one.who for one in oracle.marks[slip.node].slips if one.undecided or one.state in {"yes", "auto"}}
    new = tuple(one for one in dict.fromkeys(deed.others) if one not in there)
    if not there and not new:
        slip.state = "open"
        raise No
    heir(oracle, slip, new, "open")


def skip(oracle: Oracle, deed: Deed) -> None:
    demand(deed.slip is not None and deed.slip.undecided)
    assert deed.slip is not None
    oracle.release(deed.slip)
    deed.slip.state = "over"


def come(oracle: Oracle, deed: Deed) -> None:
    """A clock ran out, or a child ended well (number 1) or badly."""
    kind = {"elapse": "clock", "child": "child"}[deed.what]
    demand(deed.node in oracle.waiting(kind))
    assert deed.node is not None
    oracle.marks[deed.node].status = "done"
    if deed.what == "child" and not deed.number:
        oracle.end("rejected")


DEEDS: dict[str, Callable[[Oracle, Deed], None]] = {
    "agree": agree,
    "reject": reject,
    "transfer": transfer,
    "delegate": delegate,
    "before": before,
    "beside": beside,
    "drop": drop,
    "send_back": send_back,
    "reassign": reassign,
    "move": move,
    "skip": skip,
    "elapse": come,
    "child": come,
}

"""The certificate for those who leave (离职证明): what the law wants on it, and nothing else.

《劳动合同法实施条例》第二十四条: the contract's term, the day it ended, the post, the years worked here.
"""

from __future__ import annotations

from domain.kernel.tx import Tx
from domain.org import queries
from domain.people.leavers import Facts, LeaverDocument, offer
from domain.people.queries import PersonView
from domain.people.rules import WorkerType, length_of_service

EMPLOYED_BY_US = frozenset({WorkerType.FULL_TIME, WorkerType.NON_FULL_TIME})
"""Others have their contract with somebody else, or none under the labour contract law."""


async def certificate(tx: Tx, person: PersonView) -> Facts | None:
    """name, legal_entity, first, last (days), post, years and months; None when no certificate is ours to give."""
    if person.worker_type not in EMPLOYED_BY_US or person.left_on is None:
        return None
    post = await queries.main_assignment(tx, person.id, person.left_on)
    if post is None:
        return None
    years, months = length_of_service(person.hired_on, person.left_on)
    return {
        "name": person.name,
        "legal_entity": person.legal_entity,
        "first": person.hired_on,
        "last": person.left_on,
        "post": post.title,
        "years": years,
        "months": months,
    }


CERTIFICATE = offer(LeaverDocument("certificate", certificate))

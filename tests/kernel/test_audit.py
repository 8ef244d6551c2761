from sqlalchemy import text

from domain.kernel import audit
from domain.kernel.tx import Tx


async def test_a_changed_row_is_named_by_the_check(tx: Tx) -> None:
    for number in range(3):
        await tx.audit("leave.submit", f"lv_{number}", days="0.5")
    await tx.session.flush()
    count, faults = await audit.verify(tx.session)
    assert (count, faults) == (3, [])

    victim = (await tx.session.scalars(text("select id from kernel_audit order by id offset 1 limit 1"))).one()
    await tx.session.execute(text("update kernel_audit set facts = '{}' where id = :id"), {"id": victim})
    tx.session.expire_all()
    _, faults = await audit.verify(tx.session)
    assert [fault.row for fault in faults] == [victim]

"""The job queue's own schema, and the extensions that ours needs.

Procrastinate's shipped migrations are run by version, so that a later release of it adds to this and changes nothing.
"""

from pathlib import Path

import procrastinate
from alembic import op
from sqlalchemy.util import await_only

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

LAST = "03.04.00_50"


def upgrade() -> None:
    op.execute("create extension if not exists btree_gist")
    op.execute("create extension if not exists pg_trgm")
    folder = Path(procrastinate.__file__).parent / "sql" / "migrations"
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    for file in sorted(folder.glob("*.sql")):
        if file.name[: len(LAST)] <= LAST:
            # straight to the driver: a file holds several statements, which a prepared statement cannot
            await_only(driver.execute(file.read_text(encoding="utf-8")))


def downgrade() -> None:
    raise NotImplementedError("the queue's schema is not taken down; restore a backup instead")

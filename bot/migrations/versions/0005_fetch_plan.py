"""Fetching a job stays quick when thousands wait.

The queue's tables are empty most of the time, and are analysed so. Planned for an empty table, the engine's fetch
looks at every waiting job before it takes one: 0.7 s each at 8,000 waiting. Without a sort the planner walks the index
in order and stops at the first; the second index finds what stands before a job in its lock.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter function procrastinate_fetch_job_v2(character varying[], bigint) set enable_sort = off")
    op.execute("create index bot_jobs_by_lock on procrastinate_jobs (lock, id) where status in ('todo', 'doing')")


def downgrade() -> None:
    op.execute("drop index bot_jobs_by_lock")
    op.execute("alter function procrastinate_fetch_job_v2(character varying[], bigint) reset enable_sort")

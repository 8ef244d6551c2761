"""The queue stays quick when thousands wait (docs/adr/0007).

Its tables are empty most of the time, and statements are planned so: a fetch then looks at every waiting job, and a
foreign-key check reads a whole table. Inside the engine's functions the planner is kept to the indexes. Workers are
woken once by each statement that defers jobs, not twice by each job, and that a job was deferred is not also an event:
nobody reads it.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FETCH = "procrastinate_fetch_job_v2(character varying[], bigint)"
INDEXED = (
    FETCH,
    "procrastinate_defer_jobs_v1(procrastinate_job_to_defer_v1[])",
    "procrastinate_finish_job_v1(bigint, procrastinate_job_status, boolean)",
    "procrastinate_retry_job_v2(bigint, timestamp with time zone, integer, character varying, character varying)",
)
FOR_EACH_JOB = ("procrastinate_jobs_notify_queue_job_inserted_v1", "procrastinate_trigger_status_events_insert_v1")


def upgrade() -> None:
    for function in INDEXED:
        op.execute(f"alter function {function} set enable_seqscan = off")
    op.execute(f"alter function {FETCH} set enable_sort = off")
    op.execute("create index bot_jobs_by_lock on procrastinate_jobs (lock, id) where status in ('todo', 'doing')")
    # planned for its queue, a fetch for `send` or `bulk` does not walk through all that waits for `chat`
    op.execute(f"alter function {FETCH} set plan_cache_mode = force_custom_plan")
    op.execute(
        "create index bot_jobs_beside_chat on procrastinate_jobs (priority desc, id) "
        "where status = 'todo' and queue_name <> 'chat'"
    )
    for trigger in FOR_EACH_JOB:
        op.execute(f"alter table procrastinate_jobs disable trigger {trigger}")
    op.execute(
        """create function bot_wake_workers() returns trigger language plpgsql as $$ begin
             perform pg_notify('procrastinate_queue_v1#' || queue_name,
                               json_build_object('type', 'job_inserted', 'job_id', max(id))::text)
             from added group by queue_name;
             return null;
           end $$"""
    )
    op.execute(
        """create trigger bot_wake_workers after insert on procrastinate_jobs
           referencing new table as added for each statement execute function bot_wake_workers()"""
    )


def downgrade() -> None:
    op.execute("drop trigger bot_wake_workers on procrastinate_jobs")
    op.execute("drop function bot_wake_workers()")
    for trigger in FOR_EACH_JOB:
        op.execute(f"alter table procrastinate_jobs enable trigger {trigger}")
    op.execute("drop index bot_jobs_beside_chat")
    op.execute("drop index bot_jobs_by_lock")
    for function in INDEXED:
        op.execute(f"alter function {function} reset all")

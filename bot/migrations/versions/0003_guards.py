"""Short codes, which worker belongs to which process, and an audit trail that refuses changes."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create sequence short_code")
    # a worker is recorded with its process in the statement that registers it: no moment in between to die in
    op.execute(
        """create function bot_own_worker() returns trigger language plpgsql as $$
           begin
             if current_setting('application_name') like 'hrbot:%' then
               insert into bot_worker_process (worker_id, lock_key)
               values (new.id, substring(current_setting('application_name') from 7)::bigint);
             end if;
             return new;
           end $$"""
    )
    op.execute(
        "create trigger bot_own_worker after insert on procrastinate_workers for each row execute function bot_own_worker()"
    )
    # only the sealer may touch a row, once, and only its place in the chain
    op.execute(
        """create function kernel_audit_refuse() returns trigger language plpgsql as $$
           begin
             if tg_op = 'UPDATE' and old.position is null and new.position is not null
                and (new.id, new.at, new.principal, new.action, new.subject, new.facts)
                  = (old.id, old.at, old.principal, old.action, old.subject, old.facts) then
               return new;
             end if;
             raise exception 'the audit trail is never changed';
           end $$"""
    )
    op.execute(
        """create trigger kernel_audit_refuse before update or delete on kernel_audit
           for each row execute function kernel_audit_refuse()"""
    )
    op.execute(
        """create trigger kernel_audit_keep before truncate on kernel_audit
           for each statement execute function kernel_audit_refuse()"""
    )


def downgrade() -> None:
    op.execute("drop trigger kernel_audit_keep on kernel_audit")
    op.execute("drop trigger kernel_audit_refuse on kernel_audit")
    op.execute("drop function kernel_audit_refuse()")
    op.execute("drop trigger bot_own_worker on procrastinate_workers")
    op.execute("drop function bot_own_worker()")
    op.execute("drop sequence short_code")

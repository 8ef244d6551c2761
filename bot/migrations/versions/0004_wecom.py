"""WeCom: what lies on phones and how to change it, shared limits; user ids of up to 64 characters."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


WIDENED = {
    "bot_card": "person",
    "bot_dialogue": "person",
    "bot_file": "person",
    "bot_inbox": "person",
    "bot_last_seen": "person",
    "bot_outbox": "recipient",
    "bot_trace": "person",
    "console_mailbox": "person",
    "console_message": "person",
}
"""Table and column of a user id."""


def upgrade() -> None:
    add_tables()
    op.add_column("bot_outbox", sa.Column("answers", sa.String(length=8), nullable=True))
    widen(60, 64)


def downgrade() -> None:
    widen(64, 60)
    op.drop_column("bot_outbox", "answers")
    for table in ("wecom_quota", "wecom_pause", "wecom_member", "wecom_copy", "wecom_code"):
        op.drop_table(table)  # its indexes with it


def widen(before: int, after: int) -> None:
    for table, column in WIDENED.items():
        op.alter_column(table, column, existing_type=sa.String(before), type_=sa.String(after), existing_nullable=False)


def add_tables() -> None:
    op.create_table(
        "wecom_code",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("task", sa.String(length=128), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wecom_code")),
    )
    op.create_index(op.f("ix_wecom_code_task"), "wecom_code", ["task"], unique=False)
    op.create_table(
        "wecom_copy",
        sa.Column("task", sa.String(length=128), nullable=False),
        sa.Column("card_id", sa.String(length=40), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("task", name=op.f("pk_wecom_copy")),
    )
    op.create_index(op.f("ix_wecom_copy_card_id"), "wecom_copy", ["card_id"], unique=False)
    op.create_table(
        "wecom_member",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("sent", postgresql.ARRAY(sa.DateTime(timezone=True)), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_wecom_member")),
    )
    op.create_table(
        "wecom_pause",
        sa.Column("api", sa.String(length=60), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("api", name=op.f("pk_wecom_pause")),
    )
    op.create_table(
        "wecom_quota",
        sa.Column("api", sa.String(length=60), nullable=False),
        sa.Column("minute", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("api", "minute", name=op.f("pk_wecom_quota")),
    )

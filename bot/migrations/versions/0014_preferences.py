"""Where people want their notices, what cards ask for, and one conversation of a person on all platforms."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

OLDER = """
delete from bot_dialogue older using bot_dialogue newer
where older.person = newer.person and older.conversation = newer.conversation
  and (older.expires_at, older.platform) < (newer.expires_at, newer.platform)
"""
"""Of several conversations of one person the one that waits longest is the newest: all wait for the same time."""


def upgrade() -> None:
    op.create_table(
        "people_notice_wish",
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people_person.id"], name=op.f("fk_people_notice_wish_person")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_people_notice_wish")),
    )
    op.add_column("bot_last_seen", sa.Column("at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("bot_card", sa.Column("inputs", sa.LargeBinary(), nullable=True))
    op.create_index("ix_bot_card_latest", "bot_card", ["person", "conversation", "updated_at"], unique=False)
    op.execute(OLDER)
    op.drop_constraint("pk_bot_dialogue", "bot_dialogue", type_="primary")
    op.drop_column("bot_dialogue", "platform")
    op.create_primary_key(op.f("pk_bot_dialogue"), "bot_dialogue", ["person", "conversation"])


def downgrade() -> None:
    op.drop_constraint("pk_bot_dialogue", "bot_dialogue", type_="primary")
    op.add_column("bot_dialogue", sa.Column("platform", sa.String(length=20), nullable=True))
    op.execute(
        "update bot_dialogue set platform = coalesce("
        "(select platform from bot_last_seen where bot_last_seen.person = bot_dialogue.person), 'console')"
    )
    op.alter_column("bot_dialogue", "platform", nullable=False)
    op.create_primary_key(op.f("pk_bot_dialogue"), "bot_dialogue", ["platform", "person", "conversation"])
    op.drop_index("ix_bot_card_latest", table_name="bot_card")
    op.drop_column("bot_card", "inputs")
    op.drop_column("bot_last_seen", "at")
    op.drop_table("people_notice_wish")

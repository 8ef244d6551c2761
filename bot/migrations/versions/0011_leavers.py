"""Leave asked for in somebody's place, and one-time links for those who left."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

DRAFT = sa.text("state = 'draft'")
LIVE = sa.text("token is not null and ended_at is null")


def upgrade() -> None:
    op.add_column("leave_request", sa.Column("filled_by", sa.String(length=40), nullable=True))
    op.create_index(op.f("ix_leave_request_filled_by"), "leave_request", ["filled_by"], unique=False)
    op.drop_index("uq_leave_request_draft", table_name="leave_request", postgresql_where=DRAFT)
    op.create_index(
        "uq_leave_request_draft",
        "leave_request",
        [sa.literal_column("coalesce(filled_by, person)")],
        unique=True,
        postgresql_where=DRAFT,
    )
    _links()


def _links() -> None:
    op.create_table(
        "people_leaver_link",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token", sa.LargeBinary(length=32), nullable=True),
        sa.Column("code", sa.LargeBinary(length=16), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("browser", sa.LargeBinary(length=32), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("passed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_why", sa.String(length=12), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["people_person.id"], name=op.f("fk_people_leaver_link_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_leaver_link")),
        sa.UniqueConstraint("token", name=op.f("uq_people_leaver_link_token")),
    )
    op.create_index(op.f("ix_people_leaver_link_person"), "people_leaver_link", ["person"], unique=False)
    op.create_index("uq_people_leaver_link_live", "people_leaver_link", ["person"], unique=True, postgresql_where=LIVE)


def downgrade() -> None:
    op.drop_index("uq_people_leaver_link_live", table_name="people_leaver_link", postgresql_where=LIVE)
    op.drop_index(op.f("ix_people_leaver_link_person"), table_name="people_leaver_link")
    op.drop_table("people_leaver_link")
    op.drop_index("uq_leave_request_draft", table_name="leave_request", postgresql_where=DRAFT)
    op.create_index("uq_leave_request_draft", "leave_request", ["person"], unique=True, postgresql_where=DRAFT)
    op.drop_index(op.f("ix_leave_request_filled_by"), table_name="leave_request")
    op.drop_column("leave_request", "filled_by")

"""How people are told that something waits."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channel",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=True),
        sa.Column("mailbox", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("people_only", sa.Boolean(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.CheckConstraint("(member IS NULL) <> (mailbox IS NULL)", name=op.f("ck_channel_one_of_two")),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name=op.f("fk_channel_member"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["mailbox"], ["asked.mailbox"], name=op.f("fk_channel_mailbox"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel")),
        sa.UniqueConstraint("member", name=op.f("uq_channel_member")),
        sa.UniqueConstraint("mailbox", name=op.f("uq_channel_mailbox")),
        info={"owner": "notifications"},
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_channel_next_at"), "channel", ["next_at"])

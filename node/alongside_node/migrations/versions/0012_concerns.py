"""Raising a concern: what was shown, who can open it, what is said about it with either side."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "concern",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("talk_key", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("may_talk", sa.Boolean(), nullable=False),
        sa.Column("last_day", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern")),
        info={"owner": "safety"},
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_concern_last_day"), "concern", ["last_day"], unique=False)
    op.create_table(
        "concern_share",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("concern", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["concern"], ["concern.id"], name=op.f("fk_concern_share_concern"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_share")),
        info={"owner": "safety"},
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_concern_share_concern"), "concern_share", ["concern"], unique=False)
    op.create_table(
        "concern_word",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("concern", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("aside", sa.Boolean(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["concern"], ["concern.id"], name=op.f("fk_concern_word_concern"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_word")),
        info={"owner": "safety"},
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_concern_word_concern"), "concern_word", ["concern"], unique=False)
    op.create_table(
        "concern_talk",
        sa.Column("concern", sa.Text(), nullable=False),
        sa.Column("listing", sa.Text(), nullable=False),
        sa.Column("listing_key", sa.Text(), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("shown_until", sa.Integer(), nullable=True),
        sa.Column("shown_by", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["concern"], ["concern.id"], name=op.f("fk_concern_talk_concern"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("concern", name=op.f("pk_concern_talk")),
        info={"owner": "safety"},
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_concern_talk_listing"), "concern_talk", ["listing"], unique=False)

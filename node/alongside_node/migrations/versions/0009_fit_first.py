"""Asking before saying who one is: what was asked, what is answered, and what those who offer said for it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fit_said",
        sa.Column("listing", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("last_day", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["listing"], ["listing.id"], name=op.f("fk_fit_said_listing"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("listing", name=op.f("pk_fit_said")),
        info={"owner": "listings"},
    )
    op.create_table(
        "fit_asked",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_fit_asked")),
        sa.UniqueConstraint("mailbox", name=op.f("uq_fit_asked_mailbox")),
        info={"owner": "referrals"},
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_fit_asked_peer"), "fit_asked", ["peer"], unique=False)
    op.create_table(
        "fit_told",
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("listings", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("peer", "ref", name=op.f("pk_fit_told")),
        info={"owner": "referrals"},
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_fit_told_ends"), "fit_told", ["ends"], unique=False)

"""Answering in one's own time, beside others, and not to everybody: put off, asked for company, one more reader; blocks."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incoming", sa.Column("later_day", sa.Integer(), nullable=True))
    op.add_column("incoming", sa.Column("company_day", sa.Integer(), nullable=True))
    op.create_table(
        "beside",
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("public", name=op.f("pk_beside")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "joining",
        sa.Column("listing", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["listing"], ["listing.id"], name=op.f("fk_joining_listing"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("listing", name=op.f("pk_joining")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "block",
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_block")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_beside_peer_ref"), "beside", ["peer", "ref"])

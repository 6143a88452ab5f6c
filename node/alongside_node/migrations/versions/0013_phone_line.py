"""The phone line: its keys, and who has a share of them."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "relay_key",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("last_day", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relay_key")),
        info={"owner": "members"},
        sqlite_with_rowid=False,
    )
    op.create_table(
        "relay_share",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["key"], ["relay_key.id"], name=op.f("fk_relay_share_key"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name=op.f("fk_relay_share_member"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", "member", name=op.f("pk_relay_share")),
        info={"owner": "members"},
        sqlite_with_rowid=False,
    )

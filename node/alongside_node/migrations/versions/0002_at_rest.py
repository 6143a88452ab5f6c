"""Rows about people lie in no order in which they came (SQLite), no row counts or dates more than it must; recovery by a printed code."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Those that refer to others first: dropping a table deletes its rows, and with them whatever refers to them.
UNORDERED = (
    "listing_key_share",
    "listing_key",
    "listing_holder",
    "grant",
    "session",
    "invitation",
    "member",
    "received",
    "outbox",
)

DAY = 86_400
LESS = (
    "UPDATE member SET last_day = (last_day + 27) / 28 * 28 WHERE last_day IS NOT NULL",
    f"UPDATE received SET exp = (exp / {DAY} + 1) * {DAY} WHERE body IS NULL",  # noqa: S608 - a number
    f"UPDATE erasure SET asked = asked - asked % {DAY}",  # noqa: S608 - a number
    "ALTER TABLE member DROP COLUMN box_rev",  # it counted what somebody asked
)


def upgrade() -> None:
    for statement in LESS:
        op.execute(sa.text(statement))
    if op.get_bind().dialect.name == "sqlite":
        _without_order()
    op.create_table(
        "recovery",
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name=op.f("fk_recovery_member"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("member", name=op.f("pk_recovery")),
        sa.UniqueConstraint("lookup", name=op.f("uq_recovery_lookup")),
        info={"owner": "members"},
        sqlite_with_rowid=False,
    )


def _without_order() -> None:
    """Make each table anew as it was made, without rowid. What it held waits in memory (`temp_store`) meanwhile."""
    made = {name: _made(name) for name in UNORDERED}
    for name in UNORDERED:
        op.execute(sa.text(f'CREATE TEMP TABLE "kept_{name}" AS SELECT * FROM "{name}"'))  # noqa: S608 - a constant
        op.execute(sa.text(f'DROP TABLE "{name}"'))
    for name in reversed(UNORDERED):
        table, *indexes = made[name]
        for statement in (f"{table} WITHOUT ROWID", *indexes):
            op.execute(sa.text(statement))
        op.execute(sa.text(f'INSERT INTO "{name}" SELECT * FROM temp."kept_{name}"'))  # noqa: S608 - a constant
        op.execute(sa.text(f'DROP TABLE temp."kept_{name}"'))


def _made(name: str) -> list[str]:
    """The statements that made a table and its indexes."""
    asked = sa.text("SELECT sql FROM sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL ORDER BY type = 'index'")
    return list(op.get_bind().execute(asked, {"name": name}).scalars())

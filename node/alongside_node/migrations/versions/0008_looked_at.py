"""Listings that nobody looks at stop taking requests: after how many days, and on which day unless somebody looks."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("listing", sa.Column("stops_after", sa.Integer(), nullable=True))
    op.add_column("listing", sa.Column("open_until", sa.Integer(), nullable=True))

"""What should happen with a request if nobody has answered by a day that the person sets."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("asked", sa.Column("answer_by", sa.Integer(), nullable=True))
    op.add_column("asked", sa.Column("if_silent", sa.Text(), nullable=True))

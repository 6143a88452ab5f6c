"""The first schema, and the full-text index in each database's own form."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INDEX = {
    "postgresql": (
        "CREATE TABLE entry_words (position BIGINT PRIMARY KEY, words TSVECTOR NOT NULL, codes TSVECTOR NOT NULL)",
        "CREATE INDEX ix_entry_words_words ON entry_words USING GIN (words) WITH (fastupdate = off)",
        "CREATE INDEX ix_entry_words_codes ON entry_words USING GIN (codes) WITH (fastupdate = off)",
    ),
    "sqlite": (
        (
            "CREATE VIRTUAL TABLE entry_words USING fts5(words, codes, content='', detail=column, "
            "columnsize=0, tokenize='unicode61 remove_diacritics 2')"
        ),
    ),
}


def upgrade() -> None:
    op.create_table(
        "asked",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("final_day", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_asked")),
        sa.UniqueConstraint("mailbox", name=op.f("uq_asked_mailbox")),
        info={"owner": "referrals"},
        sqlite_with_rowid=False,
    )
    op.create_table(
        "community",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("words_salt", sa.LargeBinary(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community")),
        sa.CheckConstraint("id = 1", name=op.f("ck_community_one_row")),
        info={"owner": "identity"},
    )
    op.create_table(
        "early",
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("kept_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("peer", "ref", "n", name=op.f("pk_early")),
        info={"owner": "referrals"},
        sqlite_with_rowid=False,
    )
    op.create_table(
        "entry",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.Column("last_day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_entry")),
        sa.UniqueConstraint("generation", "id", name=op.f("uq_entry_generation_id")),
        info={"owner": "directory"},
    )
    op.create_table(
        "erasure",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_erasure")),
        info={"owner": "referrals"},
        sqlite_with_rowid=False,
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("second", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        info={"owner": "peers"},
    )
    op.create_table(
        "generation",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_generation")),
        info={"owner": "directory"},
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_generation_peer"), "generation", ["peer"], unique=False)
    op.create_table(
        "incoming",
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("listing", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("handle", sa.LargeBinary(), nullable=True),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("came", sa.Integer(), nullable=False),
        sa.Column("final_day", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("peer", "ref", name=op.f("pk_incoming")),
        info={"owner": "referrals"},
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_incoming_listing"), "incoming", ["listing"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("last_day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_invitation")),
        info={"owner": "members"},
    )
    op.create_table(
        "letter",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        info={"owner": "referrals"},
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_letter_place"), "letter", ["place"], unique=False)
    op.create_table(
        "listing",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("waiting_for", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing")),
        info={"owner": "listings"},
    )
    op.create_index(op.f("ix_listing_source_source_key"), "listing", ["source", "source_key"], unique=False)
    op.create_table(
        "member",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=True),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("box_rev", sa.Integer(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("joined", sa.Text(), nullable=False),
        sa.Column("last_day", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.CheckConstraint("role IN ('guest', 'member', 'steward')", name=op.f("ck_member_role")),
        sa.UniqueConstraint("lookup", name=op.f("uq_member_lookup")),
        info={"owner": "members"},
    )
    op.create_table(
        "node_document",
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_node_document")),
        info={"owner": "identity"},
    )
    op.create_table(
        "node_key",
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("doc", sa.Integer(), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=True),
        sa.Column("exp", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("public", name=op.f("pk_node_key")),
        sa.CheckConstraint("purpose IN ('sign', 'seal')", name=op.f("ck_node_key_purpose")),
        info={"owner": "identity"},
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("invitation", sa.Text(), nullable=True),
        sa.Column("not_after", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("order", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        info={"owner": "delivery"},
    )
    op.create_index(op.f("ix_outbox_peer_next_at"), "outbox", ["peer", "next_at"], unique=False)
    op.create_index(op.f("ix_outbox_ref"), "outbox", ["ref"], unique=False)
    op.create_table(
        "own_change",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("line", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_change")),
        info={"owner": "directory"},
    )
    op.create_table(
        "own_head",
        sa.Column("doc", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("iat", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("doc", "seq", name=op.f("pk_own_head")),
        info={"owner": "directory"},
    )
    op.create_table(
        "own_record",
        sa.Column("id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("line", sa.LargeBinary(), nullable=True),
        sa.Column("removed", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_record")),
        info={"owner": "directory"},
    )
    op.create_index(op.f("ix_own_record_removed"), "own_record", ["removed"], unique=False)
    op.create_index(op.f("ix_own_record_seq_id"), "own_record", ["seq", "id"], unique=False)
    op.create_table(
        "peer",
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ours", sa.Text(), nullable=False),
        sa.Column("theirs", sa.Text(), nullable=False),
        sa.Column("listings_from", sa.BigInteger(), nullable=False),
        sa.Column("review_day", sa.Integer(), nullable=True),
        sa.Column("max_records", sa.Integer(), nullable=False),
        sa.Column("max_bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("node", name=op.f("pk_peer")),
        info={"owner": "peers"},
    )
    op.create_table(
        "peer_health",
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("peer", name=op.f("pk_peer_health")),
        info={"owner": "delivery"},
    )
    op.create_table(
        "peer_invitation",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("last_day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_peer_invitation")),
        info={"owner": "peers"},
    )
    op.create_table(
        "received",
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("exp", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sender", "id", name=op.f("pk_received")),
        info={"owner": "delivery"},
    )
    op.create_index(op.f("ix_received_exp"), "received", ["exp"], unique=False)
    op.create_index(
        "ix_received_waiting",
        "received",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("body IS NOT NULL"),
        postgresql_where=sa.text("body IS NOT NULL"),
    )
    op.create_table(
        "replica",
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("head", sa.Text(), nullable=True),
        sa.Column("doc", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("exp", sa.BigInteger(), nullable=False),
        sa.Column("checked", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("peer", name=op.f("pk_replica")),
        info={"owner": "directory"},
    )
    op.create_table(
        "set_aside",
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("generation", "id", name=op.f("pk_set_aside")),
        info={"owner": "directory"},
    )
    op.create_table(
        "grant",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("last_day", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name=op.f("fk_grant_member"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_grant")),
        info={"owner": "members"},
    )
    op.create_table(
        "listing_holder",
        sa.Column("listing", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing"], ["listing.id"], name=op.f("fk_listing_holder_listing"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name=op.f("fk_listing_holder_member"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("listing", "member", name=op.f("pk_listing_holder")),
        info={"owner": "listings"},
    )
    op.create_index(op.f("ix_listing_holder_member"), "listing_holder", ["member"], unique=False)
    op.create_table(
        "listing_key",
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("listing", sa.Text(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("last_day", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["listing"], ["listing.id"], name=op.f("fk_listing_key_listing"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("public", name=op.f("pk_listing_key")),
        info={"owner": "listings"},
    )
    op.create_index(op.f("ix_listing_key_listing"), "listing_key", ["listing"], unique=False)
    op.create_table(
        "session",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name=op.f("fk_session_member"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_session")),
        info={"owner": "members"},
    )
    op.create_table(
        "listing_key_share",
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_listing_key_share_member"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["public"], ["listing_key.public"], name=op.f("fk_listing_key_share_public"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("public", "member", name=op.f("pk_listing_key_share")),
        info={"owner": "listings"},
    )
    for statement in INDEX[op.get_bind().dialect.name]:
        op.execute(sa.text(statement))

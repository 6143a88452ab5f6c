"""Every table of a node, with the slice that alone writes it (`info["owner"]`); the migrations must arrive exactly here.

What is never here (safety.md, "At rest"): an address on the network, a query, a time of day of anything a person did, a
column that joins a person to a listing they asked. Who asked is known only inside `member.box`, sealed to that member.
Days are days since 1970; instants are Unix seconds and stand only where a machine has to act on them.
In SQLite rows about people and requests have no rowid: they lie in the order of random keys, not in that in which they came.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

IN_BYTE_ORDER = Text().with_variant(Text(collation="C"), "postgresql")
"""An id whose order is that of its bytes, whatever language a database sorts by: readers refuse a feed in any other."""

FULL_TEXT = "entry_words"
"""The full-text index, made by hand in each database's own form (`directory.index`)."""

# identity: who this node is.

node_document = Table(
    "node_document",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False, comment="the JWS as published"),
    info={"owner": "identity"},
)

node_key = Table(
    "node_key",
    metadata,
    Column("public", Text, primary_key=True),
    Column("purpose", Text, CheckConstraint("purpose IN ('sign', 'seal')", name="purpose"), nullable=False),
    Column("doc", Integer, nullable=False),
    Column("private", LargeBinary, comment="NULL once destroyed"),
    Column("exp", BigInteger, comment="seal keys: nobody seals to it after this instant"),
    info={"owner": "identity"},
)

community = Table(
    "community",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="one_row"), primary_key=True, autoincrement=False),
    Column("profile", Text, nullable=False, comment="the members of the profile record, as JSON"),
    Column("record_id", Text, nullable=False),
    Column("rev", Integer, nullable=False),
    Column("words_salt", LargeBinary, nullable=False, comment="Argon2id salt of every passphrase here"),
    Column("secret", LargeBinary, nullable=False, comment="what handles, marks and displaced points are made with"),
    info={"owner": "identity"},
)

# delivery: getting messages to peers for certain.

outbox = Table(
    "outbox",
    metadata,
    Column("id", Text, primary_key=True, comment="the message id"),
    Column("peer", Text, nullable=False, comment="node id of the recipient; this node's own for a request within it"),
    Column("type", Text, nullable=False),
    Column("ref", Text),
    Column("body", LargeBinary, nullable=False, comment="the envelope's exact bytes, signed afresh at each attempt"),
    Column("invitation", Text, comment="peer.request only: what the invitation header is made from"),
    Column("not_after", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_at", BigInteger, nullable=False),
    Column("order", BigInteger, nullable=False, comment="per peer, rising: messages of one ref leave in order"),
    Index(None, "peer", "next_at"),
    Index(None, "ref"),
    sqlite_with_rowid=False,
    info={"owner": "delivery"},
)

received = Table(
    "received",
    metadata,
    Column("sender", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False, comment="SHA-256 of the body: same id with other bytes is refused"),
    Column("exp", BigInteger, nullable=False, comment="of the message, rounded up to a day once it was acted on"),
    Column("body", LargeBinary, comment="until a worker has acted on it; then NULL"),
    Column("next_at", BigInteger, nullable=False, default=0),
    Index(None, "exp"),
    Index(
        "ix_received_waiting",
        "next_at",
        sqlite_where=Column("body").isnot(None),
        postgresql_where=Column("body").isnot(None),
    ),
    sqlite_with_rowid=False,
    info={"owner": "delivery"},
)

peer_health = Table(
    "peer_health",
    metadata,
    Column("peer", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False),
    Column("code", Text, comment="why the last attempt failed"),
    info={"owner": "delivery"},
)

# members: people, invitations, sessions, their keys.

member = Table(
    "member",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, comment="how stewards see them; never leaves the node; empty for a guest"),
    Column("role", Text, CheckConstraint("role IN ('guest', 'member', 'steward')", name="role"), nullable=False),
    Column("lookup", LargeBinary, nullable=False, unique=True, comment="SHA-256 of what the words derive"),
    Column("public", Text, nullable=False, comment="X25519: what is sealed to this person is sealed to it"),
    Column("private", LargeBinary, comment="wrapped under the words; NULL when a client holds it"),
    Column("box", LargeBinary, nullable=False, comment="what they asked, sealed to them and padded"),
    Column("lang", Text, nullable=False),
    Column("joined", Text, nullable=False, comment="the quarter, as 2026-Q4"),
    Column("last_day", Integer, comment="guests only: the row goes after it; rounded up to four weeks"),
    sqlite_with_rowid=False,
    info={"owner": "members"},
)

session = Table(
    "session",
    metadata,
    Column("token", LargeBinary, primary_key=True, comment="SHA-256 of the cookie"),
    Column("member", ForeignKey("member.id", ondelete="CASCADE"), nullable=False),
    Column("key", LargeBinary, nullable=False, comment="the private key, wrapped under the cookie"),
    Column("ends", BigInteger, nullable=False, comment="20 idle minutes ahead; the row is deleted then"),
    sqlite_with_rowid=False,
    info={"owner": "members"},
)

recovery = Table(
    "recovery",
    metadata,
    Column("member", ForeignKey("member.id", ondelete="CASCADE"), primary_key=True),
    Column("lookup", LargeBinary, nullable=False, unique=True, comment="SHA-256 of what the printed code derives"),
    Column("private", LargeBinary, nullable=False, comment="the private key, wrapped under the printed code"),
    sqlite_with_rowid=False,
    info={"owner": "members"},
)

invitation = Table(
    "invitation",
    metadata,
    Column("code", LargeBinary, primary_key=True, comment="SHA-256 of the code"),
    Column("role", Text, nullable=False),
    Column("last_day", Integer, nullable=False),
    sqlite_with_rowid=False,
    info={"owner": "members"},
)

grant = Table(
    "grant",
    metadata,
    Column("token", LargeBinary, primary_key=True, comment="SHA-256 of the bearer token"),
    Column("member", ForeignKey("member.id", ondelete="CASCADE"), nullable=False),
    Column("label", Text, nullable=False, comment="which client, in the person's words"),
    Column("last_day", Integer, nullable=False),
    sqlite_with_rowid=False,
    info={"owner": "members"},
)

relay_key = Table(
    "relay_key",
    metadata,
    Column("id", Text, primary_key=True, comment="random"),
    Column("current", Boolean, nullable=False, comment="what is asked now is opened with it"),
    Column("last_day", Integer, comment="set when replaced: nothing asked with it is there any more"),
    sqlite_with_rowid=False,
    info={"owner": "members"},
)

relay_share = Table(
    "relay_share",
    metadata,
    Column("key", ForeignKey("relay_key.id", ondelete="CASCADE"), primary_key=True),
    Column("member", ForeignKey("member.id", ondelete="CASCADE"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False, comment="the phone line's key, sealed to this volunteer"),
    sqlite_with_rowid=False,
    info={"owner": "members"},
)

# notifications: telling people that something waits. A row names a member, or the mailbox of one request; nothing joins the two.

channel = Table(
    "channel",
    metadata,
    Column("id", Text, primary_key=True, comment="random"),
    Column("member", ForeignKey("member.id", ondelete="CASCADE"), unique=True),
    Column("mailbox", ForeignKey("asked.mailbox", ondelete="CASCADE"), unique=True, comment="gone with its request"),
    Column("kind", Text, nullable=False, comment="email, command"),
    Column("sealed", LargeBinary, nullable=False, comment="where to, language, hours: under a key that is not in here"),
    Column("people_only", Boolean, nullable=False, comment="of a guest: what only a machine did is not told"),
    Column("stage", Text, nullable=False),
    Column("next_at", BigInteger, comment="when a message is due; NULL: none is"),
    Column("attempts", Integer, nullable=False),
    CheckConstraint("(member IS NULL) <> (mailbox IS NULL)", name="one_of_two"),
    Index(None, "next_at"),
    info={"owner": "notifications"},
    sqlite_with_rowid=False,
)

# safety: who is not let through to whom (no row names either), and concerns.

block = Table(
    "block",
    metadata,
    Column("mark", LargeBinary, primary_key=True, comment="HMAC under a node secret of who blocked, and of a handle"),
    Column("note", LargeBinary, nullable=False, comment="an alias and a day, sealed to who blocked"),
    sqlite_with_rowid=False,
    info={"owner": "safety"},
)

# Concerns. No row names who raised one or who may read it; what one is about stands in the open only once the other side was asked.

concern = Table(
    "concern",
    metadata,
    Column("id", Text, primary_key=True, comment="random; named in the box of who raised it, and nowhere else"),
    Column("key", Text, nullable=False, comment="X25519: what its reader and who raised it say is sealed to it"),
    Column("talk_key", Text, nullable=False, comment="X25519: what is said with the other side is sealed to it"),
    Column("sealed", LargeBinary, nullable=False, comment="all that was shown, sealed to `key`"),
    Column("standing", Text, nullable=False, comment="member, guest_who_asked, guest: to count how many there are"),
    Column("state", Text, nullable=False),
    Column("may_talk", Boolean, nullable=False, comment="the other side may be asked"),
    Column("last_day", Integer, nullable=False),
    Column("ends", Integer, nullable=False, comment="nothing is left after this day"),
    Index(None, "last_day"),
    sqlite_with_rowid=False,
    info={"owner": "safety"},
)

concern_share = Table(
    "concern_share",
    metadata,
    Column("id", Text, primary_key=True, comment="random"),
    Column("concern", ForeignKey("concern.id", ondelete="CASCADE"), nullable=False),
    Column("sealed", LargeBinary, nullable=False, comment="what opens it, sealed to one who may read; or to nobody"),
    Index(None, "concern"),
    sqlite_with_rowid=False,
    info={"owner": "safety"},
)

concern_word = Table(
    "concern_word",
    metadata,
    Column("id", Text, primary_key=True, comment="random"),
    Column("concern", ForeignKey("concern.id", ondelete="CASCADE"), nullable=False),
    Column("n", Integer, nullable=False),
    Column("aside", Boolean, nullable=False, comment="said with the other side"),
    Column("day", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index(None, "concern"),
    sqlite_with_rowid=False,
    info={"owner": "safety"},
)

concern_talk = Table(
    "concern_talk",
    metadata,
    Column("concern", ForeignKey("concern.id", ondelete="CASCADE"), primary_key=True),
    Column("listing", Text, nullable=False),
    Column("listing_key", Text, nullable=False, comment="the listing's key that `private` is sealed to"),
    Column("private", LargeBinary, nullable=False, comment="what opens the talk, for those who keep the listing"),
    Column("shown_until", Integer, comment="until this day everybody sees that it is being talked about"),
    Column("shown_by", LargeBinary, comment="HMAC under a node secret of who decided it first"),
    Index(None, "listing"),
    sqlite_with_rowid=False,
    info={"owner": "safety"},
)

# peers: other nodes, and our agreements with them.

peer = Table(
    "peer",
    metadata,
    Column("node", Text, primary_key=True),
    Column("origin", Text, nullable=False),
    Column("chain", Text, nullable=False, comment="JSON list of JWS texts"),
    Column("name", Text, nullable=False),
    Column("profile", Text, nullable=False, comment="their agreements as we last read them, JSON"),
    Column("state", Text, nullable=False, comment="asked, asking, agreed, frozen, ended"),
    Column("ours", Text, nullable=False, comment="the step we take: none, listings, requests"),
    Column("theirs", Text, nullable=False),
    Column("listings_from", BigInteger, nullable=False, comment="authors were told; nothing is served before"),
    Column("review_day", Integer),
    Column("max_records", Integer, nullable=False),
    Column("max_bytes", BigInteger, nullable=False),
    info={"owner": "peers"},
)

peer_invitation = Table(
    "peer_invitation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("token", LargeBinary, nullable=False),
    Column("note", Text, nullable=False),
    Column("last_day", Integer, nullable=False),
    info={"owner": "peers"},
)

evidence = Table(
    "evidence",
    metadata,
    Column("id", Text, primary_key=True),
    Column("peer", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("first", Text, nullable=False, comment="the head or document we had"),
    Column("second", Text, nullable=False, comment="the one that contradicts it"),
    Column("day", Integer, nullable=False),
    info={"owner": "peers"},
)

# listings: what this community offers and needs.

listing = Table(
    "listing",
    metadata,
    Column("id", Text, primary_key=True),
    Column("state", Text, nullable=False, comment="draft, published, resting, withdrawn"),
    Column("content", Text, nullable=False, comment="the members of the listing, as JSON"),
    Column("rev", Integer, nullable=False, comment="0 until first published"),
    Column("source", Text, nullable=False, comment="empty, which import it came from, or `without-account`"),
    Column("source_key", Text, nullable=False, comment="the id in that import, so that a second import updates"),
    Column("waiting_for", Text, nullable=False, comment="JSON list: what a person still has to answer"),
    Column("stops_after", Integer, comment="days unlooked at after which nobody can ask; 0: never; NULL: the usual"),
    # Of a draft: the last day on which it is kept unless somebody changes it.
    Column("open_until", Integer, comment="the day on which it stops unless somebody looks; NULL where it never does"),
    Index(None, "source", "source_key"),
    info={"owner": "listings"},
)

listing_holder = Table(
    "listing_holder",
    metadata,
    Column("listing", ForeignKey("listing.id", ondelete="CASCADE"), primary_key=True),
    Column("member", ForeignKey("member.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, nullable=False, comment="as they want to be named on this listing"),
    Index(None, "member"),
    sqlite_with_rowid=False,
    info={"owner": "listings"},
)

listing_key = Table(
    "listing_key",
    metadata,
    Column("public", Text, primary_key=True),
    Column("listing", ForeignKey("listing.id", ondelete="CASCADE"), nullable=False),
    Column("current", Boolean, nullable=False),
    Column("last_day", Integer, comment="set when renewed: shares go 30 days later"),
    Index(None, "listing"),
    sqlite_with_rowid=False,
    info={"owner": "listings"},
)

listing_key_share = Table(
    "listing_key_share",
    metadata,
    Column("public", ForeignKey("listing_key.public", ondelete="CASCADE"), primary_key=True),
    Column("member", ForeignKey("member.id", ondelete="CASCADE"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False, comment="the private half, sealed to this member"),
    sqlite_with_rowid=False,
    info={"owner": "listings"},
)

fit_said = Table(
    "fit_said",
    metadata,
    Column("listing", ForeignKey("listing.id", ondelete="CASCADE"), primary_key=True),
    Column("answer", Text, nullable=False, comment="what is answered to who asks before saying who they are"),
    Column("last_day", Integer, nullable=False, comment="believed until then"),
    info={"owner": "listings"},
)

joining = Table(
    "joining",
    metadata,
    Column("listing", ForeignKey("listing.id", ondelete="CASCADE"), primary_key=True),
    Column("key", Text, nullable=False, comment="the listing's key it is sealed to"),
    Column("sealed", LargeBinary, nullable=False, comment="how those accepted join; told in the acceptance only"),
    sqlite_with_rowid=False,
    info={"owner": "listings"},
)

# directory: everyone's listings, verified.

own_record = Table(
    "own_record",
    metadata,
    Column("id", IN_BYTE_ORDER, primary_key=True),
    Column("seq", Integer, nullable=False, comment="of the head that first covers it"),
    Column("digest", LargeBinary, comment="NULL: a tombstone"),
    Column("line", LargeBinary),
    Column("removed", BigInteger, comment="when a head first covered its absence; the tombstone goes 30 days later"),
    Index(None, "seq", "id"),
    Index(None, "removed"),
    info={"owner": "directory"},
)

own_change = Table(
    "own_change",
    metadata,
    Column("id", Text, primary_key=True),
    Column("digest", LargeBinary, comment="NULL: withdrawn"),
    Column("line", LargeBinary),
    comment="what changed since the newest head; what peers are served stays as that head says until the next",
    info={"owner": "directory"},
)

own_head = Table(
    "own_head",
    metadata,
    Column("doc", Integer, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("iat", BigInteger, nullable=False),
    info={"owner": "directory"},
)

generation = Table(
    "generation",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("peer", Text, nullable=False, comment="whose directory; this node's own id for its own"),
    Column("active", Boolean, nullable=False, comment="searched and served; every other one is staging or leaving"),
    Index(None, "peer"),
    sqlite_autoincrement=True,
    info={"owner": "directory"},
)

replica = Table(
    "replica",
    metadata,
    Column("peer", Text, primary_key=True),
    Column("head", Text, comment="the JWS of the newest head that verified whole"),
    Column("doc", BigInteger, nullable=False, default=0),
    Column("seq", BigInteger, nullable=False, default=0),
    Column("exp", BigInteger, nullable=False, default=0),
    Column("checked", BigInteger, nullable=False, default=0, comment="when a sync last ended well"),
    Column("code", Text, comment="why the last sync was refused; NULL when it ended well"),
    info={"owner": "directory"},
)

entry = Table(
    "entry",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False, comment="the place in the fair order"),
    Column("generation", Integer, nullable=False),
    Column("id", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("line", LargeBinary, nullable=False, comment="the record's exact bytes, as received"),
    Column("last_day", Integer, nullable=False, comment="of its `valid_until`: shown nowhere after it"),
    UniqueConstraint("generation", "id"),
    info={"owner": "directory"},
)

set_aside = Table(
    "set_aside",
    metadata,
    Column("generation", Integer, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("code", Text, nullable=False),
    Column("line", LargeBinary, nullable=False),
    info={"owner": "directory"},
)

# referrals: bringing a person and a listing together. Random keys, no rowid order, days only.

asked = Table(
    "asked",
    metadata,
    Column("ref", Text, primary_key=True),
    Column("peer", Text, nullable=False),
    Column("mailbox", Text, nullable=False, unique=True, comment="random; named only inside one member's box"),
    Column("state", Text, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("sent", Integer, nullable=False, comment="the n of our last message"),
    Column("seen", Integer, nullable=False, comment="the highest n of theirs that applied"),
    Column("missing", Text, nullable=False, comment="JSON list of the numbers below it that did not arrive"),
    Column("problem", Text, comment="why the last message could not be delivered, as a code"),
    Column("reason", Text, comment="why their node, not a person, turned it away, as a code"),
    Column("final_day", Integer, comment="content goes 14 days later"),
    Column("answer_by", Integer, comment="the last day on which an answer is awaited, as the person set it"),
    Column("if_silent", Text, comment="what happens then: tell, stop; afterwards what happened: told, stopped"),
    sqlite_with_rowid=False,
    info={"owner": "referrals"},
)

incoming = Table(
    "incoming",
    metadata,
    Column("peer", Text, primary_key=True),
    Column("ref", Text, primary_key=True),
    Column("listing", Text, nullable=False),
    Column("key", Text, nullable=False, comment="the listing's key it was sealed to"),
    Column("alias", Text, nullable=False),
    Column("handle", LargeBinary, comment="HMAC under a node secret; gone with the request"),
    Column("standing", Text, nullable=False),
    Column("consent", Text, nullable=False, comment="purpose, fields, until: JSON"),
    Column("state", Text, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("sent", Integer, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("missing", Text, nullable=False),
    Column("came", Integer, nullable=False, comment="the day"),
    Column("final_day", Integer),
    Column("later_day", Integer, comment="until when its people put off opening it; NULL: they did not"),
    Column("company_day", Integer, comment="when one of its people asked the others to join in"),
    Index(None, "listing"),
    sqlite_with_rowid=False,
    info={"owner": "referrals"},
)

beside = Table(
    "beside",
    metadata,
    Column(
        "public", Text, primary_key=True, comment="of one more person who could answer; their box has the private half"
    ),
    Column("peer", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("name", LargeBinary, nullable=False, comment="as they want to be named, sealed to the listing's key"),
    Index(None, "peer", "ref"),
    sqlite_with_rowid=False,
    info={"owner": "referrals"},
)

letter = Table(
    "letter",
    metadata,
    Column("id", Text, primary_key=True, comment="random"),
    Column("place", Text, nullable=False, comment="a mailbox, or peer:ref of an incoming request"),
    Column("type", Text, nullable=False),
    Column("ours", Boolean, nullable=False, comment="written here, kept for who wrote it"),
    Column("n", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("day", Integer, nullable=False),
    Index(None, "place"),
    sqlite_with_rowid=False,
    info={"owner": "referrals"},
)

early = Table(
    "early",
    metadata,
    Column("peer", Text, primary_key=True),
    Column("ref", Text, primary_key=True),
    Column("n", Integer, primary_key=True, comment="0: erased; nothing that comes late brings it back"),
    Column("body", LargeBinary, nullable=False),
    Column("kept_until", BigInteger, nullable=False),
    sqlite_with_rowid=False,
    info={"owner": "referrals"},
)

erasure = Table(
    "erasure",
    metadata,
    Column("ref", Text, primary_key=True),
    Column("peer", Text, nullable=False),
    Column(
        "asked", BigInteger, nullable=False, comment="the day it began; 72 hours after its end: has not answered yet"
    ),
    Column("receipt", Text, comment="the signed statement; NULL until it came"),
    sqlite_with_rowid=False,
    info={"owner": "referrals"},
)

fit_asked = Table(
    "fit_asked",
    metadata,
    Column("ref", Text, primary_key=True, comment="random, never used again"),
    Column("peer", Text, nullable=False),
    Column("mailbox", Text, nullable=False, unique=True, comment="random; named only inside one member's box"),
    Column("ends", BigInteger, nullable=False, comment="48 hours; then all of it goes"),
    Column("problem", Text, comment="why it could not be delivered, as a code"),
    Index(None, "peer"),
    sqlite_with_rowid=False,
    info={"owner": "referrals"},
)

fit_told = Table(
    "fit_told",
    metadata,
    Column("peer", Text, primary_key=True),
    Column("ref", Text, primary_key=True),
    Column("listings", Text, nullable=False, comment="JSON list of what it was about, for the limits"),
    Column("body", LargeBinary, comment="the sealed answer; NULL once it left"),
    Column("due", BigInteger, nullable=False, comment="a random 5 to 60 minutes after it came"),
    Column("ends", BigInteger, nullable=False, comment="48 hours; then the row goes"),
    Index(None, "ends"),
    sqlite_with_rowid=False,
    info={"owner": "referrals"},
)

turn_round = Table(
    "turn_round",
    metadata,
    Column("id", Text, primary_key=True, comment="random"),
    Column("active", Text, comment="the reference of whoever has it now; NULL between two turns"),
    Column("days", Integer, nullable=False, comment="how long each has"),
    Column("next_at", BigInteger, nullable=False, comment="when the turn ends, or the next leaves"),
    Column("ends", BigInteger, nullable=False, comment="14 days after it was asked; then all of it goes"),
    sqlite_with_rowid=False,
    info={"owner": "referrals"},
)

turn = Table(
    "turn",
    metadata,
    Column("ref", Text, primary_key=True, comment="random; named only inside one member's box"),
    Column("round", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("peer", Text, nullable=False),
    Column("mailbox", Text, nullable=False),
    Column("lies", Text, nullable=False, comment="waits, look, asked, passed"),
    Column("until", BigInteger, nullable=False),
    Column("not_after", BigInteger, nullable=False, comment="it does not leave after this instant"),
    Column("body", LargeBinary, comment="the sealed offer, dated when it leaves; NULL once it left"),
    Column("which", LargeBinary, nullable=False, comment="HMAC of the listing under the node's secret and ref"),
    Column("pin", LargeBinary, nullable=False, comment="HMAC of what the person read"),
    Index(None, "round"),
    sqlite_with_rowid=False,
    info={"owner": "referrals"},
)

"""The tables of identity: our documents, our keys, our community. The only SQL here."""

from dataclasses import dataclass

from sqlalchemy import select, update

from alongside_node import schema
from alongside_node.foundation.database import Reading, Writing

_document = schema.node_document
_key = schema.node_key
_community = schema.community


@dataclass(frozen=True)
class SealKey:
    """One of our seal keys. `exp`: nobody seals to it after this instant; `private` is None once destroyed."""

    public: str
    doc: int
    private: bytes | None
    exp: int


@dataclass(frozen=True)
class Community:
    """Our own row. `profile` is JSON; `words_salt` and `secret` never leave the node."""

    profile: str
    record_id: str
    rev: int
    words_salt: bytes
    secret: bytes


def documents(reading: Reading) -> list[str]:
    """The JWS texts of our chain, oldest first."""
    return [row.text for row in reading.execute(select(_document.c.text).order_by(_document.c.n))]


def add_document(tx: Writing, n: int, text: str) -> None:
    """One more document."""
    tx.execute(_document.insert().values(n=n, text=text))


def signing_key(reading: Reading, public: str) -> bytes | None:
    """The private half of a signing key."""
    found: bytes | None = reading.execute(
        select(_key.c.private).where(_key.c.public == public, _key.c.purpose == "sign")
    ).scalar()
    return found


def add_signing_key(tx: Writing, public: str, *, doc: int, private: bytes) -> None:
    """The key of one document."""
    tx.execute(_key.insert().values(public=public, purpose="sign", doc=doc, private=private, exp=None))


def seal_keys(reading: Reading) -> list[SealKey]:
    """Every seal key that can still be opened with, the one that ends last first."""
    statement = select(_key).where(_key.c.purpose == "seal", _key.c.private.is_not(None)).order_by(_key.c.exp.desc())
    return [SealKey(row.public, row.doc, row.private, row.exp) for row in reading.execute(statement)]


def add_seal_key(tx: Writing, key: SealKey) -> None:
    """One more."""
    tx.execute(_key.insert().values(public=key.public, purpose="seal", doc=key.doc, private=key.private, exp=key.exp))


def destroy_seal_key(tx: Writing, public: str) -> None:
    """Its private half is gone."""
    tx.execute(update(_key).where(_key.c.public == public).values(private=None))


_COMMUNITY = select(_community)


def community(reading: Reading) -> Community | None:
    """None before the node was founded."""
    row = reading.execute(_COMMUNITY).first()
    return None if row is None else Community(row.profile, row.record_id, row.rev, row.words_salt, row.secret)


def add_community(tx: Writing, community: Community) -> None:
    """The one row."""
    tx.execute(
        _community.insert().values(
            id=1,
            profile=community.profile,
            record_id=community.record_id,
            rev=community.rev,
            words_salt=community.words_salt,
            secret=community.secret,
        )
    )


def save_profile(tx: Writing, profile: str, *, rev: int) -> None:
    """What we say of ourselves, anew."""
    tx.execute(update(_community).values(profile=profile, rev=rev))

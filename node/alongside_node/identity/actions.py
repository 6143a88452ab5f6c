"""Founding a community, its keyring, and what it says of itself (sections 3 and 6).

The recovery seed is made at founding, handed to whoever founds, and kept nowhere. Private keys leave this module only inside a
`Keyring`, which `app` hands to those who sign and open.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from alongside_node.foundation.database import Reading, Writing
from alongside_protocol import node_document
from alongside_protocol.client.flows import Signer
from alongside_protocol.head import SealUntil
from alongside_protocol.http_signatures import key_id
from alongside_protocol.identifiers import NodeId, Random, RecordId, new_record_id
from alongside_protocol.keys import KEY_BYTES, SigningKey
from alongside_protocol.node_document import Chain
from alongside_protocol.profile import Profile
from alongside_protocol.recovery import RecoverySeed
from alongside_protocol.sealing import SUITE, SealPrivateKey

from . import rules, store
from .store import SealKey

__all__ = [
    "Community",
    "Keyring",
    "NotFoundedError",
    "found",
    "is_founded",
    "keyring",
    "renew_seal_keys",
    "save_profile",
    "standing_community",
    "succeed",
]


class NotFoundedError(Exception):
    """The database holds no community yet: `alongside init` founds one."""


@dataclass(frozen=True)
class Keyring:
    """Who we are, and every private key of ours in use. Its `repr` shows none. One is made anew when anything in it changes."""

    chain: Chain
    signing: SigningKey = field(repr=False)
    seals: Mapping[str, SealPrivateKey] = field(repr=False)
    seal: SealUntil
    """The one that others seal to now."""
    secret: bytes = field(repr=False)
    words_salt: bytes = field(repr=False)

    @property
    def id(self) -> NodeId:
        """Our id."""
        return self.chain.id

    @property
    def origin(self) -> str:
        """Where we are."""
        return self.chain.newest.origin

    @property
    def doc(self) -> int:
        """The number of our newest document."""
        return self.chain.newest.n

    @property
    def signer(self) -> Signer:
        """Who signs our requests."""
        return Signer(self.signing, key_id(self.id, self.doc))

    def derived(self, purpose: str, *parts: str) -> bytes:
        """32 bytes for one purpose that nobody else can make."""
        return rules.derived(self.secret, purpose, *parts)


@dataclass(frozen=True)
class Community:
    """What we say of ourselves, and its record in our directory."""

    profile: Profile
    record_id: RecordId
    rev: int


def is_founded(reading: Reading) -> bool:
    """Whether there is a community in this database."""
    return store.community(reading) is not None


def found(
    tx: Writing, *, origin: str, profile: Profile, now: int, random: Random, allow_loopback: bool = False
) -> RecoverySeed:
    """Found a community at `origin`. Returns the recovery seed, which is stored nowhere.

    Raises `Refused` (`document-origin`).
    """
    seed, signing, seal = RecoverySeed.generate(random), SigningKey(random(KEY_BYTES)), SealPrivateKey.generate(random)
    chain = node_document.found(origin=origin, sign=signing, recovery=seed, now=now, allow_loopback=allow_loopback)
    store.add_document(tx, 1, chain.newest.text)
    store.add_signing_key(tx, signing.verify_key.text, doc=1, private=signing.seed)
    store.add_seal_key(tx, SealKey(seal.public.text, 1, seal.raw, rules.seal_key_ends(now)))
    store.add_community(
        tx,
        store.Community(
            profile=profile.model_dump_json(exclude_defaults=True),
            record_id=new_record_id(random),
            rev=1,
            words_salt=random(KEY_BYTES),
            secret=random(KEY_BYTES),
        ),
    )
    return seed


def succeed(
    tx: Writing, seed: RecoverySeed, *, origin: str, now: int, random: Random, allow_loopback: bool = False
) -> Keyring:
    """The next node document: a new signing key and seal key, at `origin`. Raises `Refused`: as `node_document.succeed`."""
    signing, seal = SigningKey(random(KEY_BYTES)), SealPrivateKey.generate(random)
    former = keyring(tx).chain
    chain = node_document.succeed(
        former, origin=origin, sign=signing, recovery=seed, now=now, allow_loopback=allow_loopback
    )
    doc = chain.newest.n
    store.add_document(tx, doc, chain.newest.text)
    store.add_signing_key(tx, signing.verify_key.text, doc=doc, private=signing.seed)
    store.add_seal_key(tx, SealKey(seal.public.text, doc, seal.raw, rules.seal_key_ends(now)))
    return keyring(tx)


def keyring(reading: Reading) -> Keyring:
    """The keys in force. Raises `NotFoundedError`."""
    community = store.community(reading)
    if community is None:
        raise NotFoundedError("there is no community here yet")
    # Our own origin may be on loopback: whether it may be used was decided when it was founded.
    chain = node_document.read_chain(store.documents(reading), allow_loopback=True)
    signing = store.signing_key(reading, chain.newest.sign.text)
    if signing is None:
        raise NotFoundedError("the signing key of the newest node document is not in this database")
    rows = store.seal_keys(reading)
    return Keyring(
        chain=chain,
        signing=SigningKey(signing),
        seals={row.public: SealPrivateKey(row.private) for row in rows if row.private is not None},
        seal=SealUntil(k=rows[0].public, suite=SUITE, exp=rows[0].exp),
        secret=community.secret,
        words_salt=community.words_salt,
    )


def renew_seal_keys(tx: Writing, *, doc: int, now: int, random: Random) -> bool:
    """Make the next seal key when it is time, destroy those that nothing can arrive for. True: the keyring changed."""
    keys = store.seal_keys(tx)
    gone = [key for key in keys if rules.is_to_be_destroyed(key.exp, now)]
    for key in gone:
        store.destroy_seal_key(tx, key.public)
    if keys and not rules.is_to_be_renewed(keys[0].exp, now):
        return bool(gone)
    fresh = SealPrivateKey.generate(random)
    store.add_seal_key(tx, SealKey(fresh.public.text, doc, fresh.raw, rules.seal_key_ends(now)))
    return True


def standing_community(reading: Reading) -> Community:
    """What we say of ourselves. Raises `NotFoundedError`."""
    row = store.community(reading)
    if row is None:
        raise NotFoundedError("there is no community here yet")
    return Community(Profile.model_validate_json(row.profile), RecordId(row.record_id), row.rev)


def save_profile(tx: Writing, profile: Profile) -> Community:
    """Say it anew; `rev` rises."""
    former = standing_community(tx)
    store.save_profile(tx, profile.model_dump_json(exclude_defaults=True), rev=former.rev + 1)
    return Community(profile, former.record_id, former.rev + 1)

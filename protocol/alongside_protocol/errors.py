"""Every way to break the protocol, each with a stable code (specification, section 7).

One exception type carries one code, so that callers decide by code and never by reading a message.
`detail` is for a log or a developer's screen: it names the rule, never the input, so it can be shown safely.
"""

from enum import StrEnum


class Code(StrEnum):
    """The reason something was refused. The value is the `<code>` of `urn:alongside:problem:<code>`."""

    # Bytes that are not strict JSON (section 2).
    JSON_ENCODING = "json-encoding"
    JSON_SYNTAX = "json-syntax"
    JSON_DUPLICATE = "json-duplicate"
    JSON_NUMBER = "json-number"
    JSON_DEPTH = "json-depth"
    JSON_SURROGATE = "json-surrogate"
    TOO_LARGE = "too-large"
    SHAPE = "shape"

    # Keys, encodings and envelopes (section 2).
    BASE64URL = "base64url"
    BAD_KEY = "bad-key"
    JWS_FORM = "jws-form"
    JWS_HEADER = "jws-header"
    SIGNATURE = "signature"

    # Node documents (section 3).
    DOCUMENT_ID = "document-id"
    DOCUMENT_ORDER = "document-order"
    DOCUMENT_RECOVERY = "document-recovery"
    DOCUMENT_FORK = "document-fork"
    DOCUMENT_OTHER_NODE = "document-other-node"
    DOCUMENT_ORIGIN = "document-origin"
    RECOVERY_SHEETS = "recovery-sheets"

    # The directory (section 4).
    RECORD_FORM = "record-form"
    TREE_FORM = "tree-form"
    PROOF = "proof"
    HEAD_OTHER_NODE = "head-other-node"
    HEAD_OTHER_DOCUMENT = "head-other-document"
    HEAD_FUTURE = "head-future"
    HEAD_EXPIRED = "head-expired"
    HEAD_LIFETIME = "head-lifetime"
    HEAD_CHAIN = "head-chain"
    ROLLBACK = "rollback"
    EQUIVOCATION = "equivocation"
    FEED_FORM = "feed-form"
    FEED_ORDER = "feed-order"
    FEED_HASH = "feed-hash"
    FEED_ROOT = "feed-root"
    FEED_SIZE = "feed-size"
    BUDGET = "budget"
    CURSOR_GONE = "cursor-gone"
    CURSOR_AHEAD = "cursor-ahead"

    # Requests and the inbox (section 5).
    REQUEST_SIGNATURE = "request-signature"
    REQUEST_TIME = "request-time"
    KEY_VERSION_UNKNOWN = "key-version-unknown"
    CONTENT_DIGEST = "content-digest"
    MESSAGE_FORM = "message-form"
    MESSAGE_TYPE = "message-type"
    MESSAGE_SENDER = "message-sender"
    MESSAGE_RECIPIENT = "message-recipient"
    MESSAGE_EXPIRED = "message-expired"
    MESSAGE_LIFETIME = "message-lifetime"
    MESSAGE_REUSED_ID = "message-reused-id"
    INVITATION = "invitation"
    NOT_AGREED = "not-agreed"
    BUSY = "busy"

    # Referrals, consent, sealing (section 6).
    MOVE = "move"
    CONSENT_FIELDS = "consent-fields"
    CONSENT_EXPIRED = "consent-expired"
    CONSENT_COMMITMENTS = "consent-commitments"
    CONSENT_RECIPIENT = "consent-recipient"
    SEAL = "seal"
    SEAL_KEY_EXPIRED = "seal-key-expired"
    SEAL_TOO_LARGE = "seal-too-large"
    ANSWER_UNPROVEN = "answer-unproven"
    RECEIPT = "receipt"

    # Going out (section 8).
    UNREACHABLE = "unreachable"
    ADDRESS = "address"
    RESPONSE_FORM = "response-form"


RETRIED_CODES = frozenset({Code.KEY_VERSION_UNKNOWN, Code.BUSY, Code.UNREACHABLE})
"""Codes after which the same exchange may succeed later; every other refusal is final and reaches a human."""


class Refused(Exception):  # noqa: N818 - callers read `raise Refused(…)`: what happened, and by whom
    """Something broke a rule of the protocol. `code` says which; `detail` explains it without echoing input."""

    def __init__(self, code: Code, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail

    @property
    def retry(self) -> bool:
        """Whether trying the same thing again later can succeed."""
        return self.code in RETRIED_CODES


class Contradiction(Refused):
    """Two statements of one node that cannot both stand. `first` is what was trusted, `second` what contradicts it."""

    def __init__(self, code: Code, detail: str, *, first: str, second: str) -> None:
        super().__init__(code, detail)
        self.first = first
        self.second = second

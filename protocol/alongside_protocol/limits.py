"""Every number of the protocol, each with its reason (specification, section 7).

Wire limits are fixed for version 1: two honest nodes must agree on them. Budgets belong to each agreement between two
communities; the values here are what a new peer starts with.
"""

from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB
MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

# Wire limits, in bytes.
WELL_KNOWN_BYTES: Final = 64 * KIB  # about 100 rotations; read by strangers, so it stays small
RECORD_BYTES: Final = 16 * KIB  # 4,000 characters of text in any script, with every other field
MESSAGE_BYTES: Final = 64 * KIB  # an inbox body, refused before it is read whole
HEADER_BYTES: Final = 16 * KIB  # the request head
JWS_BYTES: Final = 8 * KIB  # one head, node document or receipt
PAGE_LINES: Final = 1_000  # one feed page: lines
PAGE_BYTES: Final = 4 * MIB  # one feed page: bytes, so that a reader holds one page in memory
HEADS_PER_ANSWER: Final = 500
JSON_DEPTH: Final = 8  # the deepest document of version 1 has 6 levels
SAFE_INTEGER: Final = 2**53 - 1  # the largest integer that every JSON reader keeps exactly
PROOF_STEPS: Final = 128  # one for each bit of a record id

# Time, in seconds.
SKEW: Final = 300  # clocks of small servers drift; five minutes is the usual tolerance
SIGNATURE_LIFE: Final = 300
MESSAGE_LIFE: Final = 14 * DAY  # an answer given during a two-week holiday still arrives
DEDUPE_AFTER_EXPIRY: Final = 1 * DAY
HEAD_LIFE: Final = 8 * DAY  # re-signed daily; survives a week without its stewards
HEADS_KEPT: Final = 90 * DAY
TOMBSTONE_LIFE: Final = 30 * DAY
HIDE_AFTER_EXPIRY: Final = 3 * DAY  # "not confirmed since …" is shown first
PURGE_AFTER_EXPIRY: Final = 30 * DAY
SEAL_KEY_LIFE: Final = 30 * DAY
SEAL_KEY_GRACE: Final = 14 * DAY  # what was sealed before `exp` may still arrive
SEAL_KEY_DESTROYED: Final = 15 * DAY  # after `exp`
EARLY_MESSAGE_KEPT: Final = 24 * HOUR
LAST_INSTANT: Final = 253_402_300_799  # the end of the year 9999: what calendars can show
ERASURE_ANSWER: Final = 72 * HOUR  # then shown as "has not answered yet"
RECEIPT_BACKUPS: Final = 14 * DAY  # how long a backup may hold what was erased
HANDLE_LIFE: Final = 180 * DAY  # without being used; a block lasts as long as the handle it was made on
FIT_LIFE: Final = 48 * HOUR  # a question before identity, and its answer: gone after this on both sides
FIT_EARLIEST: Final = 5 * MINUTE  # answers wait a random while, so that none shows whether somebody is there
FIT_LATEST: Final = 60 * MINUTE

# What a question before identity may hold.
FIT_LISTINGS: Final = 5  # enough to choose from, too few to ask a whole directory
FIT_WISHES: Final = 5  # of each kind: fewer codes, fewer people who are the only one with them

# Budgets of a new agreement.
PEER_RECORDS: Final = 50_000
PEER_BYTES: Final = 100 * 1_000_000
PEER_INBOX_PER_MINUTE: Final = 60
PEER_PAGES_PER_MINUTE: Final = 1_200  # signed reads of changes and heads: a million listings in a minute
PEER_OUTBOX: Final = 1_000
PEER_IN_FLIGHT: Final = 4

# Going out, in seconds.
CONNECT_TIMEOUT: Final = 5.0
EXCHANGE_TIMEOUT: Final = 10.0
PAGE_TIMEOUT: Final = 30.0
BACKOFF_FIRST: Final = 30.0
BACKOFF_CAP: Final = 6 * HOUR
BACKOFF_JITTER: Final = 0.5
POLL_EARLIEST: Final = 15 * MINUTE
POLL_LATEST: Final = 60 * MINUTE
HINTS_PER_SECOND: Final = 1.0

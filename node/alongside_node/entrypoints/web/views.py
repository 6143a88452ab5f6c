"""What the pages show: small frozen values that routes build and templates read (no clause of the specification).

A view holds what one page needs and nothing more, so that a template can never reach a row, a key or another person.
Days are `datetime.date`, because no page shows the hour in which a person did something. Coded values are the words of
the wire (`"accepted"`, `"listings"`); `wording` turns them into sentences. Never here: HTML, SQL, private keys.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from alongside_protocol.commitments import Commitments
from alongside_protocol.listing import Listing

# Around every page.


class Choice(NamedTuple):
    """One entry of a list to choose from: what is sent, and what is read."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who looks at the page. `incoming` counts what waits for their answer, and is shown to nobody else.

    `member`: False for somebody who asked without an account, and has only their requests here; `keeps`: and what they look for;
    `relays`: answers the phone line.
    `talks`: how many talks those who look after the community want to have about what they keep.
    """

    name: str
    steward: bool = False
    incoming: int = 0
    member: bool = True
    keeps: bool = False
    talks: int = 0
    relays: bool = False


class Notice(StrEnum):
    """What has just happened, said once at the top of the next page. Routes pass it on as a coded value."""

    SENT = "sent"
    MESSAGE_SENT = "message_sent"
    WITHDRAWN = "withdrawn"
    DELETED = "deleted"
    AGREED_AGAIN = "agreed_again"
    ACCEPTED = "accepted"
    WAITLISTED = "waitlisted"
    DECLINED = "declined"
    CLOSED = "closed"
    SAVED = "saved"
    PUBLISHED = "published"
    RESTING = "resting"
    OPEN_AGAIN = "open_again"
    CONFIRMED = "confirmed"
    TAKEN_DOWN = "taken_down"
    VOUCHED = "vouched"
    VOUCHING_ENDED = "vouching_ended"
    SIGNED_OUT = "signed_out"
    WELCOME = "welcome"
    PEER_ASKED = "peer_asked"
    STEP_CHANGED = "step_changed"
    REVIEW_SET = "review_set"
    PEER_ENDED = "peer_ended"
    KEPT_TOGETHER = "kept_together"
    STEPPED_BACK = "stepped_back"
    PUT_OFF = "put_off"
    COMPANY_ASKED = "company_asked"
    READY_TO_JOIN = "ready_to_join"
    LET_IN = "let_in"
    OPEN_FOR_LOOKING = "open_for_looking"
    TOLD_SO = "told_so"
    TOLD_NOT = "told_not"
    JOINING_KEPT = "joining_kept"
    NEED_POSTED = "need_posted"
    BLOCKED = "blocked"
    BLOCK_TAKEN_BACK = "block_taken_back"
    CONCERN_RAISED = "concern_raised"
    CONCERN_WRITTEN = "concern_written"
    CONCERN_ASKED_AGAIN = "concern_asked_again"
    CONCERN_TAKEN_BACK = "concern_taken_back"
    CONCERN_STEP = "concern_step"
    CONCERN_SHOWN = "concern_shown"
    CONCERN_HIDDEN = "concern_hidden"
    SIDE_SAID = "side_said"
    QUESTION_SENT = "question_sent"
    QUESTION_DELETED = "question_deleted"
    CHOOSE_SOME = "choose_some"
    ASKED_NO_FURTHER = "asked_no_further"
    FIT_SAID = "fit_said"
    WORDS_CHANGED = "words_changed"
    ENDED_THERE = "ended_there"
    CODE_ENDED = "code_ended"
    GONE = "gone"
    CALL_SENT = "call_sent"
    CALL_DROPPED = "call_dropped"
    CALL_ENDED = "call_ended"
    LINE_OPEN = "line_open"
    RELAYS = "relays"
    RELAYS_NO_MORE = "relays_no_more"


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page shows around its content.

    `path` is the path of this request, to mark the current link. `csrf` is empty for people without a session, whose
    forms change nothing of theirs. `lang` is the language of the page; `languages` those that the community offers; `unread` one
    that was asked for and that no speaker has read yet: the page is in it, or in English where it is not there whole. `answers`: the page
    is the answer to a form, so that opening its address would not show it again.
    """

    community: str
    lang: str
    today: date
    path: str = "/"
    csrf: str = ""
    person: SignedIn | None = None
    notice: Notice | None = None
    languages: tuple[Choice, ...] = ()
    unread: str = ""
    answers: bool = False


@dataclass(frozen=True, slots=True)
class SessionView:
    """A place where somebody is signed in. `name` ends it; `minutes`: how long ago it was used, roughly; `this`: the one in use."""

    name: str
    minutes: int
    this: bool


@dataclass(frozen=True, slots=True)
class DisclosedTable:
    """One table of this machine: what is in it, what it gives away, and what could be read in it."""

    says: str
    weak: str
    readable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProgramView:
    """A program that may act for somebody, until its last day. `name` ends it."""

    name: str
    label: str
    last_day: date


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody wrote in a form, and what still needs their attention.

    `problems` maps a field's name to a code of `wording.PROBLEM` (`"required"`, `"too_long"` …); the template adds the
    field's own label. A field that was not sent reads as empty, so a new form is `Form()`.
    """

    values: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """The text of a field; of a field with several values, the first."""
        found = self.values.get(name, "")
        return found if isinstance(found, str) else next(iter(found), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field."""
        found = self.values.get(name, ())
        return (found,) if isinstance(found, str) else tuple(found)

    def chosen(self, name: str, value: str) -> bool:
        """Whether `value` is selected or ticked."""
        found = self.values.get(name, ())
        return value == found if isinstance(found, str) else value in found

    def without(self, name: str) -> "Form":
        """The same, as if this field had not been sent."""
        return replace(self, values={field: value for field, value in self.values.items() if field != name})

    def problem(self, name: str) -> str | None:
        """The code of what is wrong with a field, or None."""
        return self.problems.get(name)


# The community, and looking for support.


@dataclass(frozen=True, slots=True)
class Steward:
    """Somebody who looks after the community for a time, named as they wish."""

    name: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class DirectContact:
    """Somebody to reach without asking here. `kind` as in `listing.Contact`: `phone`, `text`, `textphone`, `page`, `email`."""

    name: str
    kind: str
    value: str
    open_now: bool | None = None


@dataclass(frozen=True, slots=True)
class CommunityView:
    """A community as it describes itself; `description` and `agreements` are text with the small Markdown subset."""

    name: str
    description: str
    place: str
    lang: str
    agreements: str
    commitments: Commitments
    stewards: tuple[Steward, ...] = ()
    contacts: tuple[DirectContact, ...] = ()
    peers: int = 0
    hard_night: str = ""
    young_people: str = ""


@dataclass(frozen=True, slots=True)
class ResultView:
    """A listing as somebody who looks for support sees it. `open_now` is None where no hours are given. `talked_about`: those who look after
    our community and its people are talking about something.
    """

    listing: Listing
    community: str
    is_own: bool
    url: str
    confirmed_days: int
    open_now: bool | None = None
    distance_km: int | None = None
    stale_since: date | None = None
    talked_about: bool = False


RESULTS_A_PAGE: Final = 10
"""As many as stay under 40 kB with the stylesheet (measured: 39.2 kB in Spanish with every kind of fact)."""


@dataclass(frozen=True, slots=True)
class AskedView:
    """One filter that somebody chose: its field, what it is called, and what was chosen, as text or as the tag of a language."""

    name: str
    label: str
    text: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class WiderView:
    """What would be found without one filter (None: without all but the promises): `count`, or `more` than that."""

    asked: AskedView | None
    count: int
    more: bool


@dataclass(frozen=True, slots=True)
class ResultsView:
    """One page of what was found, `RESULTS_A_PAGE` at most. `seed` is the published seed of the order (see `/order`).

    `url` is the search's own address. `cut`: we stopped reading, and there may be more. `some`: what has some of the words, where few
    have all; `some_more`: there is more of it. Where nothing was found, `wider` and `awake` (who is open now) may help. `page`: its number, which goes along with what is ticked.
    """

    results: tuple[ResultView, ...]
    communities: int
    seed: str
    url: str
    asked: tuple[AskedView, ...] = ()
    cut: bool = False
    some: tuple[ResultView, ...] = ()
    some_more: bool = False
    wider: tuple[WiderView, ...] = ()
    awake: tuple[ResultView, ...] = ()
    newer_url: str | None = None
    older_url: str | None = None
    page: int = 0


@dataclass(frozen=True, slots=True)
class ChosenView:
    """One of several offerings that somebody chose. `value`: what a form sends for it. `blocked`: a key of `wording.ASK_BLOCKED`, or None."""

    value: str
    title: str
    lang: str
    community: str
    url: str
    blocked: str | None = None


PRINTED_A_PAGE: Final = 15
"""As many in one part of a list on paper as stay under 40 kB."""


# Asking, and what became of it.


@dataclass(frozen=True, slots=True)
class FitView:
    """One offering that was asked about before identity. `answer`: a code of `wording.FIT`, or None until it came."""

    value: str
    title: str
    lang: str
    url: str
    answer: str | None


@dataclass(frozen=True, slots=True)
class QuestionView:
    """What one community was asked before identity; gone at `ends`. `problem`: why it could not be delivered, or None."""

    ref: str
    community: str
    is_own: bool
    about: tuple[FitView, ...]
    ends: date
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class ConsentField:
    """One thing that will leave: `name` is a code of `wording.CONSENT_FIELD`, `value` exactly what is sent."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class ConsentView:
    """Exactly what would leave, to whom, until when. `readers` are those who can open it, as they name themselves.

    `promises`: of somebody who answers a need, who they would call.
    """

    fields: tuple[ConsentField, ...]
    community: str
    readers: tuple[str, ...]
    until: date
    promises: Commitments | None = None


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request as the one who asks sees it. `state` is a state of the referral table; `unread` marks a new answer.

    `delivered`: it is in their community's hands. `problem`: a code of why it could not be, or None. `reason`: a code of
    `wording.REASON` where a server, not a person, turned it away. `rests`: what was asked takes no requests just now.
    `confirmed`: of one that was deleted, whether its one community has said so (1 or 0), else None.
    """

    ref: str
    title: str
    lang: str
    community: str
    is_own: bool
    state: str
    until: date
    unread: bool = False
    delivered: bool = True
    problem: str | None = None
    reason: str | None = None
    rests: bool = False
    confirmed: int | None = None


@dataclass(frozen=True, slots=True)
class SilenceView:
    """What happens if nobody has answered at the end of `day`. `then`: `tell`, `stop`; afterwards `told`, `stopped`, without a day."""

    then: str
    day: date | None


@dataclass(frozen=True, slots=True)
class TonightView:
    """Whether the one who is asked is open now (None: no hours are given), who else is, and whom to call or text.

    `night`: it is evening or night where they are.
    """

    open_now: bool | None
    awake: tuple[ResultView, ...] = ()
    contacts: tuple[DirectContact, ...] = ()
    night: bool = True


@dataclass(frozen=True, slots=True)
class TellingWay:
    """A way of telling people that something waits, which the host has set up. `kind`: `email` or `command`.

    `name` and `seen_by` are the host's words for a command: what it is called, and who learns of a message on the way.
    """

    kind: str
    name: str = ""
    seen_by: str = ""


@dataclass(frozen=True, slots=True)
class TellingView:
    """How somebody is told now. `chosen` None: not at all. `failed`: the last message could not be brought to them."""

    ways: tuple[TellingWay, ...]
    chosen: str | None = None
    failed: bool = False


@dataclass(frozen=True, slots=True)
class TurnOfferView:
    """One of several that would be asked one after another: what would leave to whom, and what they promise."""

    chosen: ChosenView
    consent: ConsentView
    promises: Commitments | None
    promises_hash: str


@dataclass(frozen=True, slots=True)
class InTurnView:
    """One of them afterwards. `lies`: a code of `wording.LIES`; `state`: of the request once it was asked; `until`: whose turn it is has it until.

    `promises_now`: what it promises now, where it waits for the person to look.
    """

    ref: str
    title: str
    lang: str
    community: str
    is_own: bool
    url: str
    lies: str
    state: str | None = None
    until: date | None = None
    promises_now: Commitments | None = None
    promises_hash: str = ""


@dataclass(frozen=True, slots=True)
class RoundView:
    """Several in their order. `between`: nobody has it just now."""

    turns: tuple[InTurnView, ...]
    ends: date
    between: bool = False


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message. `ours`: written by who looks at the page. `kind`: `offer` or a move. `coded`: said with one tap, a code of
    `wording.CODED`; then there is no text.
    """

    ours: bool
    text: str
    day: date
    kind: str = "message"
    coded: str | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Another listing, named by somebody who could not say yes."""

    title: str
    lang: str
    url: str


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """What a community answered to "delete this". `confirmed` is None until its signed statement came."""

    community: str
    asked: date
    confirmed: date | None = None
    backups_until: date | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class IncomingView:
    """A request as the person who offers sees it: an alias, and `name` where who asks gave one. `opening` is None until it can be opened.

    `later`: until which day they put off opening it; `company`: one of them asked the others to join in; `beside`: who looks answers it
    beside those it was sent to; `need`: it answers what somebody looks for; `by_voice`: they ask by telephone, and a
    volunteer reads the answer out to them.
    """

    url: str
    alias: str
    community: str
    standing: str
    title: str
    lang: str
    state: str
    until: date
    came: date
    opening: str | None = None
    name: str = ""
    unread: bool = False
    later: date | None = None
    company: bool = False
    beside: bool = False
    need: bool = False
    by_voice: bool = False


@dataclass(frozen=True, slots=True)
class VolunteerView:
    """Somebody who answers the phone line, as stewards see them."""

    id: str
    name: str
    this: bool


@dataclass(frozen=True, slots=True)
class BlockView:
    """Somebody who is not let through any more: the alias of the request it was done on, and since when."""

    mark: str
    alias: str
    since: date


# Raising a concern, and what becomes of it.


@dataclass(frozen=True, slots=True)
class ConcernAbout:
    """What a concern would be about. `url`: of its pages; `back`: where one came from; `asked`: a request of who raises it led here."""

    title: str
    lang: str
    community: str
    is_own: bool
    url: str
    back: str
    asked: bool = False


@dataclass(frozen=True, slots=True)
class MarkView:
    """A message that can be shown along. `value`: what a tick sends."""

    value: str
    message: MessageView


@dataclass(frozen=True, slots=True)
class NeighbourView:
    """Another community. `url`: a page of theirs; `contacts`: how else to reach them, as they publish it."""

    name: str
    lang: str
    url: str
    contacts: tuple[DirectContact, ...] = ()


@dataclass(frozen=True, slots=True)
class ConcernShown:
    """Exactly what is shown, and to whom."""

    title: str
    lang: str
    community: str
    is_own: bool
    words: str
    name: str
    messages: tuple[MessageView, ...]
    readers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConcernSaid:
    """Something that was said. `by`, `step`: codes of `wording.CONCERN_BY`, `wording.CONCERN_STEP`; `until`: of an agreement."""

    by: str
    step: str
    text: str
    day: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class ConcernView:
    """A concern as who raised it, or a steward, sees it. `state`: a code of `wording.CONCERN_STATE`; `may`: what can be done, as moves;
    `aside`: what was said with the other side, for stewards; `shown_until`: until when it is seen that its listing is being talked about;
    `mine`: who looks decided that, and cannot extend it alone.
    """

    url: str
    shown: ConcernShown
    state: str
    last_day: date
    said: tuple[ConcernSaid, ...]
    may: frozenset[str]
    may_talk: bool
    aside: tuple[ConcernSaid, ...] = ()
    talking: bool = False
    shown_until: date | None = None
    mine: bool = False


@dataclass(frozen=True, slots=True)
class TalkView:
    """What those who keep a listing see: never who spoke, nor what they wrote."""

    url: str
    title: str
    lang: str
    state: str
    said: tuple[ConcernSaid, ...]
    may_answer: bool
    shown_until: date | None = None


# What somebody offers.


@dataclass(frozen=True, slots=True)
class ArrivingView:
    """A community that will see what is published here, from a day on."""

    name: str
    lang: str
    day: date


@dataclass(frozen=True, slots=True)
class OfferingView:
    """A listing as those who keep it see it; a draft may still lack almost everything.

    `type` is "" while nothing is chosen. `state`: `draft`, `published`, `resting`, `asleep` (nobody said in time that it is still
    right: it is shown nowhere until somebody does, and goes on `gone_on`), `withdrawn`. `missing`: codes of
    `wording.MISSING` that stand in the way of publishing. `confirm_by` is set when it is time to say "still right".
    `careful`: some of its words are worth another look, which stands in nobody's way. `people`: who keeps it, as they are named on it.
    `stops_after`: days unlooked at after which nobody can ask, 0: never. `kept_until`: of a draft, the last day on which it is kept.
    `ends`: of a need, its last day. `seats`: of a circle that has said how many.
    """

    id: str
    direction: str
    type: str
    title: str
    lang: str
    audience: str
    state: str
    missing: tuple[str, ...] = ()
    confirm_by: date | None = None
    gone_on: date | None = None
    waiting: int = 0
    careful: bool = False
    ends: date | None = None
    seats: "SeatsView | None" = None
    people: tuple[str, ...] = ()
    stops_after: int = 0
    kept_until: date | None = None
    says: str = ""
    """What is answered to who asks before saying who they are: a code of `wording.FIT`, or "" for what is published."""


@dataclass(frozen=True, slots=True)
class SeatsView:
    """The seats of a circle: how many there are, how many are taken, and who has waited longest (None: nobody waits)."""

    all: int
    taken: int
    next: str | None = None
    next_url: str = ""


@dataclass(frozen=True, slots=True)
class VouchingView:
    """A practitioner whom a group may vouch for, or a group that vouches for one. `until`: None while it does not."""

    id: str
    title: str
    lang: str = ""
    duties: str = ""
    until: date | None = None


# The communities we are in agreement with.


@dataclass(frozen=True, slots=True)
class PeerView:
    """Another community. `ours` and `theirs` are the steps each takes: `none`, `listings`, `requests`.

    `state`: `asked`, `asking`, `agreed`, `frozen`, `ended`. `freshness`: `fresh`, `older`, `stale`, `never`. `waiting`
    counts messages that have not reached them; `problem` is the code of the last failure, or None.
    """

    node: str
    url: str
    name: str
    lang: str
    place: str
    state: str
    ours: str
    theirs: str
    freshness: str
    checked: date | None
    listings: int
    waiting: int
    problem: str | None = None
    review: date | None = None
    set_aside: int = 0


@dataclass(frozen=True, slots=True)
class AgreementLine:
    """One line of two agreements laid side by side. A missing side is None; equal sides agree."""

    ours: str | None
    theirs: str | None

    @property
    def same(self) -> bool:
        """Whether both communities say the same here."""
        return self.ours == self.theirs


@dataclass(frozen=True, slots=True)
class PeerAgreements:
    """Both communities' agreements and commitments, and the words that show whom one is talking to."""

    lines: tuple[AgreementLine, ...]
    our_commitments: Commitments
    their_commitments: Commitments
    our_words: tuple[str, ...]
    their_words: tuple[str, ...]
    their_lang: str

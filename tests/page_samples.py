"""Every page with what it is given, as people would meet it: for tests that render, measure or look at pages.

A sample is a template, who looks, and the context. Names, words and texts are made up; they hold long words, other
scripts and missing answers on purpose. `frame_for` puts a sample into a language.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from alongside_node.disclosing import statement
from alongside_node.entrypoints.web import views
from alongside_node.entrypoints.web.views import Choice, Form, Notice
from alongside_node.entrypoints.web.visitor import SPOKEN
from alongside_node.listings.careful_words import Careful
from alongside_protocol.commitments import CALLED, Called, Commitments, Reporter
from alongside_protocol.listing import Listing

TODAY = date(2026, 11, 23)
CSRF = "c" * 43
LANGUAGES = (Choice("en", "English"), Choice("es", "Español"))
TONGUES = (*LANGUAGES, Choice("ar", "العربية"))
WORDS = ("harbour", "lantern", "seven", "maple", "quiet", "basket", "river")
FINGERPRINT = ("academic", "ugly", "fancy", "guitar", "relate", "smug", "vintage", "dream")
CODE = "alongside-" + "A7kQz9" * 30

JOURNEY = (
    "front",
    "search",
    "listing",
    "ask",
    "ask_confirm",
    "my_requests",
    "my_request",
    "sign_in",
    "recover",
    "hard_night",
    "about_leaving",
    "error",
)
"""What there is in Arabic: looking, asking, reading the answer, taking it back, leaving."""

MEMBER = views.SignedIn("Mira", incoming=2)
STEWARD = views.SignedIn("Mira", steward=True)
GUEST = views.SignedIn("", member=False)
VOLUNTEER = views.SignedIn("Mira", incoming=2, relays=True)


@dataclass(frozen=True, slots=True)
class Sample:
    """One page: `template` without `.html`, the `path` it is at, who looks (`person`), what it is given (`context`)."""

    template: str
    path: str
    person: views.SignedIn | None
    context: Mapping[str, object]
    notice: Notice | None = None


def frame_for(sample: Sample, lang: str = "en") -> views.Frame:
    """The frame around a sample, in a language."""
    csrf = CSRF if sample.person else ""
    return views.Frame("Night Porch", lang, TODAY, sample.path, csrf, sample.person, sample.notice, LANGUAGES)


def ahead(days: int) -> date:
    """A day some days from today."""
    return TODAY + timedelta(days=days)


def commitments(answer: str = "only_if_you_ask", exception: str = "", **other: str) -> Commitments:
    """The same answer about everyone, except where `other` says differently."""
    given = {who: Called(answer=other.get(who, answer), exception=exception) for who in CALLED}
    return Commitments(
        **given,
        law_of="Berlin",
        mandated_reporter="no",
        written_down="A first name in a paper calendar",
        kept_days=14,
        given_by="the_holder",
        given_on="2026-10-02",
    )


ONLY_IF_ASKED = commitments(exception="if someone else is in danger right now")
NEVER = commitments("never")
SOME_MAY = commitments(child_services="must_by_law", hospital="may_without_asking", immigration="unknown")


def listing(**changes: object) -> Listing:
    """Somebody who listens at night, changed as asked."""
    members: dict[str, object] = {
        "direction": "offer",
        "type": "listening",
        "audience": "anyone",
        "lang": "en",
        "title": "Someone awake when grief is loudest",
        "text": "I lost my brother seven years ago. I like to **listen**.\n\n- no advice\n- you can hang up at any time",
        "by": "Mira",
        "holders": ({"name": "Mira", "seal": {"k": "A" * 42 + "E", "suite": "hpke"}},),
        "lived_experience": ({"lang": "es", "words": "perder a un hermano"},),
        "languages": ("en", "es"),
        "modality": ("phone", "text"),
        "topics": ("grief", "night_shifts"),
        "access": ("no_camera_needed",),
        "exchange": {"kind": "free", "nobody_turned_away": True},
        "hours": {"zone": "Europe/Berlin", "weekly": ({"days": ("mo", "fr"), "opens": "20:00", "closes": "23:30"},)},
        "contact": (
            {"kind": "phone", "value": "+49 30 1234567"},
            {"kind": "page", "value": "https://example.org/night"},
        ),
        "place": {"visibility": "area", "label": "Neukölln, Berlin"},
        "confirmed": "2026-11-18",
        "valid_until": "2027-02-16",
        "commitments": ONLY_IF_ASKED,
    }
    return Listing(**(members | changes))


LISTENING = listing()
CIRCLE = listing(
    type="circle",
    lang="es",
    title="Círculo de duelo para personas migrantes",
    text="Nos vemos cada martes. Llorar está permitido, reír también.",
    translations=({"lang": "en", "title": "A grief circle", "text": "We meet every Tuesday.", "by": "Lena"},),
    by="Casa Abierta",
    by_and_for=({"lang": "es", "words": "personas migrantes"},),
    only_own=True,
    agreements="Lo que se dice aquí se queda aquí.",
    languages=("es",),
    interpreter="we_bring_one",
    exchange={"kind": "sliding_scale", "lowest": 0, "highest": 1500, "currency": "EUR"},
    hours={
        "zone": "Europe/Madrid",
        "meetings": (
            {"days": ("tu",), "at": "19:00", "minutes": 90, "first": "2026-12-01"},
            {"days": ("fr",), "at": "18:30", "minutes": 120, "first": "2026-10-01", "nth": -1},
        ),
    },
    room={"state": "waiting_list"},
    place={"visibility": "on_acceptance", "label": "Sants"},
    contact=(),
    commitments=NEVER,
)
PRACTITIONER = listing(
    type="practitioner",
    title="Talking with someone who works by licence",
    practitioner={
        "licensed": True,
        "licensed_by": "Chamber of Psychotherapists",
        "licensed_for": "Berlin",
        "duties": "If a child is in danger I have to tell child services.",
        "vouched": ({"by": "Hearing Voices Berlin", "until": "2027-06-01"},),
    },
    exchange={"kind": "fixed", "lowest": 8050, "highest": 8050, "currency": "EUR"},
    room={"state": "full"},
    commitments=SOME_MAY,
)
NEED = listing(
    direction="need",
    type="practical",
    title="Somebody to carry a bed up two floors",
    by="",
    lived_experience=(),
    exchange=None,
    hours=None,
    contact=(),
    ages={"kind": "from", "from_age": 16},
    commitments=None,
)
FOR_YOUNG = listing(
    title="Homework and tea",
    ages={"kind": "from", "from_age": 14},
    commitments=commitments().model_copy(
        update={"mandated_reporter": Reporter.YES, "would_pass_on": "that somebody hurts you"}
    ),
)
NOTHING_SAID = listing(lang="ar", title="مجموعة دعم للأمهات", text="نلتقي كل أسبوع. " * 12, commitments=Commitments())
LONG = listing(title="Donaudampfschifffahrtsgesellschaftskapitänswitwenselbsthilfegruppe", text="x" * 400, type="fund")


def result(of: Listing, community: str = "Casa Abierta Barcelona", **changes: object) -> views.ResultView:
    """A listing as found in a community."""
    members: dict[str, object] = {"is_own": False, "url": "/listings/node/id", "confirmed_days": 5}
    return views.ResultView(listing=of, community=community, **(members | changes))  # type: ignore[arg-type]


RESULTS = (
    result(LISTENING, "Night Porch", is_own=True, open_now=True, distance_km=3, talked_about=True),
    result(CIRCLE, confirmed_days=0, distance_km=12),
    result(NEED, "Night Porch", is_own=True, confirmed_days=1),
    result(NOTHING_SAID, "دار السلام", confirmed_days=40),
    result(LONG, stale_since=ahead(-3)),
    result(PRACTITIONER, "Solidarity Kitchen of the Old Harbour", open_now=False),
)
LISTENING_RESULT, CIRCLE_RESULT, NEED_RESULT, NOTHING_SAID_RESULT, _, PRACTITIONER_RESULT = RESULTS

CONTACTS = (
    views.DirectContact("Night Porch warmline", "phone", "+49 30 555 0199", open_now=True),
    views.DirectContact("Text line", "text", "0800 111 0 550", open_now=False),
    views.DirectContact("Deaf line", "textphone", "030 999"),
    views.DirectContact("Find more lines", "page", "https://findahelpline.com"),
    views.DirectContact("Letters", "email", "letters@example.org"),
)
COMMUNITY = views.CommunityView(
    name="Night Porch",
    description="We are neighbours who stay awake with each other.",
    place="Berlin, north",
    lang="en",
    agreements="**No one is made to do anything.**\n\n**Distress is not a crime.**",
    commitments=ONLY_IF_ASKED,
    stewards=(views.Steward("Mira", date(2027, 6, 1)), views.Steward("عمر")),
    contacts=CONTACTS,
    peers=2,
)

ASKED = "I lost my mother in spring. Evenings are hard.\nCould we talk once a week?"
CONSENT = views.ConsentView(
    fields=(
        views.ConsentField("words", ASKED),
        views.ConsentField("name", "Ana"),
        views.ConsentField("contact", "ana@example.org"),
        views.ConsentField("standing", "guest"),
    ),
    community="Casa Abierta Barcelona",
    readers=("Mira", "Jo"),
    until=ahead(14),
)
MESSAGES = (
    views.MessageView(ours=False, text="Sí, los martes me va bien.", day=ahead(-1), kind="accept"),
    views.MessageView(ours=True, text="Thank you. I am a bit scared but I will come.", day=TODAY),
    views.MessageView(ours=False, text="", day=TODAY, coded="please_wait"),
    views.MessageView(ours=True, text="", day=TODAY, coded="outcome_not_right"),
)
RECEIPTS = (
    views.ReceiptView("Casa Abierta Barcelona", ahead(-4), ahead(-3), ahead(11)),
    views.ReceiptView("Far Field", ahead(-4), late=True),
    views.ReceiptView("West", TODAY),
)


def request(state: str = "accepted", **changes: object) -> views.RequestView:
    """A request that the person who looks has made."""
    members: dict[str, object] = {
        "ref": "r1",
        "title": CIRCLE.title,
        "lang": "es",
        "community": "Casa Abierta Barcelona",
        "is_own": False,
        "until": ahead(9),
    }
    return views.RequestView(state=state, **(members | changes))  # type: ignore[arg-type]


_DAYS = (Choice("3", "3"), Choice("14", "14"))
TONIGHT = views.TonightView(
    None,
    (LISTENING_RESULT, CIRCLE_RESULT),
    (
        views.DirectContact("Warmline of the river towns", "phone", "+49 30 7654321"),
        views.DirectContact("Texting at night", "text", "+49 151 7654321"),
    ),
)
TOLD = views.TellingView(
    (
        views.TellingWay("email"),
        views.TellingWay(
            "command", "Text message", "The phone company Nordfunk, which keeps lists of messages for half a year"
        ),
    ),
    "email",
)


def my_request(of: views.RequestView, **changes: object) -> Sample:
    """The page of a request."""
    context: dict[str, object] = {
        "messages": (),
        "receipts": (),
        "suggestions": (),
        "beside": None,
        "sent": CONSENT,
        "listing_url": "/listings/node/id",
        "promises_now": None,
        "promises_hash": "",
        "telling": TOLD,
        "silence": None,
        "silence_choices": _DAYS,
        "tonight": None,
        "form": Form({"tell": "email"}),
    }
    return Sample("my_request", "/requests/r1", MEMBER, context | {"request": of} | changes)


def incoming(state: str = "offered", **changes: object) -> views.IncomingView:
    """A request that somebody has made to the person who looks."""
    members: dict[str, object] = {
        "url": "/incoming/node/r1",
        "alias": "Quiet Heron",
        "community": "Casa Abierta Barcelona",
        "standing": "guest",
        "title": LISTENING.title,
        "lang": "en",
        "until": ahead(12),
        "came": ahead(-1),
        "opening": ASKED,
    }
    return views.IncomingView(state=state, **(members | changes))  # type: ignore[arg-type]


def incoming_request(of: views.IncomingView, **changes: object) -> Sample:
    """The page of a request to the person who looks."""
    context: dict[str, object] = {
        "messages": (),
        "received": CONSENT,
        "others": TONGUES,
        "later_choices": (Choice("1", "tomorrow"), Choice("7", "in a week")),
        "ready_choices": (),
        "joining": "https://meet.example/r",
        "form": Form(),
    }
    return Sample("incoming_request", of.url, MEMBER, context | {"request": of} | changes)


def offering(state: str = "published", **changes: object) -> views.OfferingView:
    """Something that the person who looks offers."""
    members: dict[str, object] = {
        "id": state,
        "direction": "offer",
        "type": "listening",
        "title": LISTENING.title,
        "lang": "en",
        "audience": "anyone",
    }
    return views.OfferingView(state=state, **(members | changes))  # type: ignore[arg-type]


def edit(form: Form, direction: str = "offer", offering_id: str | None = None) -> Sample:
    """The form of a listing."""
    context: dict[str, object] = {
        "form": form,
        "direction": direction,
        "offering_id": offering_id,
        "spoken_choices": TONGUES,
        "type_choices": None,
    }
    path = f"/offerings/{offering_id}/edit" if offering_id else "/offerings/new"
    return Sample("edit_listing", path, MEMBER, context)


CAREFUL = (
    Careful("suffering from", "en", ("live with", "go through")),
    Careful("trastorno", "es", ("lo que viví", "una época difícil", "malestar")),
)


def peer(name: str, **changes: object) -> views.PeerView:
    """A community that ours has an agreement with."""
    members: dict[str, object] = {
        "node": "n",
        "url": "/peers/n",
        "lang": "es",
        "place": "Barcelona",
        "state": "agreed",
        "ours": "requests",
        "theirs": "requests",
        "freshness": "fresh",
        "checked": TODAY,
        "listings": 25,
        "waiting": 0,
        "review": ahead(120),
    }
    return views.PeerView(name=name, **(members | changes))  # type: ignore[arg-type]


PEERS = (
    peer("Casa Abierta"),
    peer("Solidarity Kitchen of the Old Harbour", ours="listings", freshness="older", waiting=3, problem="unreachable"),
    peer("دار السلام", lang="ar", freshness="stale", checked=ahead(-5), problem="some-new-code", set_aside=1),
    peer("Warm Line", state="asking", ours="none", theirs="none", freshness="never", checked=None, listings=0),
)
AGREEMENTS = views.PeerAgreements(
    lines=(
        views.AgreementLine("**You can leave.**", "**You can leave.**"),
        views.AgreementLine("**Distress is not a crime.**", "**El dolor no es un delito.**"),
        views.AgreementLine(None, "**La casa abre de noche.**"),
        views.AgreementLine("**What you lived is knowledge.**", None),
    ),
    our_commitments=ONLY_IF_ASKED,
    their_commitments=SOME_MAY,
    our_words=FINGERPRINT,
    their_words=FINGERPRINT[::-1],
    their_lang="es",
)

FILLED = {
    "type": "circle",
    "title": CIRCLE.title,
    "lang": "Spanish",
    "call_all": "each",
    "call_police": "never",
    "languages": ("en", "es"),
    "modality": ("phone",),
    "zone": "Europe/Berlin",
    "opens_mo": "20:00",
    "meeting_first": "2026-12-01",
    "exchange": "free",
}
SLIPS = {"title": "required", "call_hospital": "choose", "languages": "choose", "lowest": "number", "opens_mo": "time"}

SPOKEN_CHOICES = tuple(Choice(tag, f"Language {tag}") for tag in SPOKEN)
_SEARCH: dict[str, object] = {
    "form": Form(),
    "results": None,
    "gone": False,
    "place_choices": (),
    "language_choices": SPOKEN_CHOICES,
    "hard_night": None,
}
_LOOKED = Form({"words": "grief", "promise": "yes", "type": ("listening", "circle"), "area": "Berlin", "lived": "war"})
_LOST = Form({"words": "kites", "area": "Springfield"}, {"area": "place"})
_ASK: dict[str, object] = {
    "result": CIRCLE_RESULT,
    "ask_url": "/listings/node/id/ask",
    "form": Form(),
    "telling": views.TellingView(TOLD.ways),
    "silence_choices": _DAYS,
    "tonight": TONIGHT,
}
_FULL = Form(
    {
        "words": "kites",
        "calls": ("police", "immigration"),
        "type": ("circle", "space"),
        "language": "ar",
        "access": ("step_free", "captions"),
        "ages": "under_18",
    }
)
_PRINT: dict[str, object] = {
    "form": Form(),
    "place_choices": (),
    "results": None,
    "origin": "https://night-porch.example",
    "area": "",
    "part": 1,
    "newer_url": None,
    "older_url": None,
}
_ASKED = (
    views.AskedView("words", "Words", "kites"),
    views.AskedView("calls", "Not called without my yes", "Police, Immigration office"),
    views.AskedView("language", "In which language", language="ar"),
    views.AskedView("only_own", "Only for people who share this"),
)
_FOUND = views.ResultsView(RESULTS, 3, "2026-11-23", "/search/x", _ASKED, newer_url="/a", older_url="/b")
_NOTHING = views.ResultsView(
    (),
    1,
    "2026-11-23",
    "/search/x",
    _ASKED,
    wider=(views.WiderView(_ASKED[0], 20, more=True), views.WiderView(_ASKED[2], 1, more=False)),
    awake=(LISTENING_RESULT,),
)
_LISTING: dict[str, object] = {"ask_url": "/listings/node/id/ask", "ask_blocked": None, "chosen": "node/id"}
_CHOSEN = (
    views.ChosenView("node/1", LISTENING.title, "en", "Night Porch", "/listings/node/1"),
    views.ChosenView("node/2", CIRCLE.title, "es", "Casa Abierta", "/listings/node/2", "full"),
)
_FIT: dict[str, object] = {
    "chosen": _CHOSEN,
    "may_ask": True,
    "form": Form({"languages": ("es",), "times": ("evenings",)}, {"times": "five", "kept": "agree"}),
    "language_ticks": TONGUES,
    "topic_ticks": (Choice("grief", "Grief"), Choice("a_word_of_ours", "a_word_of_ours")),
    "access_ticks": (Choice("step_free", "No steps"),),
    "words_to_keep": WORDS,
    "words_lang": "en",
    "pending": "p",
}
_QUESTIONS = (
    views.QuestionView(
        "r1",
        "Casa Abierta",
        is_own=False,
        about=tuple(
            views.FitView(f"node/{answer}", LISTENING.title, "en", "/listings/node/1", answer)
            for answer in ("room", "waiting_list", "no", "talk_first", None)
        ),
        ends=ahead(2),
    ),
    views.QuestionView("r2", "Night Porch", is_own=True, about=(), ends=ahead(1), problem="unreachable"),
)
_TURNS: dict[str, object] = {
    "several": (_CHOSEN[0], replace(_CHOSEN[1], blocked=None)),
    "left_out": _CHOSEN,
    "enough": True,
    "form": Form({"each": "2"}, {"words": "required", "each": "choose"}),
    "day_choices": (Choice("1", "tomorrow"), Choice("2", "Wednesday")),
}
_TURNS_CONFIRM: dict[str, object] = {
    "offers": (
        views.TurnOfferView(_CHOSEN[0], CONSENT, SOME_MAY, "h1"),
        views.TurnOfferView(_CHOSEN[1], CONSENT, ONLY_IF_ASKED, "h2"),
    ),
    "first_until": "Wednesday",
    "form": Form({"words": ASKED, "each": "2"}, {"agree": "agree", "kept": "agree"}),
    "words_to_keep": WORDS,
    "words_lang": "en",
    "pending": "p",
}
_IN_TURN = views.InTurnView("r1", LISTENING.title, "en", "Casa Abierta", is_own=False, url="/l", lies="asked")
_ROUNDS = (
    views.RoundView(
        (
            replace(_IN_TURN, state="withdrawn"),
            replace(_IN_TURN, ref="r2", state="waitlisted", until=ahead(2)),
            replace(_IN_TURN, ref="r3", lies="look", is_own=True, promises_now=SOME_MAY, promises_hash="h"),
            replace(_IN_TURN, ref="r4", lies="passed"),
            replace(_IN_TURN, ref="r5", lies="waits"),
        ),
        ahead(13),
    ),
    views.RoundView((replace(_IN_TURN, ref="r6", state="declined"),), ahead(9), between=True),
)
_CONFIRM = _ASK | {
    "consent": CONSENT,
    "agreements_mark": "m" * 22,
    "promises_hash": "h",
    "words_to_keep": WORDS,
    "words_lang": "en",
    "pending": "p",
    "telling": TOLD,
    "told_at": "someone@example.org",
    "silence": views.SilenceView("tell", ahead(3)),
}
_DRAFT = offering(
    "draft", kept_until=ahead(40), title="", type="", missing=("type", "title", "commitments.police", "something_new")
)
_PEER: dict[str, object] = {"agreements": AGREEMENTS, "form": Form()}
_INVITE: dict[str, object] = {"form": Form(), "code": None, "last_day": None}
_COMMUNITY: dict[str, object] = {"saves": "together", "language_choices": LANGUAGES}

_SPOKEN = {"spoken_words": ("harbour", "lantern", "maple", "basket"), "words_lang": "en"}
_CALLS: dict[str, object] = {
    "relays": True,
    "may_begin": False,
    "alone": False,
    "unknown": {},
    "minutes": 0,
    "form": Form(),
}
_CALL_WRITE: dict[str, object] = {
    "result": CIRCLE_RESULT,
    "blocked": None,
    "ours": SOME_MAY,
    "form": Form({"days": "14", "caller_lang": "en"}),
    "action": "/calls/ask/node/id",
    "day_choices": _DAYS,
    "language_choices": SPOKEN_CHOICES,
    "script_languages": LANGUAGES,
}
_CALL_CONFIRM: dict[str, object] = {
    "result": LISTENING_RESULT,
    "blocked": None,
    "consent": replace(CONSENT, fields=(views.ConsentField("by_voice", ""), *CONSENT.fields)),
    "caller_lang": "en",
    **_SPOKEN,
    "promises_hash": "h",
    "agreements_mark": "",
    "base": "/calls/asking/draft",
    "form": Form(),
}
_CALL: dict[str, object] = {
    "caller_lang": "en",
    "receipts": (),
    "sent": CONSENT,
    "said_yes": "22:14",
    "said_yes_on": ahead(-2),
    "promises_now": None,
    "promises_hash": "",
    "form": Form(),
}
_DISCLOSED = {
    "tables": tuple(
        (
            name,
            views.DisclosedTable(
                table.says,
                table.weak,
                tuple(statement.KINDS[kind] for kind in statement.measured().readable.get(name, ())),
            ),
        )
        for name, table in statement.TABLES.items()
    ),
    "nowhere": tuple(statement.KINDS[kind] for kind in statement.measured().nowhere),
    "weak": statement.WEAK,
}
_ACCOUNT = {
    "joined": "2026-Q4",
    "telling": TOLD,
    "form": Form(),
    "sessions": (views.SessionView("s1", 0, this=True), views.SessionView("s2", 15, this=False)),
    "programs": (
        views.ProgramView("p1", "The phone with the cracked glass", ahead(80)),
        views.ProgramView("p2", "", ahead(3)),
    ),
    "has_code": True,
}
_NEW_WORDS = {
    "words_to_keep": WORDS,
    "words_lang": "en",
    "pending": "p",
    "done_url": "/account/words/done",
    "form": Form(),
}
_PRINTED = {"code": None, "has_code": False, "address": "https://support.example.org", "form": Form()}


_ABOUT = views.ConcernAbout(LISTENING.title, "en", "Night Porch", True, "/listings/node/id/concern", "/l")
_CONCERN_FORM: dict[str, object] = {
    "about": _ABOUT,
    "form": Form({"reader": ("s1", "s2"), "talk": "yes"}),
    "messages": (),
    "readers": (Choice("s1", "Lena"), Choice("s2", "أمينة")),
    "refused": None,
    "going_url": None,
    "neighbours": (),
}
_NEIGHBOURS = (
    views.NeighbourView("Casa Abierta Barcelona", "es", "https://casa.example/listings/node/id"),
    views.NeighbourView("دار السلام", "ar", "https://dar.example/listings/node/id"),
)
_MARKS = tuple(views.MarkView(f"m{place}", message) for place, message in enumerate(MESSAGES))
_SHOWN = views.ConcernShown(
    LISTENING.title,
    "en",
    "Night Porch",
    True,
    "They told my sister that I had called.\n\nI had asked them not to.",
    "",
    MESSAGES[:2],
    ("Lena", "أمينة"),
)
_CONCERN_SAID = (
    views.ConcernSaid("stewards", "read", "", ahead(-3)),
    views.ConcernSaid("stewards", "write", "Thank you for telling us. What would help?", ahead(-2)),
    views.ConcernSaid("raiser", "write", "That it does not happen to the next one.", ahead(-2)),
    views.ConcernSaid("stewards", "listen", "", ahead(-1)),
)
_SIDE = (
    views.ConcernSaid("stewards", "listen", "Do you sometimes tell families who called?", ahead(-1)),
    views.ConcernSaid("people", "write", "I did once. I thought that she was in danger.", TODAY),
)
_AGREED = views.ConcernSaid("stewards", "agree", "No family is told anything without a yes.", TODAY, ahead(14))
_RAISED = views.ConcernView("/concerns/c", _SHOWN, "listening", ahead(40), _CONCERN_SAID, frozenset({"write"}), True)
_CARED = replace(
    _RAISED,
    url="/community/concerns/c",
    may=frozenset({"write", "listen", "agree", "close"}),
    aside=_SIDE,
    talking=True,
)
_CARE: dict[str, object] = {
    "concern": _CARED,
    "listing_url": "/listings/node/id",
    "theirs": None,
    "there": True,
    "day_choices": (Choice("7", "next Monday"), Choice("14", "7 December")),
    "form": Form(),
}
_TALK = views.TalkView("/talks/c", LISTENING.title, "en", "listening", _SIDE, True, ahead(2))


def concern(person: views.SignedIn | None = None, **changes: object) -> Sample:
    """Raising one, changed as asked."""
    about = changes.get("about", _ABOUT)
    assert isinstance(about, views.ConcernAbout)
    return Sample("concern", about.url, person, _CONCERN_FORM | changes)


def concern_look(person: views.SignedIn | None, **changes: object) -> Sample:
    """What would be shown, changed as asked."""
    context = {
        "about": _ABOUT,
        "shown": _SHOWN,
        "form": Form({"words": _SHOWN.words, "talk": "yes", "reader": ("s1", "s2")}),
        "words_to_keep": (),
        "words_lang": "en",
        "pending": "",
    }
    return Sample("concern_look", "/listings/node/id/concern", person, context | changes)


def my_concern(view: views.ConcernView, form: Form | None = None, notice: Notice | None = None) -> Sample:
    """One of somebody's own."""
    return Sample("my_concern", "/concerns/c", MEMBER, {"concern": view, "form": form or Form()}, notice)


def cared(**changes: object) -> Sample:
    """One that a steward reads."""
    return Sample("concern_read", "/community/concerns/c", STEWARD, _CARE | changes)


SAMPLES: Mapping[str, Sample] = {
    "front": Sample("front", "/", None, {"community": COMMUNITY, "searchable": 3}),
    "front, signed in": Sample("front", "/", MEMBER, {"community": COMMUNITY, "searchable": 1}),
    "search": Sample("search", "/search", None, _SEARCH),
    "search, all filters": Sample("search", "/search/x/change", MEMBER, _SEARCH | {"form": _FULL}),
    "search, which place": Sample("search", "/search", None, _SEARCH | {"form": _LOST, "place_choices": TONGUES}),
    "search, forgotten": Sample("search", "/search/x", None, _SEARCH | {"gone": True}),
    "search, results": Sample(
        "search", "/search/x", None, _SEARCH | {"form": _LOOKED, "results": _FOUND, "language_choices": ()}
    ),
    "search, stopped": Sample(
        "search",
        "/search/x",
        None,
        _SEARCH | {"results": replace(_FOUND, results=(), asked=(), cut=True), "language_choices": ()},
    ),
    "search, nothing": Sample(
        "search",
        "/search/x",
        MEMBER,
        _SEARCH | {"form": _FULL, "results": _NOTHING, "hard_night": COMMUNITY, "language_choices": ()},
    ),
    "search, some of it": Sample(
        "search",
        "/search/x",
        None,
        _SEARCH
        | {
            "form": _LOOKED,
            "results": replace(
                _NOTHING, asked=(views.AskedView("words", "Words", "grief"),), some=RESULTS, some_more=True, awake=()
            ),
            "language_choices": (),
        },
    ),
    "search, wanting to die": Sample(
        "search",
        "/search/x",
        None,
        _SEARCH | {"form": _LOOKED, "results": _FOUND, "hard_night": COMMUNITY, "language_choices": ()},
    ),
    "search, nothing at all": Sample(
        "search",
        "/search/x",
        None,
        _SEARCH
        | {
            "results": replace(_NOTHING, wider=(views.WiderView(None, 3, more=False),), awake=()),
            "language_choices": (),
            "hard_night": replace(COMMUNITY, contacts=(), hard_night="Stay.\n\nA second thought."),
        },
    ),
    "listing": Sample("listing", "/listings/node/id", None, _LISTING | {"result": LISTENING_RESULT}),
    "listing, circle": Sample("listing", "/listings/node/id", None, _LISTING | {"result": CIRCLE_RESULT}),
    "listing, practitioner": Sample(
        "listing",
        "/listings/node/id",
        None,
        _LISTING | {"result": PRACTITIONER_RESULT, "ask_url": None, "ask_blocked": "members"},
    ),
    "listing, need": Sample("listing", "/listings/node/id", MEMBER, _LISTING | {"result": NEED_RESULT}),
    "listing, nothing said": Sample(
        "listing",
        "/listings/node/id",
        None,
        _LISTING | {"result": NOTHING_SAID_RESULT, "ask_url": None, "ask_blocked": "stale"},
    ),
    "fit": Sample("fit", "/fit", None, _FIT),
    "fit, member": Sample("fit", "/fit", MEMBER, _FIT | {"form": Form(), "words_to_keep": (), "pending": ""}),
    "fit, nobody": Sample("fit", "/fit", MEMBER, _FIT | {"chosen": _CHOSEN[1:], "may_ask": False}),
    "questions": Sample(
        "questions", "/questions", MEMBER, {"questions": _QUESTIONS, "possible": ("a/b", "a/c")}, Notice.QUESTION_SENT
    ),
    "questions, none": Sample("questions", "/questions", MEMBER, {"questions": (), "possible": ()}),
    "turns": Sample("turns", "/turns", None, _TURNS),
    "turns, too few": Sample(
        "turns", "/turns", MEMBER, _TURNS | {"several": _CHOSEN[:1], "enough": False, "form": Form()}
    ),
    "turns_confirm": Sample("turns_confirm", "/turns/confirm", None, _TURNS_CONFIRM),
    "turns_confirm, member": Sample(
        "turns_confirm", "/turns/confirm", MEMBER, _TURNS_CONFIRM | {"words_to_keep": (), "form": Form()}
    ),
    "my_turns": Sample("my_turns", "/turns", MEMBER, {"rounds": _ROUNDS, "form": Form({}, {"agree-r3": "agree"})}),
    "my_turns, none": Sample("my_turns", "/turns", MEMBER, {"rounds": (), "form": Form()}),
    "ask": Sample(
        "ask",
        "/listings/node/id/ask",
        None,
        _ASK | {"form": Form({}, {"words": "required"}), "day_choices": _DAYS, "language_choices": SPOKEN_CHOICES},
    ),
    "ask_confirm": Sample(
        "ask_confirm", "/listings/node/id/ask", None, _CONFIRM | {"form": Form({"words": ASKED}, {"agree": "agree"})}
    ),
    "ask_confirm, member": Sample(
        "ask_confirm",
        "/listings/node/id/ask",
        MEMBER,
        _CONFIRM | {"words_to_keep": (), "pending": "", "telling": views.TellingView(()), "told_at": ""},
    ),
    "my_requests": Sample(
        "my_requests",
        "/requests",
        MEMBER,
        {"requests": (request(unread=True), request("offered", is_own=True), request("declined"))},
        Notice.SENT,
    ),
    "my_requests, none": Sample("my_requests", "/requests", MEMBER, {"requests": ()}),
    "my_request": my_request(request(), messages=MESSAGES),
    "my_request, on its way": my_request(request("offered", delivered=False, problem="unreachable")),
    "my_request, paused": my_request(request("paused"), promises_now=SOME_MAY, promises_hash="h"),
    "my_request, declined": my_request(
        request("declined"), suggestions=(views.Suggestion(LISTENING.title, "en", "/l"),), messages=MESSAGES
    ),
    "my_request, turned away": my_request(request("declined", reason="full")),
    "my_request, they rest": my_request(
        request("offered", rests=True), silence=views.SilenceView("told", None), tonight=TONIGHT
    ),
    "my_request, waiting": my_request(
        request("offered"), silence=views.SilenceView("stop", ahead(3)), tonight=views.TonightView(True)
    ),
    "my_request, stopped": my_request(request("withdrawn"), silence=views.SilenceView("stopped", None)),
    "my_request, one more": my_request(
        request(),
        messages=MESSAGES,
        beside=Choice("A" * 43, "Lena of the Tuesday group"),
        form=Form({}, {"let_in": "agree"}),
    ),
    "my_request, deleted": my_request(request("withdrawn"), receipts=RECEIPTS, sent=None, listing_url=None),
    "incoming": Sample(
        "incoming",
        "/incoming",
        MEMBER,
        {
            "requests": (
                incoming(unread=True, company=True),
                incoming(later=ahead(3)),
                incoming("accepted", beside=True),
                incoming("closed", opening=None),
            ),
            "form": Form({}, {"code": "code"}),
        },
    ),
    "incoming, none": Sample("incoming", "/incoming", MEMBER, {"requests": (), "form": Form()}),
    "join_in": Sample(
        "join_in",
        "/incoming/n/r/invite",
        MEMBER,
        {"alias": "Quiet Heron", "url": "/incoming/n/r", "code": "A7kQz9" * 3 + "abcd"},
    ),
    "ask, need": Sample(
        "ask",
        "/listings/node/id/ask",
        MEMBER,
        _ASK
        | {
            "result": NEED_RESULT,
            "form": Form({"call_all": "each"}, {"call_all": "choose", "words": "required"}),
            "day_choices": _DAYS,
            "language_choices": SPOKEN_CHOICES,
        },
    ),
    "ask_confirm, need": Sample(
        "ask_confirm",
        "/listings/node/id/ask",
        MEMBER,
        _CONFIRM
        | {
            "result": NEED_RESULT,
            "consent": replace(CONSENT, promises=SOME_MAY),
            "words_to_keep": (),
            "form": Form({"call_all": "never"}),
        },
    ),
    "incoming_request, need": incoming_request(
        incoming(need=True, standing="member"), received=replace(CONSENT, promises=ONLY_IF_ASKED)
    ),
    "incoming_request, need without a promise": incoming_request(incoming(need=True), others=()),
    "need": Sample(
        "need",
        "/needs/new",
        None,
        {"form": Form({"audience": "here"}, {"title": "required"}), "language_choices": SPOKEN_CHOICES},
    ),
    "need_look": Sample(
        "need_look",
        "/needs/new",
        None,
        {
            "result": NEED_RESULT,
            "readers": ("Night Porch", "Casa Abierta"),
            "form": Form({"modality": ("phone", "text")}, {"listed": "many", "kept": "agree"}),
            "words_to_keep": WORDS,
            "words_lang": "en",
            "pending": "p",
        },
    ),
    "my_needs": Sample(
        "my_needs",
        "/needs",
        views.SignedIn("", member=False, keeps=True, incoming=1),
        {"needs": (offering(direction="need", type="practical", audience="here", ends=ahead(5), waiting=1),)},
        Notice.NEED_POSTED,
    ),
    "my_needs, none": Sample("my_needs", "/needs", MEMBER, {"needs": ()}),
    "joining": Sample(
        "joining",
        "/offerings/1/joining",
        MEMBER,
        {
            "title": CIRCLE.title,
            "lang": "es",
            "url": "/offerings/1/joining",
            "lost": True,
            "form": Form({"joining": "https://meet.example/r"}, {"joining": "too_long"}),
        },
    ),
    "edit_listing, circle": edit(Form({"type": "circle", "seats": "8"})),
    "blocks": Sample(
        "blocks", "/blocks", MEMBER, {"blocks": (views.BlockView("A" * 43, "Quiet Heron", ahead(-20)),)}, Notice.BLOCKED
    ),
    "blocks, none": Sample("blocks", "/blocks", MEMBER, {"blocks": ()}),
    "concern": concern(),
    "concern, of a request": concern(
        MEMBER,
        about=replace(_ABOUT, url="/requests/ref/concern", back="/requests/ref", asked=True),
        messages=_MARKS,
        form=Form({"mark": ("m0",), "talk": "not_yet"}, {"words": "required", "reader": "choose", "mark": "ten"}),
    ),
    "concern, elsewhere": concern(about=replace(_ABOUT, is_own=False, community="دار السلام")),
    "concern, everybody is part": concern(readers=(), neighbours=_NEIGHBOURS),
    "concern, everybody is part and nobody near": concern(MEMBER, readers=()),
    "concern, said already": concern(GUEST, refused="same", going_url="/concerns/c"),
    "concern, many": concern(MEMBER, refused="many"),
    "concern, full": concern(refused="full", neighbours=_NEIGHBOURS),
    "concern_look": concern_look(MEMBER),
    "concern_look, guest": concern_look(
        None,
        words_to_keep=WORDS,
        pending="p",
        about=replace(_ABOUT, is_own=False, community="Casa Abierta"),
        form=Form({"talk": "not_yet"}, {"kept": "agree", "agree": "agree"}),
    ),
    "my_concerns": Sample(
        "my_concerns",
        "/concerns",
        MEMBER,
        {"concerns": (_RAISED, replace(_RAISED, state="closed", shown=replace(_SHOWN, is_own=False)))},
        Notice.CONCERN_TAKEN_BACK,
    ),
    "my_concerns, none": Sample("my_concerns", "/concerns", GUEST, {"concerns": ()}),
    "my_concern": my_concern(_RAISED),
    "my_concern, new": my_concern(
        replace(_RAISED, state="waiting", said=(), may_talk=False), notice=Notice.CONCERN_RAISED
    ),
    "my_concern, agreed": my_concern(
        replace(_RAISED, state="agreed", said=(*_CONCERN_SAID, _AGREED), may=frozenset({"write", "ask_again"})),
        Form({}, {"text": "required"}),
    ),
    "my_concern, closed": my_concern(replace(_RAISED, state="closed", may=frozenset({"ask_again"}))),
    "my_concern, ended": my_concern(replace(_RAISED, state="ended", may=frozenset({"ask_again"}))),
    "concerns": Sample("concerns", "/community/concerns", STEWARD, {"concerns": (_CARED,) * 3}),
    "concerns, none": Sample("concerns", "/community/concerns", STEWARD, {"concerns": ()}),
    "concern_read": cared(form=Form({}, {"agree_text": "required", "show": "not_now"})),
    "concern_read, shown": cared(concern=replace(_CARED, shown_until=ahead(2))),
    "concern_read, shown by who looks": cared(concern=replace(_CARED, shown_until=ahead(2), mine=True)),
    "concern_read, shown before": cared(concern=replace(_CARED, mine=True)),
    "concern_read, not yet": cared(concern=replace(_CARED, state="heard", aside=(), talking=False, may_talk=False)),
    "concern_read, gone": cared(there=False),
    "concern_read, elsewhere": cared(
        concern=replace(_CARED, state="heard", aside=(), talking=False, shown=replace(_SHOWN, is_own=False)),
        theirs=replace(_NEIGHBOURS[0], contacts=COMMUNITY.contacts),
        there=False,
    ),
    "concern_read, closed": cared(concern=replace(_CARED, state="closed", may=frozenset())),
    "talks": Sample(
        "talks",
        "/talks",
        replace(MEMBER, talks=1),
        {"talks": (_TALK, replace(_TALK, state="closed", may_answer=False))},
    ),
    "talk": Sample("talk", "/talks/c", MEMBER, {"talk": _TALK, "form": Form()}),
    "talk, agreed": Sample(
        "talk",
        "/talks/c",
        MEMBER,
        {
            "talk": replace(_TALK, state="agreed", said=(*_SIDE, _AGREED), shown_until=None),
            "form": Form({}, {"text": "required"}),
        },
    ),
    "talk, closed": Sample(
        "talk", "/talks/c", GUEST, {"talk": replace(_TALK, state="closed", may_answer=False), "form": Form()}
    ),
    "talks, none": Sample("talks", "/talks", MEMBER, {"talks": ()}, Notice.SIDE_SAID),
    "listing, being talked about": Sample(
        "listing", "/listings/node/id", None, _LISTING | {"result": replace(LISTENING_RESULT, talked_about=True)}
    ),
    "incoming_request": incoming_request(incoming()),
    "incoming_request, by telephone": incoming_request(incoming(by_voice=True)),
    "incoming_request, accepted": incoming_request(incoming("accepted"), messages=MESSAGES),
    "incoming_request, paused": incoming_request(incoming("paused_waitlisted")),
    "incoming_request, put off": incoming_request(incoming(later=ahead(3))),
    "incoming_request, not alone": incoming_request(
        incoming(company=True),
        ready_choices=(Choice("A" * 43, "Lena"),),
        form=Form({"find": "grief", "text": "I cannot, but"}, {"find": "nothing", "days": "choose"}),
    ),
    "incoming_request, beside": incoming_request(incoming("accepted", beside=True), messages=MESSAGES),
    "incoming_request, locked": incoming_request(incoming(opening=None), received=None),
    "my_offerings": Sample(
        "my_offerings",
        "/offerings",
        MEMBER,
        {
            "offerings": (
                _DRAFT,
                offering(
                    confirm_by=ahead(10),
                    waiting=2,
                    careful=True,
                    seats=views.SeatsView(8, 7, "Quiet Heron", "/i"),
                    people=("Mira", "Jo"),
                    stops_after=3,
                ),
                offering("resting", direction="need"),
                offering("unseen", stops_after=1),
                offering("asleep", confirm_by=ahead(-3), gone_on=ahead(12)),
            ),
            "arriving": (views.ArrivingView("Casa Abierta", "es", ahead(6)),),
            "form": Form({}, {"code": "code"}),
        },
    ),
    "my_offerings, none": Sample(
        "my_offerings", "/offerings", MEMBER, {"offerings": (), "arriving": (), "form": Form()}
    ),
    "keep_together": Sample(
        "keep_together",
        "/offerings/o1/people",
        MEMBER,
        {"title": CIRCLE.title, "lang": "es", "code": "A7kQz9" * 3 + "abcd"},
    ),
    "new_listing": Sample("new_listing", "/offerings/new", MEMBER, {"direction": "offer", "type_choices": None}),
    "edit_listing": edit(Form({"type": "practitioner"})),
    "edit_listing, slips": edit(Form(FILLED, SLIPS)),
    "edit_listing, need": edit(Form({"type": "practical"}), "need", "1"),
    "preview_listing": Sample(
        "preview_listing",
        "/offerings/1/preview",
        MEMBER,
        {
            "offering": offering("draft"),
            "result": LISTENING_RESULT,
            "readers": ("A", "B"),
            "careful": CAREFUL,
            "form": Form(),
        },
    ),
    "preview_listing, unfinished": Sample(
        "preview_listing",
        "/offerings/1/preview",
        MEMBER,
        {"offering": _DRAFT, "result": CIRCLE_RESULT, "readers": ("A",), "careful": (), "form": Form()},
    ),
    "sign_in": Sample(
        "sign_in",
        "/sign-in",
        None,
        {"form": Form({"words": "harbour"}, {"words": "words"}), "written": (), "seen": False, "count": None},
    ),
    "sign_in, six words seen": Sample(
        "sign_in",
        "/sign-in",
        None,
        {"form": Form({"words": "harbour lantern"}, {"words": "seven"}), "written": (), "seen": True, "count": 2},
    ),
    "sign_in, after the end": Sample(
        "sign_in",
        "/sign-in",
        None,
        {"form": Form(), "written": ("A short title", ASKED), "seen": False, "count": None},
    ),
    "join": Sample("join", "/join", None, {"form": Form({}, {"code": "code"})}),
    "join_words": Sample(
        "join_words", "/join", None, {"words_to_keep": WORDS, "words_lang": "en", "pending": "p", "form": Form()}
    ),
    "calls": Sample("calls", "/calls", VOLUNTEER, _CALLS, Notice.CALL_SENT),
    "calls, slips": Sample(
        "calls",
        "/calls",
        replace(VOLUNTEER, steward=True),
        _CALLS
        | {
            "alone": True,
            "unknown": {"lanterm": ("lantern", "later"), "zzz": ()},
            "form": Form({"words": "harbour lanterm maple zzz"}, {"words": "no_word"}),
        },
    ),
    "calls, wait": Sample("calls", "/calls", VOLUNTEER, _CALLS | {"minutes": 4, "form": Form({}, {"words": "wait"})}),
    "calls, not yet": Sample("calls", "/calls", MEMBER, _CALLS | {"relays": False}),
    "calls, a line to open": Sample(
        "calls", "/calls", STEWARD, _CALLS | {"relays": False, "may_begin": True, "form": Form({}, {"code": "code"})}
    ),
    "calls, another steward": Sample("calls", "/calls", STEWARD, _CALLS | {"relays": False}),
    "calls_people": Sample(
        "calls_people",
        "/calls/people",
        replace(STEWARD, relays=True),
        {
            "volunteers": (views.VolunteerView("1", "Mira", this=True), views.VolunteerView("2", "نور", this=False)),
            "relays": True,
        },
    ),
    "calls_people, nobody": Sample("calls_people", "/calls/people", STEWARD, {"volunteers": (), "relays": False}),
    "calls_let": Sample("calls_let", "/calls/people", replace(STEWARD, relays=True), {"code": "A7kQz9" * 3 + "abcd"}),
    "call_write": Sample("call_write", "/calls/ask/node/id", VOLUNTEER, _CALL_WRITE),
    "call_write, slips": Sample(
        "call_write",
        "/calls/asking/draft/write",
        VOLUNTEER,
        _CALL_WRITE | {"form": Form({"caller_lang": "es"}, {"words": "required", "access_needs": "too_long"})},
    ),
    "call_write, no room": Sample("call_write", "/calls/ask/node/id", VOLUNTEER, _CALL_WRITE | {"blocked": "full"}),
    "call_confirm": Sample("call_confirm", "/calls/asking/draft", VOLUNTEER, _CALL_CONFIRM),
    "call_confirm, in Spanish": Sample(
        "call_confirm",
        "/calls/asking/draft",
        VOLUNTEER,
        _CALL_CONFIRM
        | {
            "result": CIRCLE_RESULT,
            "blocked": "resting",
            "caller_lang": "es",
            "agreements_mark": "m" * 22,
            "form": Form({}, {"said_yes": "enough_today", "said_back": "agree", "accepts": "agree"}),
        },
    ),
    "call": Sample("call", "/calls/now", VOLUNTEER, _CALL | {"request": request(), "messages": MESSAGES}),
    "call, in Spanish": Sample(
        "call",
        "/calls/now",
        VOLUNTEER,
        _CALL | {"caller_lang": "es", "request": request("offered", rests=True), "messages": MESSAGES[:1]},
        Notice.MESSAGE_SENT,
    ),
    "call, paused": Sample(
        "call",
        "/calls/now",
        VOLUNTEER,
        _CALL
        | {
            "request": request("paused"),
            "messages": MESSAGES[:1],
            "promises_now": SOME_MAY,
            "promises_hash": "h",
            "form": Form({}, {"agree": "agree"}),
        },
    ),
    "call, deleted": Sample(
        "call",
        "/calls/now",
        VOLUNTEER,
        _CALL | {"request": request("withdrawn"), "messages": (), "receipts": RECEIPTS, "sent": None},
    ),
    "call, nothing left": Sample(
        "call", "/calls/now", VOLUNTEER, _CALL | {"request": None, "messages": (), "sent": None}
    ),
    "listing, for a volunteer": Sample(
        "listing", "/listings/node/id", VOLUNTEER, _LISTING | {"result": LISTENING_RESULT}
    ),
    "my_account, look again": Sample(
        "my_account",
        "/account",
        MEMBER,
        _ACCOUNT
        | {
            "telling": views.TellingView(TOLD.ways, "command", failed=True),
            "form": Form({"tell": "email"}, {"tell_email": "mail", "quiet_zone": "zone"}),
        },
    ),
    "my_account, no messages": Sample("my_account", "/account", MEMBER, _ACCOUNT | {"telling": views.TellingView(())}),
    "my_account": Sample("my_account", "/account", STEWARD, _ACCOUNT),
    "my_account, guest": Sample(
        "my_account",
        "/account",
        GUEST,
        _ACCOUNT | {"sessions": _ACCOUNT["sessions"][:1], "programs": (), "has_code": False},
    ),
    "my_account, just left": Sample("my_account", "/account", MEMBER, _ACCOUNT, Notice.WORDS_CHANGED),
    "change_words": Sample("change_words", "/account/words", MEMBER, {"form": Form()}),
    "change_words, slip": Sample("change_words", "/account/words", MEMBER, {"form": Form({}, {"words": "words"})}),
    "new_words": Sample("new_words", "/account/words", MEMBER, _NEW_WORDS),
    "new_words, by code": Sample("new_words", "/recover", None, _NEW_WORDS | {"form": Form({}, {"kept": "agree"})}),
    "printed_code": Sample("printed_code", "/account/code", MEMBER, _PRINTED),
    "printed_code, another": Sample("printed_code", "/account/code", MEMBER, _PRINTED | {"has_code": True}),
    "printed_code, shown": Sample(
        "printed_code", "/account/code", MEMBER, _PRINTED | {"code": "7KQ2-" * 7 + "9XYZ", "has_code": True}
    ),
    "recover": Sample("recover", "/recover", None, {"form": Form({}, {"code": "printed_code"})}),
    "leave_for_good": Sample("leave_for_good", "/account/leave", MEMBER, {"form": Form()}),
    "leave_for_good, the last steward": Sample(
        "leave_for_good", "/account/leave", STEWARD, {"form": Form({"sure": "yes"}, {"sure": "last_steward"})}
    ),
    "peers": Sample("peers", "/peers", STEWARD, {"peers": PEERS}),
    "peers, none": Sample("peers", "/peers", STEWARD, {"peers": ()}),
    "peer": Sample("peer", "/peers/n", STEWARD, _PEER | {"peer": PEERS[1], "form": Form({}, {"day": "day"})}),
    "peer, asking": Sample("peer", "/peers/n", STEWARD, _PEER | {"peer": PEERS[3]}),
    "peer_invite": Sample("peer_invite", "/peers/invite", STEWARD, _INVITE),
    "peer_invite, code": Sample(
        "peer_invite", "/peers/invite", STEWARD, _INVITE | {"code": CODE, "last_day": ahead(14)}
    ),
    "peer_accept": Sample(
        "peer_accept", "/peers/accept", STEWARD, {"form": Form({}, {"code": "code"}), "their_words": (), "origin": ""}
    ),
    "peer_accept, words": Sample(
        "peer_accept",
        "/peers/accept",
        STEWARD,
        {"form": Form({"code": CODE}), "their_words": FINGERPRINT, "origin": "https://casa.example"},
    ),
    "members_invite": Sample(
        "members_invite", "/members/invite", STEWARD, _INVITE | {"join_url": "https://a.example/join"}
    ),
    "members_invite, code": Sample(
        "members_invite",
        "/members/invite",
        STEWARD,
        _INVITE | {"code": "lamp-7QK2", "last_day": ahead(1), "join_url": "https://a.example/join"},
    ),
    "community": Sample(
        "community", "/community", STEWARD, _COMMUNITY | {"form": Form({"name": "Night Porch"}, {"place": "required"})}
    ),
    "practitioners": Sample("practitioners", "/practitioners", None, {"form": Form()}),
    "vouching, of a group": Sample(
        "vouching",
        "/offerings/1/vouching",
        MEMBER,
        {
            "offering": offering(type="circle"),
            "vouching": (
                views.VouchingView("a", PRACTITIONER.title, "en", "If a child is in danger.", ahead(200)),
                views.VouchingView("b", "عيادة", "ar"),
            ),
        },
        Notice.VOUCHED,
    ),
    "vouching, of a practitioner": Sample(
        "vouching",
        "/offerings/1/vouching",
        MEMBER,
        {
            "offering": offering(type="practitioner"),
            "vouching": (views.VouchingView("a", "Hearing Voices Berlin", until=ahead(20)),),
        },
    ),
    "vouching, nobody": Sample(
        "vouching", "/offerings/1/vouching", MEMBER, {"offering": offering(type="circle"), "vouching": ()}
    ),
    "card": Sample("card", "/listings/node/id/card", None, {"result": result(listing(printable=True))}),
    "card, of another language": Sample(
        "card", "/listings/node/id/card", MEMBER, {"result": result(NOTHING_SAID, "دار السلام")}
    ),
    "print": Sample("print", "/print", None, _PRINT | {"form": _LOST, "place_choices": TONGUES}),
    "print, list": Sample(
        "print",
        "/print/x",
        MEMBER,
        _PRINT
        | {
            "results": (*RESULTS, *RESULTS, *RESULTS[:3]),
            "area": "Neukölln",
            "part": 2,
            "newer_url": "/a",
            "older_url": "/b",
        },
    ),
    "print, nothing": Sample("print", "/print/x", None, _PRINT | {"results": ()}),
    "hard_night": Sample(
        "hard_night", "/hard-night", None, {"community": replace(COMMUNITY, hard_night="Breathe.\n\n**Call us.**")}
    ),
    "hard_night, no words": Sample("hard_night", "/hard-night", MEMBER, {"community": replace(COMMUNITY, contacts=())}),
    "young_people": Sample(
        "young_people",
        "/young-people",
        None,
        {
            "community": replace(COMMUNITY, young_people="Two of us are always there."),
            "results": (result(FOR_YOUNG),) * 5,
            "more": True,
        },
    ),
    "young_people, nothing": Sample(
        "young_people",
        "/young-people",
        MEMBER,
        {"community": replace(COMMUNITY, commitments=Commitments()), "results": (), "more": False},
    ),
    "listing, for young people": Sample("listing", "/listings/node/id", None, _LISTING | {"result": result(FOR_YOUNG)}),
    "how_order_works": Sample(
        "how_order_works", "/order", None, {"seed": "2026-11-23", "start": 4_331_909_022_213_101}
    ),
    "disclose": Sample("disclose", "/disclose", None, _DISCLOSED),
    "about_leaving": Sample("about_leaving", "/leaving", None, {}),
    **{
        f"error, {status}": Sample("error", "/x", None, {"status": status})
        for status in ("403", "404", "422", "429", "500", "offline")
    },
}

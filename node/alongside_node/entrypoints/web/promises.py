"""Who may be called, said as one sentence: the first thing anybody reads about a listing (listing.md, "Commitments").

The sentence leaves nothing out: whoever may be called without asking is named, so is every "they have not said". It
never softens: `unknown` is never read as a promise. Details, exceptions and the law stand below it on the page.
"""

from collections.abc import Sequence
from typing import Final

from alongside_protocol.commitments import CALLED, Answer, Called, Commitments

from .wording import CALLED_IN_SENTENCE, N_, Gettext

_PROMISED: Final = frozenset({Answer.NEVER, Answer.ONLY_IF_YOU_ASK})
_NOBODY: Final = N_("They will not call anyone.")
_ONLY_IF_ASKED: Final = N_("They will not call anyone unless you ask.")
_NOTHING_SAID: Final = N_("They have not said who they may call.")
_MUST: Final = N_("By law they must call %(who)s.")
_MAY: Final = N_("They may call %(who)s without asking you.")
_NOT_SAID: Final = N_("They have not said about %(who)s.")
_REST_NEVER: Final = N_("They will not call anyone else.")
_REST_IF_ASKED: Final = N_("They will not call anyone else unless you ask.")
_WITH_EXCEPTION: Final = {
    _NOBODY: N_("They will not call anyone, but for the exception below."),
    _ONLY_IF_ASKED: N_("They will not call anyone unless you ask, but for the exception below."),
    _REST_NEVER: N_("They will not call anyone else, but for the exception below."),
    _REST_IF_ASKED: N_("They will not call anyone else unless you ask, but for the exception below."),
}
"""What is said instead where somebody has an exception who is promised not to be called: no sentence promises more than what stands below it."""


def answers(commitments: Commitments) -> dict[str, Answer]:
    """The answer about each of those who could be called, in the specification's order; not answered is `unknown`."""
    given: dict[str, Called | None] = {who: getattr(commitments, who) for who in CALLED}
    return {who: called.answer if called else Answer.UNKNOWN for who, called in given.items()}


def exceptions(commitments: Commitments) -> dict[str, list[str]]:
    """Each exception in their own words, with those it is about; an empty list where it is about all of them."""
    told: dict[str, list[str]] = {}
    for who in CALLED:
        called: Called | None = getattr(commitments, who)
        if called and called.exception.strip():
            told.setdefault(called.exception.strip(), []).append(who)
    return {text: [] if len(about) == len(CALLED) else about for text, about in told.items()}


def commitments_tone(commitments: Commitments) -> str:
    """How the sentence is shown: `promise` (nobody without your yes), `careful` (somebody may be), `unknown`."""
    given = set(answers(commitments).values())
    if given & {Answer.MAY_WITHOUT_ASKING, Answer.MUST_BY_LAW}:
        return "careful"
    return "promise" if given <= _PROMISED else "unknown"


def _listed(names: Sequence[str], gettext: Gettext) -> str:
    """`a`, `a and b`, `a, b and c` in the page's language."""
    if len(names) == 1:
        return names[0]
    return gettext("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def _clause(sentence: str, wanted: Answer, given: dict[str, Answer], gettext: Gettext) -> list[str]:
    who = [gettext(CALLED_IN_SENTENCE[name]) for name, answer in given.items() if answer == wanted]
    return [gettext(sentence) % {"who": _listed(who, gettext)}] if who else []


def _alone(given: dict[str, Answer]) -> str | None:
    """The whole sentence, where one says everything."""
    values = set(given.values())
    if values == {Answer.UNKNOWN}:
        return _NOTHING_SAID
    if values <= _PROMISED:
        return _NOBODY if values == {Answer.NEVER} else _ONLY_IF_ASKED
    return None


def commitments_sentence(commitments: Commitments, gettext: Gettext) -> str:
    """Who may be called, in one to four short sentences: the law first, then may, then what is not said, then the rest."""
    given = answers(commitments)
    but = {who for about in exceptions(commitments).values() for who in about or CALLED}
    excepted = any(given[who] in _PROMISED for who in but)

    def promised(sentence: str) -> str:
        return gettext(_WITH_EXCEPTION.get(sentence, sentence) if excepted else sentence)

    alone = _alone(given)
    if alone:
        return promised(alone)
    rest = _PROMISED & set(given.values())
    return " ".join(
        [
            *_clause(_MUST, Answer.MUST_BY_LAW, given, gettext),
            *_clause(_MAY, Answer.MAY_WITHOUT_ASKING, given, gettext),
            *_clause(_NOT_SAID, Answer.UNKNOWN, given, gettext),
            *([promised(_REST_NEVER if rest == {Answer.NEVER} else _REST_IF_ASKED)] if rest else []),
        ]
    )

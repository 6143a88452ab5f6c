"""The full-text index on both databases: what is added is found, what is removed is gone without a trace, nothing typed is an operator."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alongside_node.directory import entries, index, store
from alongside_node.directory.entries import Read
from alongside_node.directory.index import Indexed, Shown, Terms
from alongside_node.directory.text import query_words, words
from alongside_node.foundation.database import Database, Reading, Writing
from alongside_protocol import record
from alongside_protocol.identifiers import new_record_id
from alongside_protocol.listing import Listing
from directories import vocabulary
from world import START, Randomness, offer

RANDOM = Randomness("index")
TODAY = START // 86_400
WHOLE = (0, 2**63 - 1)
SHOWN = Shown("us", TODAY, silent=START)


@pytest.fixture(autouse=True)
def in_use(migrated: Database) -> None:
    """The first generation, in which everything here is: our own."""
    migrated.write(lambda tx: store.new_generation(tx, SHOWN.own, active=True))


def listing(**changes: object) -> Listing:
    from alongside_node.listings import rules  # noqa: PLC0415

    return rules.completed(offer(**changes), names=["Mira"], key="A" * 43, now=START, place_key=b"k" * 32)


def read(content: Listing, generation: int = 1) -> Read:
    name = new_record_id(RANDOM)
    line = record.write(content, record_id=name, rev=1, now=START, random=RANDOM)
    found = entries.read(line, name, record.digest(line), seq=1, generation=generation)
    assert isinstance(found, Read)
    return found


def sought(reading: Reading, text: str, *, codes: tuple[str, ...] = ("listing",), beginnings: bool = False) -> set[int]:
    terms = Terms(tuple(query_words(text)), codes, beginnings=beginnings)
    return {row[0] for row in index.lines_between(reading, terms, *WHOLE, 100, shown=SHOWN)}


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")) | st.sampled_from("éßıİﬁ漢字かがकि한글ไทย'\"*:()^-"),
    min_size=1,
    max_size=30,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(titles=st.lists(TEXTS, min_size=1, max_size=4))
def test_whatever_is_written_adding_and_removing_leaves_nothing(migrated: Database, titles: list[str]) -> None:
    several = [
        Read(one.entry, Indexed(one.entry.position, " ".join(words(title)), one.indexed.codes), one.content)
        for title in titles
        for one in [read(listing())]
    ]
    migrated.write(lambda tx: index.add(tx, [one.indexed for one in several]))
    migrated.write(lambda tx: index.remove(tx, [one.indexed for one in several]))
    assert vocabulary(migrated) == 0


HARD = [
    {"title": "Ça va? L'été à Zürich", "text": "Straße, ﬁnd, İstanbul, \u0131slak", "by": "Zoë"},
    {"title": "悲しい時に話せる人", "text": "漢字とかな", "by": "みら", "lang": "ja"},
    {"title": "कोई जो सुने", "text": "हिन्दी में बात", "by": "मीरा", "lang": "hi"},
    {"title": "사람 이야기", "text": "한국어", "by": "미라", "lang": "ko"},
    {"title": 'NEAR("a" OR b) * ^ -c', "text": "words: codes: {}", "by": "'; DROP TABLE entry; --"},
    {"title": "x" * 80, "text": "y" * 3_500, "by": "z"},
    {"title": "e\u0301 combined", "text": "e" + "\u0301" * 200, "by": "\u2764"},
    {"title": "Adlam", "text": "𞤀𞤣𞤤𞤢𞤥 \U0001d50aothic ²³ ½", "by": "M"},
]


@pytest.mark.parametrize("changes", HARD)
def test_a_record_is_taken_out_by_reading_its_line_again(migrated: Database, changes: dict[str, str]) -> None:
    kept, one = read(listing()), read(listing(**changes))
    migrated.write(lambda tx: entries.add(tx, [kept]))
    before = vocabulary(migrated)
    migrated.write(lambda tx: entries.add(tx, [one]))
    assert one.entry.position in migrated.read(lambda r: sought(r, ""))
    migrated.write(lambda tx: entries.remove(tx, 1, [one.entry.id]))
    assert vocabulary(migrated) == before
    assert migrated.read(lambda r: sought(r, "")) == {kept.entry.position}


@pytest.mark.parametrize("changes", HARD[:5])
def test_every_word_of_a_record_finds_it(migrated: Database, changes: dict[str, str]) -> None:
    one = read(listing(**changes))
    migrated.write(lambda tx: entries.add(tx, [one]))
    for text in (changes["title"], changes["text"], changes["title"].upper(), *changes["text"].split()):
        if query_words(text):
            assert migrated.read(lambda r, text=text: sought(r, text)) == {one.entry.position}, text


HOSTILE = [
    '"', "'", "''", '" OR "', "NEAR(a b)", "a* OR b*", "words : x", "codes : listing", "-a", "^a", "a + b", "(", ")", "{a}",
    "a:*", "a & !b", "a | b", "<->", "\\", "\\'", "%", "_", ";--", "\x00", "a\x00b", "\u2028", "🙂", "x" * 5_000,
    "é" * 3_000, " ".join("w" * n for n in range(1, 200)), "𞤀𞤣𞤤𞤢𞤥", "²", "½", "ﷺ", "\ud800", "::text", "$1", "%s", "?",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("beginnings", [True, False])
def test_nothing_that_somebody_types_is_an_operator_or_an_error(
    migrated: Database, text: str, beginnings: bool
) -> None:
    one = read(listing(title="Zebra alone", text="nothing else"))
    migrated.write(lambda tx: entries.add(tx, [one]))
    found = migrated.read(lambda r: sought(r, text, beginnings=beginnings))
    assert found == (set() if query_words(text) else {one.entry.position})


def test_what_is_not_in_use_out_of_date_or_of_a_silent_peer_is_not_found(migrated: Database) -> None:
    ours = read(listing())

    def theirs(tx: Writing, peer: str, exp: int, *, active: bool = True) -> int:
        generation = store.new_generation(tx, peer, active=active)
        store.save_replica(tx, store.Replica(peer, "head", 1, 1, exp, START, None))
        one = read(listing(), generation=generation)
        entries.add(tx, [one])
        return one.entry.position

    migrated.write(lambda tx: entries.add(tx, [ours]))
    heard = migrated.write(lambda tx: theirs(tx, "heard", START + 1))
    migrated.write(lambda tx: theirs(tx, "silent", START))
    migrated.write(lambda tx: theirs(tx, "staged", START + 1, active=False))
    assert migrated.read(lambda r: sought(r, "")) == {ours.entry.position, heard}
    later = replace(SHOWN, today=ours.entry.last_day + 1)
    terms = Terms(codes=("listing",))
    assert migrated.read(lambda r: index.lines_between(r, terms, *WHOLE, 100, shown=later)) == []


def test_a_word_of_a_record_is_not_one_of_its_codes(migrated: Database) -> None:
    one = read(listing(title="promise tcrisis", text="dneed"))
    migrated.write(lambda tx: entries.add(tx, [one]))
    assert migrated.read(lambda r: sought(r, "promise")) == {one.entry.position}
    assert migrated.read(lambda r: sought(r, "", codes=("listing", "dneed"))) == set()


def test_beginnings_are_found_from_four_letters_on(migrated: Database) -> None:
    one = read(listing(title="Grieving together"))
    migrated.write(lambda tx: entries.add(tx, [one]))
    assert migrated.read(lambda r: sought(r, "grie", beginnings=True)) == {one.entry.position}
    assert migrated.read(lambda r: sought(r, "gri", beginnings=True)) == set()
    assert migrated.read(lambda r: sought(r, "grie")) == set()


def test_compacting_changes_no_answer_and_ends(migrated: Database) -> None:
    several = [read(listing(title=f"number{n}")) for n in range(50)]
    for one in several:
        migrated.write(lambda tx, one=one: entries.add(tx, [one]))
    migrated.write(lambda tx: entries.drop(tx, [one.entry for one in several[::2]]))
    steps, more = 0, migrated.write(lambda tx: index.compact(tx, begin=True))
    while more:
        more, steps = migrated.write(lambda tx: index.compact(tx, begin=False)), steps + 1
        assert steps < 100
    assert migrated.read(lambda r: sought(r, "")) == {one.entry.position for one in several[1::2]}
    assert migrated.read(lambda r: sought(r, "number1")) == {several[1].entry.position}
    assert migrated.read(lambda r: sought(r, "number2")) == set()

"""Raising a concern, through the pages: only what is chosen is shown, to those who are not part of it; nobody learns who spoke (mission.md; issue 3, 5)."""

import json
import re
from urllib.parse import quote

import pytest

from alongside_node.entrypoints import concerning, leaving
from alongside_node.members import actions as members
from alongside_node.members.actions import Person, Role
from alongside_node.safety import concern_rules as rules
from alongside_node.safety import concerns
from alongside_node.safety.concern_rules import Standing
from alongside_node.safety.concerns import Shown
from visitors import CONCERN, Browser, Somebody, asks, publishes, raises, readers
from world import Community, World

DAY = 86_400
SECRET = CONCERN


def listing_of(community: Community) -> str:
    return str(community.rows("listing")[-1].id)


def listing_path(community: Community) -> str:
    return f"/listings/{community.id}/{listing_of(community)}"


def cared(browser: Browser) -> Browser:
    """Open the only concern that this steward sees."""
    browser.open("/community/concerns")
    return browser.open(browser.link('/community/concerns/[^"]+'))


class Present(Somebody):
    """Somebody who is signed in, and again whenever it is asked: no words are derived for it."""

    def __init__(self, community: Community, name: str, role: Role = Role.MEMBER) -> None:
        super().__init__(community)
        self.person = community.person(name, role)
        self.back()

    def back(self) -> "Present":
        now, person = self.community.world.clock.now(), self.community.again(self.person)
        self.cookies["session"] = self.community.write(
            lambda tx: members.begin_session(tx, person, now=now, random=self.community.random)
        )
        return self


class Care:
    """A community with two who look after it, somebody who offers and somebody who asks."""

    def __init__(self, community: Community) -> None:
        self.community = community
        self.lena = Present(community, "Lena", Role.STEWARD)
        self.omar = Present(community, "Omar", Role.STEWARD)
        self.mira = Present(community, "Mira")
        publishes(self.mira)
        self.ana = Present(community, "Ana")
        self.path = listing_path(community)


@pytest.fixture
def care(oak: Community) -> Care:
    return Care(oak)


def test_it_is_heard_the_other_side_is_listened_to_and_something_is_agreed(care: Care) -> None:
    mine = raises(care.ana, care.path)
    assert "Nobody has read it yet" in care.ana.text
    cared(care.lena)
    assert SECRET in care.lena.text
    assert "Someone who gives no name" in care.lena.text
    assert "It was read" in care.ana.open(mine).text
    url = care.lena.path
    care.lena.post(f"{url}/write", write_text="Thank you. What would help?")
    care.ana.open(mine).post(f"{mine}/write", text="That he says before when he comes")
    care.lena.open(url)
    assert "That he says before when he comes" in care.lena.text
    care.lena.post(f"{url}/listen", listen_people="Do you visit people without a word before?", listen_text="We ask.")
    assert "said=concern_step" in care.lena.path, care.lena.text

    care.mira.open("/talks")
    assert re.search(r"To talk about\s+1\s+waiting for you", care.mira.text)
    talk = care.mira.link(r"/talks/[\w-]{22}")
    assert "Do you visit people without a word before?" in care.mira.open(talk).text
    care.mira.post(talk, text="I did. I am sorry.")
    assert "said=side_said" in care.mira.path
    cared(care.lena)
    assert "I am sorry" in care.lena.text
    assert "I am sorry" not in care.ana.open(mine).text
    assert "They listen to the other side" in care.ana.text

    care.lena.post(f"{url}/agree", agree_text="No visits that were not agreed on", agree_days="14")
    for browser, path in ((care.ana, mine), (care.mira, talk)):
        assert "No visits that were not agreed on" in browser.open(path).text
    care.ana.open(mine).post(f"{mine}/again", text="He came again")
    assert "said=concern_asked_again" in care.ana.path
    cared(care.omar)
    assert "He came again" in care.omar.text
    care.omar.post(f"{url}/close", close_text="We have talked with him, and stop here.")
    assert "We have talked with him" in care.ana.open(mine).text
    assert "It is closed" in care.ana.text
    assert "We have talked with him" not in care.mira.open(talk).text


def test_the_one_it_is_about_never_reads_who_spoke_nor_their_words(care: Care) -> None:
    mine = raises(care.ana, care.path, name="Ana from the third floor")
    url = cared(care.lena).path
    care.lena.post(f"{url}/listen", listen_people="We would like to hear your side.", listen_text="")
    care.mira.open("/talks").open(care.mira.link(r"/talks/[\w-]{22}"))
    assert "hear your side" in care.mira.text
    for hidden in (SECRET, "Ana", "third floor", mine.rpartition("/")[2] + "/write"):
        assert hidden not in care.mira.text
    for path in (mine, url, "/community/concerns"):
        assert care.mira.open(path).status in (403, 404)
    talk = url.replace("/community/concerns", "/talks")
    assert care.mira.open(talk).status == 200
    for other in (care.ana, care.omar):
        assert other.open(talk).status == 404
        assert other.post(talk, text="x").status == 404


def test_whoever_keeps_the_listing_does_not_read_it_as_a_steward(oak: Community) -> None:
    lena, mira = Present(oak, "Lena", Role.STEWARD), Present(oak, "Mira", Role.STEWARD)
    publishes(mira)
    ana = Present(oak, "Ana")
    raises(ana, listing_path(oak))
    assert "Lena" in ana.text
    assert "Mira" not in ana.open(f"{listing_path(oak)}/concern").text.split("Who may read it?")[-1]
    assert SECRET in cared(lena).text
    url = lena.path
    assert SECRET not in mira.open("/community/concerns").text
    assert mira.open(url).status == 404


def test_nobody_can_choose_a_reader_who_is_part_of_it(oak: Community) -> None:
    lena, mira = Present(oak, "Lena", Role.STEWARD), Present(oak, "Mira", Role.STEWARD)
    publishes(mira)
    ana, path = Present(oak, "Ana"), listing_path(oak)
    (holder,) = {row.member for row in oak.rows("listing_holder")}
    ana.open(f"{path}/concern").post(f"{path}/concern", words=SECRET, talk="yes", reader=[holder])
    assert ana.status == 422
    assert lena.open("/community/concerns").status == 200
    assert oak.rows("concern") == []


def test_a_steward_who_comes_to_keep_the_listing_later_reads_it_no_longer(care: Care) -> None:
    raises(care.ana, care.path)
    url = cared(care.lena).path
    care.mira.open("/offerings").post(f"/offerings/{listing_of(care.community)}/people")
    code = re.search(r'class="code">([^<]+)<', care.mira.body)
    assert code
    care.lena.open("/offerings").post("/offerings/together", code=code[1], name="Lena")
    assert "said=kept_together" in care.lena.path
    assert care.lena.open(url).status == 404
    assert SECRET not in care.lena.open("/community/concerns").text
    assert cared(care.omar).status == 200


def test_a_steward_who_raises_one_is_not_among_those_who_read_it(care: Care) -> None:
    mine = raises(care.lena, care.path)
    assert "Omar" in care.lena.text
    assert care.lena.open(mine.replace("/concerns/", "/community/concerns/")).status == 404
    assert "Nobody has raised one with you" in care.lena.open("/community/concerns").text


def test_only_those_who_were_ticked_read_it(care: Care) -> None:
    care.ana.open(f"{care.path}/concern")
    lena = re.search(r'name="reader" value="([^"]+)"[^>]*> <bdi>Lena', care.ana.body)
    assert lena
    raises(care.ana, care.path, reader=[lena[1]])
    assert "Omar" not in care.ana.text
    assert SECRET in cared(care.lena).text
    url = care.lena.path
    assert "Nobody has raised one with you" in care.omar.open("/community/concerns").text
    assert care.omar.open(url).status == 404
    assert care.omar.post(f"{url}/close", close_text="Over").status == 404


def test_no_row_tells_who_was_left_out_or_who_spoke_or_about_what(care: Care) -> None:
    care.ana.open(f"{care.path}/concern")
    raises(care.ana, care.path, reader=readers(care.ana)[:1])
    assert len(care.community.rows("concern_share")) == 2
    assert len({len(row.sealed) for row in care.community.rows("concern_share")}) == 1
    said = b"".join(
        str(value).encode() if not isinstance(value, bytes) else value
        for table in ("concern", "concern_share", "concern_word", "concern_talk")
        for row in care.community.rows(table)
        for value in row
    )
    known = [row.id for row in care.community.rows("member")] + [listing_of(care.community), SECRET]
    assert not [one for one in known if one.encode() in said]


def test_where_everybody_who_looks_after_the_community_is_part_of_it_that_is_said_and_nothing_is_taken(
    world: World, oak: Community, elm: Community
) -> None:
    mira = Present(oak, "Mira", Role.STEWARD)
    publishes(mira)
    ana, path = Present(oak, "Ana"), listing_path(oak)
    ana.open(f"{path}/concern")
    assert "Everyone who looks after this community is a part of this" in ana.text
    assert f"{elm.origin}{path}" in ana.body
    assert ana.post(f"{path}/concern/send", words=SECRET, talk="yes", agree="yes").status == 422
    assert oak.rows("concern") == []


# What is shown.


def test_of_a_request_only_the_ticked_messages_are_shown(world: World, care: Care) -> None:
    asker = care.ana
    request = asks(asker, words="I cannot sleep since June", contact="ana@example.org")
    world.settle()
    care.mira.open("/incoming").open(care.mira.link('/incoming/[^"]+/[^"]+'))
    care.mira.post(f"{care.mira.path}/accept", text="Call me at nine")
    world.settle()
    asker.open(request).post(f"{request}/message", text="I tried, nobody was there")
    world.settle()
    asker.open(f"{request}/concern")
    assert "I cannot sleep since June" in asker.text
    ticks = re.findall(r'name="mark" value="([^"]+)"(.*?)</label>', asker.body, re.DOTALL)
    assert len(ticks) == 3
    (mark,) = (tick for tick, label in ticks if "Call me at nine" in label)
    raises(asker, request, mark=[mark], words="They were not there")
    cared(care.lena)
    assert "They were not there" in care.lena.text
    assert "Call me at nine" in care.lena.text
    for hidden in ("I cannot sleep", "ana@example.org", "I tried", "Ana"):
        assert hidden not in care.lena.text, hidden


def test_an_outcome_that_was_not_good_leads_there(world: World, care: Care) -> None:
    asker = care.ana
    request = asks(asker)
    world.settle()
    answers_as(care.mira)
    world.settle()
    asker.open(request).post(f"{request}/close", coded="outcome_not_kept")
    assert "tell those who look after our community" in asker.text
    raises(asker, request)


def answers_as(mira: Browser) -> None:
    mira.open("/incoming").open(mira.link('/incoming/[^"]+/[^"]+'))
    mira.post(f"{mira.path}/accept", text="Yes")


def test_nothing_is_sent_before_it_was_seen_and_agreed_to(care: Care) -> None:
    care.ana.open(f"{care.path}/concern")
    fields = {"words": SECRET, "talk": "yes", "reader": readers(care.ana)}
    care.ana.post(f"{care.path}/concern", **fields)
    care.ana.post(f"{care.path}/concern/send", **fields, pending=care.ana.hidden("pending"))
    assert care.ana.status == 422
    assert care.community.rows("concern") == []
    care.ana.post(f"{care.path}/concern/change", **fields)
    assert SECRET in care.ana.text


def test_what_is_missing_or_too_long_is_said_and_nothing_is_lost(care: Care) -> None:
    care.ana.open(f"{care.path}/concern")
    care.ana.post(f"{care.path}/concern", words="", talk="yes", reader=readers(care.ana))
    assert care.ana.status == 422
    care.ana.post(f"{care.path}/concern", words="x" * 4_001, talk="yes", reader=readers(care.ana))
    assert care.ana.status == 422
    assert "x" * 4_001 in care.ana.body
    care.ana.post(f"{care.path}/concern", words=SECRET, talk="maybe")
    assert care.ana.status == 422
    assert SECRET in care.ana.text


# Without an account, and elsewhere.


def test_somebody_without_an_account_comes_back_with_seven_words(care: Care) -> None:
    guest = Browser(care.community)
    mine = raises(guest, care.path)
    url = cared(care.lena).path
    care.lena.post(f"{url}/write", write_text="We have read it")
    again = Browser(care.community)
    again.open("/sign-in").post("/sign-in", words=guest.words)
    assert "We have read it" in again.open(mine).text


def test_a_concern_about_a_listing_of_another_community_stays_here(
    world: World, oak: Community, elm: Community
) -> None:
    publishes(Present(elm, "Mira"))
    world.settle()
    lena, ana = Present(oak, "Lena", Role.STEWARD), Present(oak, "Ana")
    path = listing_path(elm)
    ana.open(f"{path}/concern")
    assert "Nothing is sent there" in ana.text
    before = len(world.network.seen)
    mine = raises(ana, path)
    url = cared(lena).path
    assert "Talk with those who look after" in lena.text
    assert elm.origin in lena.body
    lena.post(f"{url}/listen", listen_text="We have called them.")
    lena.open(url).post(f"{url}/show")
    assert lena.status == 422
    world.settle()
    assert "We have called them." in ana.open(mine).text
    assert [one for one in world.network.seen[before:] if one[0] == "POST"] == []
    assert elm.rows("concern") == []
    assert "Being talked about" not in Browser(oak).open(path).text


# Limits.


def test_one_person_raises_one_about_a_listing_and_three_at_once(care: Care) -> None:
    raises(care.ana, care.path)
    care.ana.open(f"{care.path}/concern")
    assert "You have spoken about this already" in care.ana.text
    assert care.ana.post(f"{care.path}/concern/send", words="more", talk="yes", agree="yes").status == 422
    paths = [care.path]
    for number in range(3):
        publishes(care.mira, title=f"Another {number}")
        paths.append(
            next(
                f"/listings/{care.community.id}/{row.id}"
                for row in care.community.rows("listing")
                if f"Another {number}" in row.content
            )
        )
    for path in paths[1:3]:
        raises(care.ana, path)
    assert "as many concerns as can be looked at well" in care.ana.open(f"{paths[3]}/concern").text
    assert len(care.community.rows("concern")) == 3


def test_a_flood_by_guests_ends_at_their_places_and_others_do_not_notice(care: Care) -> None:
    for _ in range(rules.OPEN_OF_GUESTS):
        raises(Browser(care.community), care.path)
    late = Browser(care.community).open(f"{care.path}/concern")
    assert "As many concerns wait here" in late.text
    guests = [row for row in care.community.rows("member") if row.role == "guest"]
    assert len(guests) == rules.OPEN_OF_GUESTS
    raises(care.ana, care.path)


def test_what_guests_flood_leaves_nothing_where_it_is_refused_in_the_transaction(care: Care, world: World) -> None:
    """Two who send at once: the count is taken where it is written."""
    edge, now = care.community.node.edge, world.clock.now()
    prepared = []
    for number in range(rules.OPEN_OF_GUESTS + 1):
        person = care.community.person(f"g{number}")
        shown = Shown(care.community.id, f"l{number}", "t", "en", "Oak", "w")
        prepared.append(
            (
                person,
                concerns.prepare(
                    person,
                    shown,
                    [],
                    may_talk=True,
                    standing=Standing.GUEST,
                    stewards=2,
                    me=edge.me,
                    now=now,
                    random=edge.random,
                ),
            )
        )
    taken = [care.community.write(lambda tx, one=one: concerns.begin(tx, *one)) for one in prepared]
    assert taken == [True] * rules.OPEN_OF_GUESTS + [False]
    last = care.community.again(prepared[-1][0])
    assert members.open_box(last, edge.me).concerns == {}


def test_who_keeps_the_listing_raises_none_about_it(care: Care) -> None:
    assert care.mira.open(f"{care.path}/concern").status == 404
    assert f"{care.path}/concern" not in care.mira.open(care.path).body


# Being talked about.


def listened_to(care: Care) -> str:
    raises(care.ana, care.path)
    url = cared(care.lena).path
    care.lena.post(f"{url}/listen", listen_people="We would like to hear your side.", listen_text="")
    return url


def seen_by_others(care: Care) -> bool:
    page = Browser(care.community).open(care.path)
    results = Browser(care.community).open("/search").post("/search", words="night")
    found = {"Being talked about" in page.text, "Being talked about" in results.text}
    assert len(found) == 1
    return found.pop()


def test_nothing_shows_because_somebody_spoke(care: Care) -> None:
    raises(care.ana, care.path)
    assert not seen_by_others(care)
    url = cared(care.lena).path
    assert not seen_by_others(care)
    assert care.lena.post(f"{url}/show").status == 422
    assert not seen_by_others(care)


def test_one_steward_shows_it_for_three_days_and_only_a_second_one_for_longer(world: World, care: Care) -> None:
    url = listened_to(care)
    care.lena.open(url).post(f"{url}/show")
    assert "said=concern_shown" in care.lena.path
    assert seen_by_others(care)
    assert "Ana" not in Browser(care.community).open(care.path).text
    talk = care.mira.open("/talks").link(r"/talks/[\w-]{22}")
    assert "being talked about" in care.mira.open(talk).text
    assert care.lena.open(url).post(f"{url}/show").status == 422
    world.pass_time(4 * DAY)
    assert not seen_by_others(care)
    care.lena.back()
    assert care.lena.open(url).post(f"{url}/show").status == 422
    care.omar.back()
    care.omar.open(url).post(f"{url}/show")
    assert seen_by_others(care)
    world.pass_time(20 * DAY)
    assert seen_by_others(care)
    world.pass_time(11 * DAY)
    assert not seen_by_others(care)


@pytest.mark.parametrize(
    ("how", "fields"),
    [("agree", {"agree_text": "a", "agree_days": "7"}), ("close", {"close_text": "c"}), ("hide", {})],
)
def test_it_shows_only_until_it_is_answered(care: Care, how: str, fields: dict[str, str]) -> None:
    url = listened_to(care)
    care.lena.open(url).post(f"{url}/show")
    assert seen_by_others(care)
    care.omar.open(url).post(f"{url}/{how}", **fields)
    assert care.omar.status == 200
    assert not seen_by_others(care)


def test_it_no_longer_shows_when_it_is_taken_back(care: Care) -> None:
    url = listened_to(care)
    care.lena.open(url).post(f"{url}/show")
    mine = url.replace("/community", "")
    care.ana.open(mine).post(f"{mine}/back")
    assert not seen_by_others(care)


def test_the_other_side_is_not_asked_before_who_raised_it_says_yes(care: Care) -> None:
    mine = raises(care.ana, care.path, talk="not_yet")
    url = cared(care.lena).path
    assert "They have not said yes" in care.lena.text
    care.lena.post(f"{url}/listen", listen_people="We ask anyway", listen_text="")
    assert care.lena.status == 422
    assert care.community.rows("concern_talk") == []
    care.ana.open(mine).post(f"{mine}/talk", talk="yes")
    care.lena.open(url).post(f"{url}/listen", listen_people="We ask now", listen_text="")
    talk = care.mira.open("/talks").link(r"/talks/[\w-]{22}")
    assert "We ask now" in care.mira.open(talk).text


# Time, taking back, leaving.


@pytest.mark.parametrize("how", ["back", "leave"])
def test_taken_back_or_left_nothing_of_it_is_there(care: Care, how: str) -> None:
    url = listened_to(care)
    mine = url.replace("/community", "")
    if how == "back":
        care.ana.open(mine).post(f"{mine}/back")
        assert "said=concern_taken_back" in care.ana.path
    else:
        edge = care.community.node.edge
        care.community.world.run(leaving.leave(edge, care.community.again(care.ana.person)))
    for table in ("concern", "concern_share", "concern_word", "concern_talk"):
        assert care.community.rows(table) == [], table
    assert care.community.node.database.forgetting
    assert care.lena.open(url).status == 404
    assert "nothing to talk about" in care.mira.open("/talks").text


def test_taken_back_it_can_be_raised_again(care: Care) -> None:
    mine = raises(care.ana, care.path)
    care.ana.post(f"{mine}/back")
    assert "None." in care.ana.text
    raises(care.ana, care.path)


def test_it_ends_by_itself_and_30_days_later_nothing_is_left(world: World, care: Care) -> None:
    mine = raises(care.ana, care.path)
    world.pass_time((rules.OPEN_DAYS + 1) * DAY)
    care.ana.back()
    assert "It ended by itself" in care.ana.open(mine).text
    world.pass_time((rules.KEPT_DAYS + 1) * DAY)
    for table in ("concern", "concern_share", "concern_word"):
        assert care.community.rows(table) == [], table
    care.ana.back()
    assert care.ana.open(mine).status == 404
    raises(care.ana, care.path)


def test_words_that_go_on_for_ever_end_after_90_days(world: World, care: Care) -> None:
    mine = raises(care.ana, care.path)
    for _ in range(3):
        world.pass_time(30 * DAY)
        care.ana.back()
        care.ana.open(mine).post(f"{mine}/write", text="Still")
    world.pass_time(2 * DAY)
    assert care.community.rows("concern") == []


def test_a_guest_stays_as_long_as_their_concern(world: World, care: Care) -> None:
    guest = Browser(care.community)
    mine = raises(guest, care.path)
    world.pass_time(44 * DAY)
    care.lena.back()
    cared(care.lena).post(f"{care.lena.path}/write", write_text="Still here")
    world.pass_time(44 * DAY)
    again = Browser(care.community)
    again.open("/sign-in").post("/sign-in", words=guest.words)
    assert "Still here" in again.open(mine).text


def test_who_keeps_it_alone_and_leaves_leaves_nothing_of_their_side(care: Care) -> None:
    url = listened_to(care)
    talk = url.rpartition("/")[2]
    care.mira.open("/talks").post(f"/talks/{talk}", text="My side")
    assert "My side" in care.lena.open(url).text
    care.community.world.run(leaving.leave(care.community.node.edge, care.community.again(care.mira.person)))
    care.lena.open(url)
    assert "My side" not in care.lena.text
    assert "The listing is gone" in care.lena.text
    assert SECRET in care.lena.text


def test_everything_about_oneself_holds_ones_concerns_and_ones_side(care: Care) -> None:
    url = listened_to(care)
    talk = url.rpartition("/")[2]
    care.mira.open("/talks").post(f"/talks/{talk}", text="My side")
    care.ana.open("/account").post("/account/take")
    taken = json.loads(care.ana.body)
    assert taken["concerns"][0]["words"] == SECRET
    assert taken["concerns"][0]["readers"] == ["Lena", "Omar"]
    care.mira.open("/account").post("/account/take")
    assert SECRET not in care.mira.body
    assert json.loads(care.mira.body)["my_side"][0]["said"][0]["words"] == "My side"
    care.lena.open("/account").post("/account/take")
    assert SECRET not in care.lena.body


def test_nobody_else_opens_or_changes_a_concern_of_somebody(care: Care) -> None:
    mine = raises(care.ana, care.path)
    other = Present(care.community, "Other")
    for path in (mine, f"{mine}/write", f"{mine}/again", f"{mine}/talk", f"{mine}/back"):
        found = other.open(path) if path == mine else other.post(path, text="x", talk="yes")
        assert found.status == 404, path
    assert care.ana.open(mine).status == 200


def test_nothing_of_a_concern_stands_in_an_address(care: Care) -> None:
    raises(care.ana, care.path)
    assert quote(SECRET) not in care.ana.path
    assert re.fullmatch(r"/concerns/[\w-]{22}\?said=concern_raised", care.ana.path)


def test_those_who_read_it_are_told_in_the_way_they_chose_and_nobody_else(oak: Community) -> None:
    edge = oak.node.edge
    lena, omar = oak.person("Lena", Role.STEWARD), oak.person("Omar", Role.STEWARD)
    mira, ana = oak.person("Mira"), oak.person("Ana")
    listing = oak.publishes(mira)
    for who in (lena, omar, mira):
        told(oak, who)
    shown = Shown(oak.id, listing, "Night", "en", "Oak", SECRET)
    raised = oak.world.run(concerning.raise_one(edge, ana, shown, {lena.member.id}, may_talk=True))
    assert isinstance(raised, str)
    due = {row.member for row in oak.rows("channel") if row.next_at is not None}
    assert due == {lena.member.id}


def told(oak: Community, who: Person) -> None:
    from alongside_node.notifications import actions as notifications  # noqa: PLC0415
    from alongside_node.notifications.actions import Choice, Kind, Whose  # noqa: PLC0415

    choice = Choice(Kind.EMAIL, f"{who.member.name}@example.org", "en")
    channel = notifications.prepare(choice, Whose(member=who.member.id), b"k" * 32, random=oak.random)
    oak.write(lambda tx: notifications.put(tx, channel))


def test_a_steward_who_left_takes_what_opens_it_along(care: Care) -> None:
    raises(care.ana, care.path)
    care.community.world.run(leaving.leave(care.community.node.edge, care.community.again(care.omar.person)))
    assert SECRET in cared(care.lena).text

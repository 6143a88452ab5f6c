"""The words for coded values: one table for each set of values, in English, translated where they are shown.

`N_` only marks a text for the catalogue; the page's own language is chosen when it is rendered. Every value set has all
its values here (a test compares them), so that no page ever shows a code. The words are those of "Words" in the design:
a request, the person who offers, you. Never here: a diagnosis, a rank, a word of the police or the clinic.
"""

from collections.abc import Callable, Mapping
from typing import Final

from alongside_node.foundation.outbound_notices import Notice as TellingNotice

Gettext = Callable[[str], str]
Words = Mapping[str, str]


def N_(text: str) -> str:  # noqa: N802 -- the name that every extractor of translations knows
    """The text itself, marked for translation."""
    return text


TYPE: Final[Words] = {
    "listening": N_("Someone to listen"),
    "circle": N_("Support circle"),
    "company": N_("Company on the way"),
    "practical": N_("Practical help"),
    "skill": N_("Sharing a skill"),
    "guide": N_("Guide"),
    "space": N_("A space to be"),
    "fund": N_("Solidarity fund"),
    "practitioner": N_("Licensed practitioner"),
    "action": N_("Acting together"),
}

TYPE_MEANS: Final[Words] = {
    "listening": N_("A person who listens, once or more often."),
    "circle": N_("A group that meets again and again."),
    "company": N_("Someone who goes with you, for example to an office or a hospital."),
    "practical": N_("Food, childcare, lifts, repairs, pets, forms."),
    "skill": N_("Someone who shows you how to do something."),
    "guide": N_("A text, list or map that people wrote from what they lived."),
    "space": N_("A room or house where you can be."),
    "fund": N_("How to ask a fund that exists. No money goes through this site."),
    "practitioner": N_("Someone with a licence, who has duties by law. Stands beside peers, not above them."),
    "action": N_("Support in court, a campaign, a meeting."),
}

DIRECTION: Final[Words] = {"offer": N_("I offer something"), "need": N_("I look for something")}

MODALITY: Final[Words] = {
    "in_person": N_("In person"),
    "phone": N_("By phone"),
    "video": N_("By video"),
    "text": N_("By text message"),
    "letter": N_("By letter"),
}

ACCESS: Final[Words] = {
    "step_free": N_("No steps"),
    "quiet": N_("Quiet room"),
    "captions": N_("Live captions"),
    "sign_language": N_("Sign language"),
    "childcare": N_("Childcare"),
    "no_phone_needed": N_("No phone needed"),
    "scent_free": N_("Free of scents"),
    "phone_in": N_("You can join by phone"),
    "no_camera_needed": N_("Camera can stay off"),
    "easy_read": N_("Easy words"),
    "transport": N_("Help to get there"),
    "gender_neutral_toilet": N_("Toilets for everyone"),
    "pets_welcome": N_("Animals welcome"),
}

TOPIC: Final[Words] = {
    "grief": N_("Grief"),
    "loneliness": N_("Loneliness"),
    "panic": N_("Panic and fear"),
    "voices": N_("Hearing voices"),
    "self_harm": N_("Hurting oneself"),
    "wanting_to_die": N_("Wanting to die"),
    "leaving_hospital": N_("Coming out of hospital"),
    "medicines": N_("Medicines and stopping them"),
    "violence": N_("Violence at home"),
    "parenting": N_("Being a parent"),
    "money": N_("Money and rent"),
    "work": N_("Work"),
    "being_new": N_("Being new here"),
    "prison": N_("Prison and after"),
    "drugs": N_("Alcohol and drugs"),
    "gender": N_("Gender"),
    "racism": N_("Racism"),
    "illness": N_("Long illness and pain"),
    "something_else": N_("Something else"),
}
"""Suggestions only: a community writes its own beside them."""

AUDIENCE: Final[Words] = {
    "anyone": N_("Anyone, also without an account"),
    "federated": N_("People who are signed in, here and in communities we have an agreement with"),
    "here": N_("Only people of this community"),
}

PLACE: Final[Words] = {
    "public": N_("Show the place to everyone"),
    "area": N_("Show only the area"),
    "on_acceptance": N_("Tell the place only to people I say yes to"),
    "none": N_("No place"),
}

EXCHANGE: Final[Words] = {
    "free": N_("Free"),
    "gift": N_("Give something if you like"),
    "pay_what_you_can": N_("Pay what you can"),
    "sliding_scale": N_("Pay by what you have"),
    "mutual": N_("We help each other"),
    "fixed": N_("Fixed price"),
}

ROOM: Final[Words] = {
    "open": N_("There is room"),
    "waiting_list": N_("You can wait for a place"),
    "full": N_("No room right now"),
    "resting": N_("Taking a rest"),
}

FIT: Final[Words] = {
    "room": N_("They have room"),
    "waiting_list": N_("You can wait for a place"),
    "no": N_("Not possible now"),
    "talk_first": N_("Perhaps. Talk first."),
}
"""What was answered before anybody said who they are."""

FIT_MINE: Final[Words] = {
    "room": N_("I have room this week"),
    "waiting_list": N_("People can wait for a place"),
    "no": N_("Not this week"),
    "talk_first": N_("It depends. Talk first."),
}
"""The same, as the one who offers says it."""

LIES: Final[Words] = {
    "waits": N_("Not sent yet. It waits for its turn."),
    "look": N_("Something changed here since you agreed. Nothing is sent before you have read it."),
    "asked": N_("Sent"),
    "passed": N_("They took nobody when it was their turn."),
}
"""Where an offer is that is asked one after another."""

TIME: Final[Words] = {
    "mornings": N_("Mornings"),
    "afternoons": N_("Afternoons"),
    "evenings": N_("Evenings"),
    "nights": N_("Nights"),
    "weekends": N_("Weekends"),
}

CONTACT: Final[Words] = {
    "phone": N_("Phone"),
    "text": N_("Text messages"),
    "textphone": N_("Textphone"),
    "page": N_("Web page"),
    "email": N_("E-mail"),
}

INTERPRETER: Final[Words] = {
    "welcome": N_("You can bring an interpreter"),
    "we_bring_one": N_("We bring an interpreter"),
    "not_possible": N_("Not with an interpreter"),
    "unknown": N_("Ask about an interpreter"),
}

REPEATS: Final[Words] = {
    "weekly": N_("Every week"),
    "fortnightly": N_("Every two weeks"),
    "monthly": N_("Every month, on the same weekday"),
}

AGES: Final[Words] = {
    "adults": N_("Adults"),
    "from": N_("From a certain age"),
    "young_people_for_young_people": N_("Young people for young people"),
}

AGES_SOUGHT: Final[Words] = {
    "adults": N_("For adults"),
    "under_18": N_("Open to people under 18"),
    "young_people_for_young_people": N_("Young people for young people"),
}

DIRECTION_SOUGHT: Final[Words] = {
    "offer": N_("What people offer"),
    "need": N_("What people look for"),
}

CALLED: Final[Words] = {
    "police": N_("Police"),
    "hospital": N_("Ambulance or hospital"),
    "child_services": N_("Child services"),
    "immigration": N_("Immigration office"),
    "family_or_partner": N_("Family or partner"),
    "probation": N_("Probation office"),
    "anyone_else": N_("Anyone else"),
}
"""Who may be called, in the specification's order, as the names of a list."""

CALLED_IN_SENTENCE: Final[Words] = {
    "police": N_("the police"),
    "hospital": N_("an ambulance or a hospital"),
    "child_services": N_("child services"),
    "immigration": N_("the immigration office"),
    "family_or_partner": N_("your family or partner"),
    "probation": N_("the probation office"),
    "anyone_else": N_("other people"),
}
"""The same, as they stand inside "They may call … without asking you"."""

ANSWER: Final[Words] = {
    "never": N_("Never"),
    "only_if_you_ask": N_("Only if you ask"),
    "may_without_asking": N_("They may, without asking you"),
    "must_by_law": N_("They must, by law"),
    "unknown": N_("They have not said"),
}

ANSWER_MINE: Final[Words] = {
    "never": N_("Never"),
    "only_if_you_ask": N_("Only if the person asks me to"),
    "may_without_asking": N_("I may, without asking them"),
    "must_by_law": N_("I must, by law"),
    "unknown": N_("I have not decided"),
}
"""The same answers, as the one who gives them reads them."""

GIVEN_BY: Final[Words] = {
    "the_holder": N_("They said so themselves"),
    "we_asked_them": N_("Their community asked them"),
}

REPORTER: Final[Words] = {
    "yes": N_("Yes, a law makes them pass some things on"),
    "no": N_("No law makes them pass anything on"),
    "unknown": N_("They have not said"),
}

STATE: Final[Words] = {
    "offered": N_("Waiting for an answer"),
    "accepted": N_("They said yes"),
    "waitlisted": N_("You are on their waiting list"),
    "declined": N_("Not possible this time"),
    "paused": N_("Waiting for you to read something new"),
    "paused_waitlisted": N_("Waiting for you to read something new"),
    "withdrawn": N_("You took it back"),
    "expired": N_("The date passed without an answer"),
    "closed": N_("Finished"),
    "ended": N_("Ended"),
}
"""Where a request is, as the one who asks reads it."""

STATE_INCOMING: Final[Words] = {
    "offered": N_("Waiting for your answer"),
    "accepted": N_("You said yes"),
    "waitlisted": N_("On your waiting list"),
    "declined": N_("You could not this time"),
    "paused": N_("Your promises changed. They read them now."),
    "paused_waitlisted": N_("Your promises changed. They read them now."),
    "withdrawn": N_("They took it back"),
    "expired": N_("The date passed without an answer"),
    "closed": N_("Finished"),
    "ended": N_("Ended"),
}
"""The same, as the person who offers reads it."""

HOW_TO_JOIN: Final = N_("How to join:")
"""Stands before what is told with a yes."""

NEXT: Final[Words] = {
    "offered": N_("The person who offers has your message. They answer when they can."),
    "accepted": N_("You can write to each other below, until the last day."),
    "waitlisted": N_("You do not need to do anything. They write here when there is a place."),
    "declined": N_("This is about their time and strength, not about you. You can ask someone else."),
    "paused": N_("They changed what they promise. Nothing goes on until you have read it and agreed again."),
    "paused_waitlisted": N_("They changed what they promise. Nothing goes on until you have read it and agreed again."),
    "withdrawn": N_("They can no longer answer. You can also delete everything."),
    "expired": N_("Everything goes by itself. You can ask someone else."),
    "closed": N_("Nobody can write here any more. It goes by itself in 14 days, or now if you delete it."),
    "ended": N_("The agreed time is over. You can ask again."),
}
"""What happens next, as the one who asks reads it."""

MOVE: Final[Words] = {
    "offer": N_("First words"),
    "accept": N_("Said yes"),
    "waitlist": N_("Put on the waiting list"),
    "decline": N_("Could not this time"),
    "pause": N_("Changed what they promise"),
    "rest": N_("Takes a rest"),
    "agree": N_("Agreed again"),
    "message": N_("Message"),
    "withdraw": N_("Took it back"),
    "close": N_("Finished"),
    "end": N_("Ended"),
}
"""What a message did, beside who wrote it; `offer` is the first one."""

CODED: Final[Words] = {
    "thank_you": N_("Thank you."),
    "please_wait": N_("Please wait."),
    "safe_later": N_("I am safe. Let us talk later."),
    "read_later": N_("I have read it, and write later."),
    "outcome_happened": N_("How it was: it happened."),
    "outcome_not_this_time": N_("How it was: not this time."),
    "outcome_plans_changed": N_("How it was: plans changed."),
    "outcome_not_right": N_("How it was: it did not feel right."),
    "outcome_not_kept": N_("How it was: this promise was not kept."),
}
"""What is said with one tap, by either side."""

REASON: Final[Words] = {
    "full": N_("There is no room right now."),
    "no_guests": N_("They only take requests from people with an account."),
    "resting": N_("They are taking a rest and read nothing now."),
    "unknown_listing": N_("It is no longer there."),
    "unreadable": N_("Their key had changed, so they could not open it. Please send it again."),
    "not_agreed": N_("Our two communities no longer pass on requests."),
}
"""Why a community's server, not a person, turned a request away. People are never asked why."""

STANDING: Final[Words] = {
    "member": N_("A member of their community"),
    "guest": N_("Asking without an account"),
}

OFFERING: Final[Words] = {
    "draft": N_("Draft. Only you see it."),
    "published": N_("Published"),
    "resting": N_("Resting. People see it, and that you rest."),
    "unseen": N_("Resting, because nobody of you looked for some days. People see only that it rests."),
    "asleep": N_("Asleep. Nobody sees it."),
    "withdrawn": N_("Taken down"),
}

MISSING: Final[Words] = {
    "type": N_("Say what it is."),
    "title": N_("Give it a title."),
    "text": N_("Describe it."),
    "by": N_("Say whose name stands on it."),
    "languages": N_("Say which languages you speak."),
    "modality": N_("Say how you meet."),
    "exchange": N_("Say what it costs."),
    "holders": N_("Say who reads the requests."),
    "commitments.police": N_("Say whether the police may be called."),
    "commitments.hospital": N_("Say whether an ambulance or a hospital may be called."),
    "commitments.child_services": N_("Say whether child services may be called."),
    "commitments.immigration": N_("Say whether the immigration office may be called."),
    "commitments.family_or_partner": N_("Say whether family or a partner may be called."),
    "commitments.probation": N_("Say whether the probation office may be called."),
    "commitments.anyone_else": N_("Say whether anyone else may be called."),
    "commitments.mandated_reporter": N_("Say whether a law makes you pass something on."),
    "commitments.kept_days": N_("Say for how long you keep what you write down."),
    "commitments.written_down": N_("Say what you write down."),
    "commitments.given_by": N_("Say who gave these answers, and when."),
    "consent": N_("Say that you want to be listed."),
    "want_to_be_listed": N_("Say that you want to be listed."),
    "place": N_("Say in which area."),
    "ages": N_("Opening to young people needs an agreement of the community and two people."),
    "practitioner": N_("Say what your licence makes you do."),
    "commitments.would_pass_on": N_("Say what you would have to pass on."),
}
"""What stands in the way of publishing. Other codes read as themselves."""

ASK_BLOCKED: Final[Words] = {
    "own": N_("This is yours. You find requests under “Asked of me”."),
    "full": N_("There is no room right now. You can come back another day."),
    "resting": N_("They are taking a rest and read nothing now."),
    "guests": N_("They only take requests from people with an account."),
    "members": N_("Sign in to ask here."),
    "listings_only": N_("Our two communities only show each other what they offer so far."),
    "stale": N_("We could not reach their community for some days. You cannot ask now."),
    "need": N_("Sign in to answer."),
    "enough": N_("You have asked many times these weeks. Wait for answers, or take some back. You can ask more later."),
}

CONSENT_FIELD: Final[Words] = {
    "words": N_("Words"),
    "name": N_("Name"),
    "contact": N_("Another way to reach"),
    "language": N_("Language"),
    "access_needs": N_("What makes it easier"),
    "times": N_("Good times"),
    "standing": N_("Asked as"),
    "by_voice": N_("By telephone"),
    "commitments": N_("What I promise"),
}

STEP: Final[Words] = {
    "none": N_("Nothing yet"),
    "listings": N_("Listings only"),
    "requests": N_("Listings and requests"),
}

STEP_TO: Final[Words] = {
    "none": N_("Stop for now"),
    "listings": N_("Only share listings"),
    "requests": N_("Share listings and requests"),
}
"""The same steps, as something to do."""

PEER_STATE: Final[Words] = {
    "asked": N_("We have asked them. They have not answered yet."),
    "asking": N_("They ask us."),
    "agreed": N_("In agreement"),
    "frozen": N_("Paused: they contradict themselves. Talk to them another way."),
    "ended": N_("Ended"),
}

FRESHNESS: Final[Words] = {
    "fresh": N_("Up to date"),
    "older": N_("Some hours old"),
    "stale": N_("Not confirmed for days"),
    "never": N_("Nothing received yet"),
}

CONCERN_STATE: Final[Words] = {
    "waiting": N_("Nobody has read it yet"),
    "heard": N_("It was read"),
    "listening": N_("They listen to the other side"),
    "agreed": N_("Something is agreed"),
    "closed": N_("It is closed"),
    "ended": N_("It ended by itself"),
}
"""Where a concern is, for who raised it and those who read it."""

CONCERN_NEXT: Final[Words] = {
    "waiting": N_("They are people with little time. It may take days."),
    "heard": N_("They think about what could help. You read here what they do."),
    "listening": N_("They talk with the other side, without saying who spoke."),
    "agreed": N_("It lasts until the day below. If it does not work, ask that they look at it again."),
    "closed": N_("If it is not right like this, ask that they look at it again."),
    "ended": N_("Its time was over. That is not about you. You can ask that they look at it again."),
}

CONCERN_NEXT_CARE: Final[Words] = {
    "waiting": N_("It was asked again, or is new."),
    "heard": N_("Who spoke can see that it was read. Say when they can hear from you."),
    "listening": N_("You asked the other side. Tell both what happens, and do not hurry."),
    "agreed": N_("It ends by itself on the last day. Who spoke can ask again before."),
    "closed": N_("Who spoke can ask again until the last day. Then all of it goes."),
    "ended": N_("Its time was over. Who spoke can ask again until the last day. Then all of it goes."),
}
"""The same, for those who read it."""

TALK_STATE: Final[Words] = {
    "waiting": N_("They look at it again"),
    "heard": N_("They look at it again"),
    "listening": N_("They would like to hear your side"),
    "agreed": N_("Something is agreed"),
    "closed": N_("It is closed"),
    "ended": N_("It ended by itself"),
}
"""The same, for those whose listing it is about."""

CONCERN_BY: Final[Words] = {
    "raiser": N_("Who spoke"),
    "stewards": N_("Those who look after this community"),
    "people": N_("Those of the listing"),
}

CONCERN_STEP: Final[Words] = {
    "read": N_("it was read"),
    "write": N_("wrote"),
    "listen": N_("asked the other side"),
    "agree": N_("agreed on something"),
    "close": N_("closed it"),
    "ask_again": N_("asked to look at it again"),
}

TROUBLE: Final[Words] = {
    "unreachable": N_("We could not reach them."),
    "address": N_("Their address points to a private network, so we do not go there."),
    "response-form": N_("Their server answered something we do not understand."),
    "busy": N_("They asked us to come back later."),
    "signature": N_("A signature does not fit. Nothing of it was used."),
    "head-expired": N_("What they sent is out of date."),
    "rollback": N_("They showed us something older than before. Talk to them."),
    "equivocation": N_("They told us two different things. Talk to them."),
    "document-fork": N_("Two identities claim to be them. Talk to them before anything else."),
    "not-agreed": N_("They say we have no agreement."),
    "budget": N_("They sent more than we agreed."),
    "seal-key-expired": N_("The key it was sealed to is too old. Please send it again."),
    "message-expired": N_("It could not be delivered in time. Please send it again."),
}
"""Why something between communities failed. Other codes read as "Something did not work"."""

OTHER_TROUBLE: Final = N_("Something did not work. The code is %(code)s.")

PROBLEM: Final[Words] = {
    "required": N_("please fill this in"),
    "choose": N_("please choose one"),
    "law": N_("above you say that a law makes you call somebody. Then this cannot be no."),
    "too_long": N_("please make this shorter"),
    "number": N_("please write a number"),
    "day": N_("please write a day, like 2027-03-31"),
    "time": N_("please write a time, like 18:30"),
    "language": N_("we do not know this language"),
    "place": N_("we do not know this place. Try a bigger town near it."),
    "zone": N_("we do not know this time zone"),
    "address": N_("please write a web address that starts with https://"),
    "phone": N_("please write a phone number"),
    "mail": N_("please write one e-mail address, like name@example.org"),
    "code": N_("this code does not work. It may be used or too old."),
    "words": N_("these words do not open anything. Look for a slip in one of them."),
    "four": N_("please write four words, with a space between them"),
    "no_word": N_("one of these is not in our lists. Ask for it again."),
    "wait": N_("too many words that opened nothing. Wait a little, or let another volunteer take the call."),
    "no_room": N_("there is no room right now. Another volunteer, or another day, may be better."),
    "enough_today": N_("you have passed on enough for today. Let another volunteer take the call."),
    "seven": N_("there have to be seven words."),
    "printed_code": N_("this code does not open anything. It may be used, or a letter is wrong."),
    "last_steward": N_("nobody else looks after this community. Invite another steward first."),
    "agree": N_("please tick this if you agree"),
    "five": N_("please tick five at most"),
    "order": N_("the first must be smaller than the second"),
    "range": N_("this is too small or too big"),
    "form": N_("we do not understand this. Please look at it again."),
    "many": N_("there are as many as can be now. Try again in some days, or ask someone directly."),
    "nothing": N_("nothing found. Try another word."),
    "enough": N_("you have asked many times these weeks. Choose fewer, wait for answers, or take some back."),
    "busy": N_("many people ask just now. Nothing you wrote is lost. Please try again in some minutes."),
    "ended": N_("it has ended. Nobody can know any more who it was."),
    "ten": N_("please tick ten at most"),
    "not_now": N_("this cannot be done now. Look at where it is, and try again."),
}
"""What is wrong with a field; read after the field's own name."""

NOTICE: Final[Words] = {
    "words_changed": N_("Your new words open your account from now on. Everything else that was open has ended."),
    "ended_there": N_("That has ended."),
    "code_ended": N_("Your printed code no longer works."),
    "gone": N_("Everything of yours is deleted here. We have asked the other communities to delete it too. Go well."),
    "kept_together": N_("You keep it together now. What is asked from now on reaches you too."),
    "stepped_back": N_("You no longer keep it. The others do."),
    "put_off": N_("It waits for you. They are not told that you wait."),
    "company_asked": N_("The others who keep this with you see that you ask for company."),
    "ready_to_join": N_("Thank you. You read it here once the person who asked says yes."),
    "joining_kept": N_("Kept. It is told only together with your yes."),
    "need_posted": N_("It can be read now. It ends by itself in 7 days."),
    "blocked": N_("They can no longer reach you. What was open between you is ended."),
    "block_taken_back": N_("They can ask you again."),
    "concern_raised": N_("Thank you for saying it. It can be read now by those you chose."),
    "concern_written": N_("They can read it."),
    "concern_asked_again": N_("They see that you ask them to look at it again."),
    "concern_taken_back": N_("You took it back. Nothing of it is left here."),
    "concern_step": N_("Done. Who spoke can read what happened."),
    "concern_shown": N_("Everyone here sees now that it is being talked about."),
    "concern_hidden": N_("It no longer shows."),
    "side_said": N_("Thank you. Those who look after this community can read it."),
    "let_in": N_("They read with you from now on."),
    "question_sent": N_("Your question is on its way. Answers come in about an hour."),
    "question_deleted": N_("The question is deleted here. There it goes by itself within 48 hours."),
    "asked_no_further": N_("Nobody further is asked. What was not sent yet is destroyed."),
    "choose_some": N_("Please tick one to five of them first."),
    "fit_said": N_("Saved. It counts for a week."),
    "sent": N_("Your request is on its way."),
    "message_sent": N_("Your message is on its way."),
    "withdrawn": N_("You took it back. They can no longer answer."),
    "deleted": N_("It is deleted here. We have asked the other community to delete it too."),
    "agreed_again": N_("Thank you. Your request goes on."),
    "accepted": N_("You said yes. They will see it."),
    "waitlisted": N_("They are on your waiting list, and will see it."),
    "declined": N_("They will see that it is not possible this time."),
    "closed": N_("It is finished."),
    "saved": N_("Saved."),
    "published": N_("It is published. You can change it or rest at any time."),
    "resting": N_("Rest well. Nobody can send you a new request."),
    "open_again": N_("It is open again."),
    "confirmed": N_("Thank you. It stays as it is."),
    "vouched": N_("It stands on their listing for a year. Your group can take it back."),
    "vouching_ended": N_("It no longer stands there."),
    "taken_down": N_("It is taken down, here and in the other communities."),
    "signed_out": N_("You are signed out."),
    "welcome": N_("Welcome. You are signed in."),
    "peer_asked": N_("We have asked them. You will see their answer here."),
    "step_changed": N_("Changed. Both communities see it."),
    "review_set": N_("The day to talk again is set."),
    "open_for_looking": N_("Good that you are here. What rested while nobody looked is open again."),
    "told_so": N_("Saved. When something new waits, you are told in this way."),
    "told_not": N_("Saved. Nothing is sent to you, and nothing is kept for it."),
    "peer_ended": N_("The agreement is ended. Their listings are gone here, and ours there."),
    "call_sent": N_(
        "It is on its way. Nothing of it is open here any more. They ring again, and say their four words."
    ),
    "call_dropped": N_("Nothing was sent, and what you wrote down is gone."),
    "call_ended": N_("Nothing is open any more. With their four words you can open it again."),
    "line_open": N_(
        "The phone line is open, and you answer it. Let a second person do it too, so that nobody is left alone."
    ),
    "relays": N_("You answer the phone line now."),
    "relays_no_more": N_("That person does not answer the phone line any more."),
}


def notice(gettext: Gettext) -> TellingNotice:
    """All that is ever sent to tell somebody that something waits: no name, no purpose, no address of ours."""
    subject = N_("Something new")
    text = N_(
        "There is something new for you. Look when it suits you, where nobody watches. No answer to this message is read."
    )
    return TellingNotice(gettext(subject), gettext(text))


ERROR_TITLE: Final[Words] = {
    "403": N_("This page is not yours to open"),
    "404": N_("There is nothing here"),
    "422": N_("We did not understand that"),
    "429": N_("A little too fast"),
    "500": N_("Something broke here"),
    "offline": N_("We cannot do this right now"),
}

ERROR_TEXT: Final[Words] = {
    "403": N_("Maybe you are signed out: that happens by itself after 20 quiet minutes. Sign in and try again."),
    "404": N_("It may be gone, or the address has a slip in it. Things that people take down are really gone."),
    "422": N_("Something that was sent is missing or too long. Go back, look at it again, and send it once more."),
    "429": N_("Many things came at once. Wait a minute, then try again. Nothing is lost."),
    "500": N_("It is our fault, not yours. Nothing you sent before is lost. Try again in a while."),
    "offline": N_("The server of this community is resting or being mended. Please come back in a while."),
}

FIELD: Final[Words] = {
    # A community about itself.
    "name": N_("Name"),
    "place": N_("Where we are"),
    "description": N_("Who we are"),
    "agreements": N_("Our agreements"),
    "young_people": N_("What we agreed about people under 18"),
    "hard_night_words": N_("What you want to say"),
    **{f"hard_night_note_{place}": N_("Who is it?") for place in (1, 2, 3)},
    **{f"hard_night_kind_{place}": N_("How to reach them") for place in (1, 2, 3)},
    **{f"hard_night_value_{place}": N_("Number or address") for place in (1, 2, 3)},
    # A listing.
    "type": N_("What is it?"),
    "title": N_("Title"),
    "text": N_("In your words"),
    "lang": N_("Language of this text"),
    "by": N_("Your name on it"),
    # Who may be called.
    "call_all": N_("What is true?"),
    **{f"call_{who}": label for who, label in CALLED.items()},
    "exception": N_("Is there an exception?"),
    "mandated_reporter": N_("Does a law make you pass some things on?"),
    "would_pass_on": N_("What would you have to pass on, if somebody told you?"),
    "law_of": N_("The law of which place?"),
    "written_down": N_("What do you write down?"),
    "kept_days": N_("For how many days do you keep it?"),
    "given_by": N_("Who gives these answers?"),
    "given_on": N_("When were they asked?"),
    # With whom.
    "lived_experience": N_("What you lived through"),
    "by_and_for": N_("By and for whom"),
    "topics": N_("Topics"),
    "languages": N_("Languages you speak"),
    "more_languages": N_("Other languages you speak"),
    "modality": N_("How you meet"),
    "access": N_("What makes it easier to come"),
    "ages": N_("For which ages"),
    "from_age": N_("From which age?"),
    "only_own": N_("Only for people who share this"),
    "interpreter": N_("Interpreter"),
    # Where and when.
    "visibility": N_("What others see of the place"),
    "place_label": N_("Town or area"),
    "zone": N_("Time of which place?"),
    **{f"opens_{day}": N_("opens") for day in ("mo", "tu", "we", "th", "fr", "sa", "su")},
    **{f"closes_{day}": N_("closes") for day in ("mo", "tu", "we", "th", "fr", "sa", "su")},
    "meeting_first": N_("The first time"),
    "meeting_at": N_("Begins at"),
    "meeting_minutes": N_("Minutes"),
    "meeting_repeats": N_("How often"),
    # What it costs, and room.
    "exchange": N_("What it costs"),
    "lowest": N_("At least"),
    "highest": N_("At most"),
    "currency": N_("Currency"),
    "nobody_turned_away": N_("Nobody is turned away for lack of money"),
    "room": N_("Is there room?"),
    "circle_agreements": N_("What those who come keep to"),
    "seats": N_("How many seats are there?"),
    "waiting": N_("How many may wait for an answer?"),
    "guests": N_("How many of them without an account?"),
    # Without asking here.
    "contact_phone": N_("Phone"),
    "contact_text": N_("Text messages"),
    "contact_textphone": N_("Textphone"),
    "contact_email": N_("E-mail"),
    "contact_page": N_("Web page"),
    # For licensed practitioners.
    "licensed_by": N_("Licensed by"),
    "licensed_for": N_("For which places"),
    "duties": N_("What your licence makes you pass on"),
    "practitioner_cost": N_("Cost"),
    "insurance": N_("Insurance"),
    # Who can read it.
    "audience": N_("Who may read it?"),
    "printable": N_("It may stand in a printed list"),
}
"""The fields of the two long forms (a listing, the community), in their order on the page."""

FILTER: Final[Words] = {
    "words": N_("Words"),
    "promise": N_("Only those who promise not to call police or hospital without my yes"),
    "open_now": N_("Open now"),
    "area": N_("Near which place?"),
    "calls": N_("Not called without my yes"),
    "no_duty": N_("No law makes them pass anything on"),
    "nothing_kept": N_("They keep nothing that is written down"),
    "direction": N_("Offered or looked for"),
    "type": N_("What"),
    "topic": N_("Topics"),
    "modality": N_("How you meet"),
    "language": N_("In which language"),
    "interpreter": N_("Interpreter"),
    "cost": N_("What it costs"),
    "nobody_turned_away": N_("Nobody is turned away for lack of money"),
    "access": N_("I need"),
    "lived": N_("Someone who lived through…"),
    "by_and_for": N_("By and for…"),
    "only_own": N_("Only for people who share this"),
    "ages": N_("For which ages"),
    "audience": N_("Who may read it?"),
    "printable": N_("It may stand in a printed list"),
}
"""What somebody may narrow a search down by, in the order of the page; a field of the form each."""

TABLES: Final[Mapping[str, Words]] = {
    "type": TYPE,
    "type_means": TYPE_MEANS,
    "direction": DIRECTION,
    "modality": MODALITY,
    "access": ACCESS,
    "audience": AUDIENCE,
    "place": PLACE,
    "exchange": EXCHANGE,
    "fit": FIT,
    "fit_mine": FIT_MINE,
    "lies": LIES,
    "time": TIME,
    "repeats": REPEATS,
    "reason": REASON,
    "reporter": REPORTER,
    "room": ROOM,
    "ages": AGES,
    "ages_sought": AGES_SOUGHT,
    "direction_sought": DIRECTION_SOUGHT,
    "filter": FILTER,
    "called": CALLED,
    "answer": ANSWER,
    "answer_mine": ANSWER_MINE,
    "field": FIELD,
    "given_by": GIVEN_BY,
    "interpreter": INTERPRETER,
    "state": STATE,
    "state_incoming": STATE_INCOMING,
    "next": NEXT,
    "move": MOVE,
    "coded": CODED,
    "standing": STANDING,
    "offering": OFFERING,
    "missing": MISSING,
    "ask_blocked": ASK_BLOCKED,
    "consent_field": CONSENT_FIELD,
    "contact": CONTACT,
    "step": STEP,
    "step_to": STEP_TO,
    "peer_state": PEER_STATE,
    "freshness": FRESHNESS,
    "topic": TOPIC,
    "concern_state": CONCERN_STATE,
    "concern_next": CONCERN_NEXT,
    "concern_next_care": CONCERN_NEXT_CARE,
    "talk_state": TALK_STATE,
    "concern_by": CONCERN_BY,
    "concern_step": CONCERN_STEP,
    "trouble": TROUBLE,
    "problem": PROBLEM,
    "notice": NOTICE,
    "error_title": ERROR_TITLE,
    "error_text": ERROR_TEXT,
}

OPEN_TABLES: Final = frozenset({"access", "missing", "topic"})
"""Sets that communities may extend: a value without words of ours is shown as it was written."""


def words(table: str, value: str, gettext: Gettext) -> str:
    """The words for `value` of `TABLES[table]`, translated. Raises `KeyError` for a value that must have words."""
    known = TABLES[table]
    if value in known:
        return gettext(known[value])
    if table == "trouble":
        return gettext(OTHER_TROUBLE) % {"code": value}
    if table in OPEN_TABLES:
        return value.replace("_", " ")
    raise KeyError(value)

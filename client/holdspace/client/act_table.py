"""The table of acts: what a person can do, by which key, which command, in which words.

Only data and the words for it; `acts.py` is where everybody else asks.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, cast, get_args

from holdspace.client import (
    acts_apart,
    acts_comfort,
    acts_own,
    acts_pairs,
    acts_rooms,
    acts_writing,
)
from holdspace.client.act_kinds import (
    Act,
    Given,
    Need,
    Spot,
)
from holdspace.client.act_kinds import (
    facilitators_act as _facilitator,
)
from holdspace.client.act_kinds import (
    hosts_act as _host,
)
from holdspace.client.seat.intents import (
    Accept,
    Admit,
    AnswerTheInvite,
    AskPoll,
    AskToSpeak,
    BackStage,
    BackToTheDoor,
    BreakTheQuiet,
    ChangeMode,
    CloseTheCount,
    CloseTheMeeting,
    CloseTheQueue,
    Decline,
    Demote,
    FoldIt,
    Give,
    GiveLastWord,
    GoBack,
    GoLater,
    HandItOver,
    HoldRoom,
    Intent,
    KeepReady,
    KeepTheTime,
    Leave,
    LetThemWrite,
    Lower,
    LowerAllHands,
    LowerFor,
    MoreTime,
    MoveTheHand,
    NewInvitation,
    NextStage,
    NodTo,
    NudgeThem,
    Onward,
    OrderHands,
    PassTurn,
    PauseTheWriting,
    Promote,
    QuietWay,
    Raise,
    ReleaseTheWords,
    Remove,
    RestNow,
    RestoreTheHands,
    ResumeRoom,
    Rewrite,
    Say,
    SkipThePause,
    TakeItBack,
    ToStage,
    UndoIt,
)
from holdspace.client.seat.view import RoomView
from holdspace.protocol.meeting.kinds import HandKind, HandOrder, NodKind, ReleaseHow, TurnMode
from holdspace.protocol.translation import N_

MODES: tuple[TurnMode, ...] = get_args(TurnMode)
RELEASES: tuple[ReleaseHow, ...] = get_args(ReleaseHow)
ORDERS: tuple[HandOrder, ...] = get_args(HandOrder)
HAND_KINDS: tuple[HandKind, ...] = get_args(HandKind)
QUIET_WAYS: tuple[QuietWay, ...] = get_args(QuietWay)
NOD_KINDS: tuple[NodKind, ...] = get_args(NodKind)
NOD_WORDS: dict[NodKind, str] = {
    "heard": N_("I hear you"),
    "me-too": N_("me too"),
    "thank-you": N_("thank you"),
    "with-you": N_("with you"),
}
MODE_WORDS: dict[TurnMode, str] = {
    "listen": N_("the facilitator speaks"),
    "open": N_("everybody may write"),
    "hands": N_("raise a hand to speak"),
    "round": N_("going around"),
    "gather": N_("everybody writes, then we read"),
    "silent": N_("quiet time"),
    "pairs": N_("two and two, with the yes of both"),
}
RELEASE_WORDS: dict[ReleaseHow, str] = {
    "together": N_("all together"),
    "round": N_("one at a time, in the order of seats; who is ready comes first"),
    "hands": N_("by raised hands"),
}
ORDER_WORDS: dict[HandOrder, str] = {
    "first-come": N_("as the hands came"),
    "not-yet-heard": N_("who has spoken least comes first"),
    "facilitator": N_("as the facilitators arrange them"),
}
# What the choices of an act mean, in English, by the act's id.
CHOICE_WORDS: dict[str, Mapping[Any, str]] = {
    "turns": MODE_WORDS,
    "release": RELEASE_WORDS,
    "order": ORDER_WORDS,
}


def _accept(given: Given) -> Intent:
    name, _, introduction = given.text.partition(":")
    return Accept(name.strip(), introduction.strip())


def _raise(given: Given) -> Intent:
    first, _, rest = given.text.partition(" ")
    kind = next((kind for kind in HAND_KINDS if kind == first), None)
    return Raise(kind, rest.strip()) if kind else Raise(note=given.text)


def _nod(kind: NodKind, given: Given) -> Intent:
    return NodTo(cast(NodKind, given.choice) if given.choice else kind)


def _change_mode(given: Given) -> Intent:
    return ChangeMode(cast(TurnMode, given.choice))


def _more_time(given: Given) -> Intent:
    return MoreTime(60 * (given.number or 1))


def _release(given: Given) -> Intent:
    return ReleaseTheWords(cast(ReleaseHow, given.choice)) if given.choice else ReleaseTheWords()


def _order(given: Given) -> Intent:
    return OrderHands(cast(HandOrder, given.choice))


def _waits(view: RoomView) -> bool:
    me = view.me
    return me is not None and (me.place_in_queue > 0 or me.has_floor or me in view.going_around)


def _is_gathering(view: RoomView) -> bool:
    return view.gather is not None and not view.gather.is_released


def _is_asked(view: RoomView) -> bool:
    return bool(view.offered_by or view.asking or (view.me and view.me.is_asked))


def _is_ready(view: RoomView) -> bool:
    return any(passage.is_ready for passage in view.transcript[-2:])


def _quiet(given: Given) -> Intent:
    return BreakTheQuiet(cast(QuietWay, given.choice)) if given.choice else BreakTheQuiet()


def _new_invitation(given: Given) -> Intent:
    return NewInvitation(60 * given.number) if given.number else NewInvitation()


# One row per act: id, key, slash command, verb, sentence, what it makes happen.
_everyone = (
    Act("say", "enter", "say", "write", "Write to the room; Enter sends.",
        lambda given: Say(given.text), needs=Need.TEXT),
    Act("raise", "h", "raise", "raise hand",
        "Raise your hand, with a few words about what for if you like.",
        _raise, needs=Need.TEXT, is_optional=True, also=("hand",), when=lambda view: view.can_raise),
    Act("lower", "l", "lower", "lower hand", "Take your hand down.",
        lambda _: Lower(), when=lambda view: bool(view.me and view.me.place_in_queue)),
    Act("pass", "p", "pass", "pass", "Let your turn go by. It needs no reason.",
        lambda _: PassTurn(), when=lambda view: view.can_pass),
    Act("nod", "r", "nod", "I hear you", "Nod to the newest share, without words.",
        partial(_nod, "heard"), needs=Need.CHOICE, is_optional=True, choices=NOD_KINDS,
        also=("heard",), when=lambda view: view.can_nod),
    Act("me-too", "m", "metoo", "me too", "Nod: this is so for me too.",
        partial(_nod, "me-too"), also=("me-too",), when=lambda view: view.can_nod),
    Act("thank", "k", "thank", "thank you", "Nod: thank you for this.",
        partial(_nod, "thank-you"), also=("thank-you", "thanks"), when=lambda view: view.can_nod),
    Act("with", "u", "with", "with you", "Nod: I am with you.",
        partial(_nod, "with-you"), also=("with-you",), when=lambda view: view.can_nod),
    Act("edit", "s", "edit", "write on", "Take your words that are ready back, to write on.",
        lambda _: Rewrite(), when=_is_ready),
    Act("written", "s", "written", "keep ready",
        "Keep these words ready; they are shown when all are released. Enter does the same there.",
        lambda given: KeepReady(given.text), needs=Need.TEXT, when=_is_gathering),
    Act("later", "j", "later", "later", "Let everybody who waits go first.",
        lambda _: GoLater(), when=_waits),
    Act("one-back", ",", "oneback", "one back", "Let the next one in line go first.",
        lambda _: GoBack(), also=("one-back", "stepback"), when=_waits),
    Act("yes", "y", "yes", "yes, I would",
        "Say yes to whoever asks: to speak, for a private word, or whether an idea is welcome.",
        lambda _: AnswerTheInvite(is_yes=True), when=_is_asked),
    Act("no", "x", "no", "rather not", "Say no to it; only whoever asked reads that, and facilitators.",
        lambda _: AnswerTheInvite(is_yes=False), when=_is_asked),
    Act("rest", ";", "rest", "rest", "Rest: you are here, and rounds pass you by.",
        lambda _: RestNow(), when=lambda view: not (view.me and view.me.is_resting)),
    Act("return", ";", "return", "back from resting", "Come back from resting.",
        lambda _: RestNow(is_resting=False), when=lambda view: bool(view.me and view.me.is_resting)),
    Act("take-back", "-", "takeback", "take back", "Take back what you said last.",
        lambda _: TakeItBack(), also=("take-back",),
        english_question="Take back what you said last? Whoever has read it, has read it."),
    Act("fold", "(", "fold", "fold",
        "Put what you said last behind a label that anybody can open; facilitators, what was said last.",
        lambda given: FoldIt(given.text), needs=Need.TEXT, is_optional=True),
    Act("unfold", ")", "unfold", "open folds", "Show what stands behind labels, or hide it again.",
        when=lambda view: any(passage.fold for passage in view.transcript)),
    Act("practice", "P", "practice", "practice",
        "Do an exercise at your own pace: breath, senses, softening, rest, rehearse, write-back. "
        "Nothing is sent.",
        needs=Need.TEXT, is_optional=True, also=("pace", "breathe")),
    Act("keepsake", "K", "keepsake", "keep my words",
        "Write your own words of this meeting, and nobody else's, into a new file of this name.",
        needs=Need.TEXT, also=("export",)),
    Act("answer", "A", "answer", "answer",
        "Answer what is asked at this stage or in a poll, one thing at a time; leave out what you like.",
        needs=Need.TEXT, is_optional=True, also=("checkin", "feedback", "vote"),
        when=lambda view: view.asked.form is not None),
    Act("results", "V", "results", "what was counted",
        "Show what was counted, and your own numbers side by side; only you see those."),
    Act("what", "w", "what", "what now?", "Say in one sentence what happens now and what you can do.",
        also=("now",)),
    Act("who", "c", "who", "who is here", "List the people in the circle, in the order of their seats.",
        also=("people", "circle")),
    Act("queue", "v", "queue", "hands", "List the raised hands and who comes next.", also=("hands",)),
    Act("agenda", "a", "agenda", "agenda", "Show the stages, where we are and how long each is.",
        also=("where", "time")),
    Act("repeat", "b", "repeat", "read back", "Read what was said before; a number says how many.",
        needs=Need.NUMBER, is_optional=True, also=("back-read", "read")),
    Act("undo", "X", "undo", "undo",
        "Take back a pass, the floor moved on, a stage begun or all hands down, for ten seconds.",
        lambda _: UndoIt(), when=lambda view: view.can_undo),
    Act("log", "E", "log", "what was done",
        "List what facilitators did since you came in: who, what and when, no words.",
        also=("happened",)),
    Act("accept", "enter", "accept", "accept",
        "Accept the agreements and knock: a name, a colon, a line about you.",
        _accept, spot=Spot.LOBBY, needs=Need.TEXT),
    Act("about", "e", "about", "about", "Show who leads, what was agreed, and what the relay can see.",
        also=("agreements", "relay")),
    Act("support", "f2", "support", "need help now", "Show what to do if you are not safe. Nothing is sent.",
        spot=Spot.ANYWHERE, also=("crisis",)),
    Act("help", "?", "help", "help", "Show keys and commands.",
        spot=Spot.ANYWHERE, also=("keys", "commands")),
    Act("leave", "q", "leave", "leave",
        "Leave the meeting; with \"fine\" the facilitators read that you are fine.",
        lambda given: Leave(given.choice == "fine"), spot=Spot.ANYWHERE, needs=Need.CHOICE,
        is_optional=True, choices=("fine",), english_question="Leave this meeting?", also=("quit",)),
    Act("exit", "f12", "exit", "close at once",
        "Close the screen at once. To the others it looks like a lost connection.",
        spot=Spot.ANYWHERE),
)  # fmt: skip

_facilitators = (
    _facilitator("next", "n", "next", "next stage",
        "Go on: let what is ready be read, open a stage's second part, or begin the next stage.",
        lambda _: NextStage()),
    _facilitator("release", "o", "release", "let it be read",
        "Let what everybody wrote be read: as the stage says, or together, in a round, by hands.",
        _release, needs=Need.CHOICE, is_optional=True, choices=RELEASES, when=_is_gathering),
    _facilitator("onward", "o", "onward", "move the floor on", "Let the floor go to whoever is next.",
        lambda _: Onward(), when=lambda view: bool(view.floor or view.hands) and not _is_gathering(view)),
    _facilitator("ready", "1-9", "ready", "ready phrase",
        "Copy a ready phrase into the text field; nothing is sent.",
        needs=Need.NUMBER),
    _facilitator("turns", "t", "mode", "turns", "Change how turns are taken.",
        _change_mode, needs=Need.CHOICE, choices=MODES, also=("turns",)),
    _facilitator("more-time", "+", "more", "one minute more", "Give this stage one more minute, or so many.",
        _more_time, needs=Need.NUMBER, is_optional=True, also=("time+", "longer")),
    _facilitator("read-on", ">", "readon", "read on",
        "Let the next share come before the reading pause is over.",
        lambda _: SkipThePause(), also=("read-on",), when=lambda view: view.pause_until > 0),
    _facilitator("lower-all", "L", "lowerall", "lower all hands", "Take every hand down.",
        lambda _: LowerAllHands(), also=("lower-all",), when=lambda view: bool(view.hands)),
    _facilitator("hands-up", "L", "handsup", "hands up again",
        "Put the hands up again that were all taken down.",
        lambda _: RestoreTheHands(),
        when=lambda view: view.can_restore_hands and not view.hands),
    _facilitator("close-queue", "C", "closequeue", "no more hands", "Take no more hands for now.",
        lambda _: CloseTheQueue(), when=lambda view: not view.is_queue_closed),
    _facilitator("open-queue", "C", "openqueue", "take hands again", "Take hands again.",
        lambda _: CloseTheQueue(is_closed=False), when=lambda view: view.is_queue_closed),
    _facilitator("order", "O", "order", "order of hands", "Change the order in which hands are called.",
        _order, needs=Need.CHOICE, choices=ORDERS),
    _facilitator("hold", "z", "hold", "hold the room",
        "Hold the room: only facilitators can write until it goes on.",
        lambda _: HoldRoom(), when=lambda view: not view.is_held),
    _facilitator("resume", "z", "resume", "let it go on", "Let the held room go on where it was.",
        lambda _: ResumeRoom(), when=lambda view: view.is_held, also=("unhold",)),
    _facilitator("poll", "#", "poll", "poll",
        "Ask everybody, counted without names; write it like this: Which one? tea | rest | neither.",
        lambda given: AskPoll(given.text), needs=Need.TEXT,
        when=lambda view: view.asked.open_count is None and not view.asked.can_show),
    _facilitator("show", "#", "show", "show of hands",
        "Ask by a show of hands, where everybody sees who chose what; without words, the last poll again.",
        lambda given: AskPoll(given.text, is_anonymous=False), needs=Need.TEXT, is_optional=True,
        when=lambda view: view.asked.open_count is None and view.asked.can_show),
    _facilitator("count", "#", "count", "count now",
        "Close what is being counted, and count; moving to another stage does the same.",
        lambda _: CloseTheCount(), when=lambda view: view.asked.open_count is not None),
    _facilitator("sheet", "f", "sheet", "run sheet",
        "Show what to say now, what comes next, and the ready phrases.",
        also=("runsheet",)),
    _facilitator("drift", "T", "drift", "keep the time",
        "When it gets late: shorten or leave out later stages, as the run sheet proposes.",
        lambda _: KeepTheTime(), also=("late",), english_question="{drift} Shall this be the plan?",
        when=lambda view: bool(view.drift_words)),
    _facilitator("quiet", "Y", "quiet", "help the quiet along",
        "When nobody raises a hand: your own example, a gathering, or the next stage.",
        _quiet, needs=Need.CHOICE, is_optional=True, choices=QUIET_WAYS,
        when=lambda view: bool(view.quiet_way)),
    _facilitator("cards", "S", "cards", "cards",
        "Show cards for moments you know, with phrases to send; a number copies one.",
        needs=Need.TEXT, is_optional=True, also=("card",)),
    _facilitator("door", "d", "door", "door", "Show who is at the door.", also=("knocks",)),
    _facilitator("admit", "y", "admit", "admit", "Let somebody in who knocked.",
        lambda given: Admit(given.knock), spot=Spot.DOOR, needs=Need.KNOCK, is_optional=True),
    _facilitator("decline", "x", "decline", "not today",
        "Answer a knock with a kind no; they can knock again.",
        lambda given: Decline(given.knock, given.text),
        spot=Spot.DOOR, needs=Need.KNOCK, is_optional=True),
    _facilitator("give", "g", "give", "give the floor", "Give the floor to somebody.",
        lambda given: Give(given.person), spot=Spot.PEOPLE, needs=Need.PERSON, also=("floor",)),
    _facilitator("ask", "k", "ask", "ask to speak",
        "Ask somebody whether they would like to speak; nobody else reads it.",
        lambda given: AskToSpeak(given.person), spot=Spot.PEOPLE, needs=Need.PERSON),
    _facilitator("first", "m", "first", "to the front", "Put somebody's hand first in the queue.",
        lambda given: MoveTheHand(given.person), spot=Spot.PEOPLE, needs=Need.PERSON),
    _facilitator("last-word", "w", "lastword", "last word",
        "Take no more hands, and let somebody speak last.",
        lambda given: GiveLastWord(given.person), spot=Spot.PEOPLE, needs=Need.PERSON,
        also=("last-word",)),
    _facilitator("pause", "p", "pause", "pause writing",
        "Let somebody write nothing for two minutes; their words and place are kept.",
        lambda given: PauseTheWriting(given.person, words=given.text),
        spot=Spot.PEOPLE, needs=Need.PERSON_AND_WORDS,
        when=lambda view: not any(person.is_paused for person in view.people)),
    _facilitator("pause-longer", "P", "pause5", "pause 5 minutes",
        "Let somebody write nothing for five minutes.",
        lambda given: PauseTheWriting(given.person, 5, given.text),
        spot=Spot.PEOPLE, needs=Need.PERSON_AND_WORDS),
    _facilitator("nudge", "U", "nudge", "a word in private",
        "Write a few words to one person alone; nobody else reads them.",
        lambda given: NudgeThem(given.person, given.text),
        spot=Spot.PEOPLE, needs=Need.PERSON_AND_WORDS),
    _facilitator("send-back", "b", "sendback", "back to the door",
        "Ask somebody back to the door, with a word in private; they can knock again at once.",
        lambda given: BackToTheDoor(given.person, given.text),
        spot=Spot.PEOPLE, needs=Need.PERSON_AND_WORDS, also=("send-back",),
        english_question="Ask {name} back to the door? They read nothing said after this until they are let "
        "in again."),
    _facilitator("hand-over", "h", "handover", "hand over",
        "Let another facilitator lead from now on; everybody reads it.",
        lambda given: HandItOver(given.person), spot=Spot.PEOPLE, needs=Need.PERSON,
        also=("hand-over",), when=lambda view: any(person.leads_now for person in view.people)),
    _facilitator("let-write", "p", "letwrite", "let them write", "Let somebody write again.",
        lambda given: LetThemWrite(given.person), spot=Spot.PEOPLE, needs=Need.PERSON,
        also=("let-write",), when=lambda view: any(person.is_paused for person in view.people)),
    _facilitator("lower-for", "l", "lowerfor", "lower their hand", "Take somebody's hand down.",
        lambda given: LowerFor(given.person), spot=Spot.PEOPLE, needs=Need.PERSON, also=("lower-for",)),
    _facilitator("remove", "x", "remove", "remove", "Remove somebody; new keys are made without them.",
        lambda given: Remove(given.person, given.text),
        spot=Spot.PEOPLE, needs=Need.PERSON_AND_WORDS,
        english_question="Remove {name}? They will read nothing said after this."),
    _facilitator("back", "b", "back", "stage before", "Go back to the stage before.",
        lambda _: BackStage(), spot=Spot.SHEET),
    _facilitator("stage", "enter", "stage", "go to this stage", "Go to the stage with this number.",
        lambda given: ToStage(given.number), spot=Spot.SHEET, needs=Need.NUMBER, also=("goto",)),
    _facilitator("flow", "o", "flow", "open a flow", "Lay out the agenda from a flow file on this machine.",
        spot=Spot.SHEET, needs=Need.TEXT, also=("open",)),
    _facilitator("close", "x", "close", "close the meeting",
        "End the meeting for everybody; nothing of it is kept.",
        lambda _: CloseTheMeeting(), spot=Spot.SHEET,
        english_question="Close the meeting for everybody? The relay deletes its log."),
)  # fmt: skip

_hosts = (
    _host("invitation", "i", "invitation", "invitation",
        "Show the invitation code of this meeting.", also=("code",)),
    _host("invite", "i", "invite", "new invitation",
        "Make a fresh invitation code, for a day or so many hours.",
        _new_invitation, spot=Spot.DOOR, needs=Need.NUMBER, is_optional=True),
    _host("promote", "u", "promote", "make co-facilitator",
        "Make somebody a co-facilitator: they can lead, let people in and remove them as you do.",
        lambda given: Promote(given.person), spot=Spot.PEOPLE, needs=Need.PERSON,
        english_question="Make {name} a co-facilitator? They can then lead, let people in and remove them as "
        "you do. /demote takes it back."),
    _host("demote", "d", "demote", "make member", "Make a co-facilitator a member again.",
        lambda given: Demote(given.person), spot=Spot.PEOPLE, needs=Need.PERSON),
)  # fmt: skip

ACTS: tuple[Act, ...] = (
    *_everyone,
    *acts_apart.EVERYONE,
    *acts_own.EVERYONE,
    *acts_pairs.EVERYONE,
    *acts_rooms.EVERYONE,
    *acts_comfort.EVERYONE,
    *acts_writing.EVERYONE,
    *_facilitators,
    *acts_apart.FACILITATORS,
    *acts_own.FACILITATORS,
    *acts_pairs.FACILITATORS,
    *_hosts,
    *acts_rooms.HOSTS,
)

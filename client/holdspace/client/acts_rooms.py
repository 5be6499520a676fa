"""The acts of what lasts of a room: keeping it, who is known, when it meets, the door."""

from holdspace.client.act_kinds import Act, Need, Spot, hosts_act
from holdspace.client.seat.intents import (
    ForgetPerson,
    GiveAttendance,
    KeepTheRoom,
    LetKeep,
    LockTheDoor,
    ScheduleTheRoom,
)

EVERYONE: tuple[Act, ...] = (
    Act("room", "R", "lasting", "what lasts",
        "Show what lasts of this room: who keeps it, when it meets, the door.",
        also=("lasts", "whokeeps", "who-keeps")),
    Act("calendar", "c", "calendar", "calendar file",
        "Write when this room meets into a new file of this name; it names neither it nor anybody.",
        spot=Spot.LASTING, needs=Need.TEXT, also=("ics",),
        when=lambda view: bool(view.keeping.meets)),
    Act("keep-room", "Z", "keeproom", "keep this room",
        "Keep this room in your notebook, to come back without a code; the host is asked.",
        lambda _: KeepTheRoom(), also=("keep-room",), when=lambda view: not view.keeping.is_kept),
)  # fmt: skip

HOSTS: tuple[Act, ...] = (
    hosts_act("let-keep", "y", "letkeep", "let them keep it",
        "Let somebody who asked keep this room: they come back without a code.",
        lambda given: LetKeep(given.person), spot=Spot.LASTING, needs=Need.PERSON),
    hosts_act("not-keep", "x", "notkeep", "rather not", "Answer somebody who asked to keep it: rather not.",
        lambda given: LetKeep(given.person, is_yes=False), spot=Spot.LASTING, needs=Need.PERSON),
    hosts_act("forget-person", "f", "forgetone", "know them no longer",
        "Know somebody no longer who keeps this room, by their number.",
        lambda given: ForgetPerson(given.number), spot=Spot.LASTING, needs=Need.NUMBER,
        also=("forgetperson", "forget-person"),
        english_question="Know this person no longer? Who is here stays; next time they wait at the door."),
    hosts_act("schedule", "s", "schedule", "when we meet",
        "Say when this room meets, like 2026-12-01 18:00 weekly 60; \"open\" leaves it open.",
        lambda given: ScheduleTheRoom(given.text), spot=Spot.LASTING, needs=Need.TEXT),
    hosts_act("lock-door", "l", "lockdoor", "lock the door",
        "Take in nobody new, who reads a kind no; who belongs to the room waits for your yes.",
        lambda _: LockTheDoor(), spot=Spot.LASTING, also=("lock",),
        when=lambda view: not view.keeping.is_locked),
    hosts_act("unlock-door", "l", "opendoor", "open the door",
        "Take in new people again; who belongs to the room comes in at once.",
        lambda _: LockTheDoor(is_locked=False), spot=Spot.LASTING, also=("unlock", "unlockdoor"),
        when=lambda view: view.keeping.is_locked),
    hosts_act("attendance", "h", "attendance", "they were here",
        "Give everybody here a slip that says that somebody was here; it names nobody.",
        lambda _: GiveAttendance(), spot=Spot.LASTING),
)  # fmt: skip

"""A notebook as a value: what is put in comes out, and it says nothing in a repr."""

from holdspace.client.kept_rooms import KeptRoom
from holdspace.client.notebook import MOST_DRAFTS, Draft, Idea, Notebook, Plan

ROOM, OTHER = b"r" * 16, b"o" * 16
KEPT = KeptRoom(
    room=ROOM,
    host_key=b"h" * 32,
    relays=("wss://relay.example",),
    room_name="Kestrels",
    my_name="Mara",
    my_role="member",
    my_key_seed=b"k" * 32,
    pass_secret=b"p" * 16,
)


def test_a_draft_takes_the_place_of_the_one_before() -> None:
    notebook = Notebook().drafting(Draft(ROOM, "one")).drafting(Draft(ROOM, "two"))
    assert notebook.draft(ROOM).text == "two"
    assert notebook.draft(OTHER) == Draft(OTHER)


def test_an_empty_draft_leaves_nothing() -> None:
    assert Notebook().drafting(Draft(ROOM, "one")).drafting(Draft(ROOM)) == Notebook()


def test_the_oldest_draft_of_very_many_rooms_goes_first() -> None:
    notebook = Notebook()
    for at in range(MOST_DRAFTS + 1):
        notebook = notebook.drafting(Draft(at.to_bytes(16, "big"), "words"))
    assert len(notebook.drafts) == MOST_DRAFTS
    assert not notebook.draft(bytes(16)).text


def test_a_forgotten_room_takes_what_was_written_there_with_it() -> None:
    notebook = Notebook(
        drafts=(Draft(ROOM, "a"), Draft(OTHER, "b")),
        plans=(Plan(ROOM, 1.0, "walk"),),
        ideas=(Idea(OTHER, 1.0, "tea"),),
        keep_drafts=True,
    ).keeping_room(KEPT)
    assert notebook.room(ROOM) == KEPT
    left = notebook.forgetting_room(ROOM)
    assert left == Notebook(
        drafts=(Draft(OTHER, "b"),), ideas=(Idea(OTHER, 1.0, "tea"),), keep_drafts=True
    )


def test_a_repr_says_nothing() -> None:
    shown = repr(Notebook(drafts=(Draft(ROOM, "kestrel"),), rooms=(KEPT,))) + repr(KEPT)
    assert "kestrel" not in shown.lower()
    assert "Mara" not in shown

"""A relay that looks whether it hears its cluster believes nothing that it knew of another beginning."""

from typing import Any

from holdspace.server.log.jetstream.follower import Follower
from holdspace.server.log.jetstream.subjects import Subjects
from holdspace.server.log.jetstream.watch import Watch


async def test_what_was_heard_before_a_new_beginning_is_not_taken_for_heard_after_it() -> None:
    class Played:
        """A cluster whose newest message, number 7 of 9, is asked for as all begins anew."""

        async def ask(self, _what: str, **_body: Any) -> dict[str, Any]:
            follower.start_again()
            return {"message": {"seq": 7}}

    api: Any = Played()
    follower = Follower(api, api, "stream", lambda _message: None)
    nobody: Any = None
    watch = Watch(api, Subjects("test"), follower, nobody, created="")
    follower.know(7)
    await watch._check_progress(9)
    await watch._check_progress(9)
    assert follower.known == 0

"""Two commands on one machine, and two people talk: the whole way, in real processes."""

import re
import signal
from collections.abc import Callable

from tests.scenario.conftest import House, Meeting, Relay, host_command

Meet = Callable[[str, str], Meeting]


def test_two_people_meet_talk_and_part(relay: Relay, meet: Meet) -> None:
    meeting = meet(relay.url, "Mara")
    mara, ana = meeting.host, meeting.admit("Ana")
    mara.type("Hello, Ana.\\", "Good that you came.")
    ana.expect("^Mara: Hello, Ana.$")
    ana.expect("^Mara: Good that you came.$")
    mara.expect("^you: Hello, Ana.$")
    ana.type("Hello. \x1b]0;owned\x07 I am new.")
    mara.expect("^Ana: Hello. ]0;owned I am new.$")
    ana.type("/nod")
    mara.type("/nod")
    ana.expect("^room: 1 nod for you: I hear you 1.$")
    ana.program.hang_up()
    ana.expect("^room: You have left the meeting")
    assert ana.program.ends() == 0
    mara.expect("^room: Ana has left.$")
    mara.type("/close", "y")
    mara.expect("^room: The meeting is over.")
    assert mara.program.ends() == 0


def test_both_read_the_same_four_words_and_the_same_stage(relay: Relay, house: House) -> None:
    host = house.start("host", *host_command(relay.url, "Mara"), "--flow", "intro-60.en")
    code = host.expect("^holdspace1:.*").group()
    words = host.expect("four words another way: (.*)").group(1)
    guest = house.start("guest", "holdspace", "join", "--plain")
    guest.type(code)
    assert guest.expect("four words to compare are: (.*)").group(1) == words
    guest.type("y", "Ana", "Hello")
    host.expect('^door: Ana is at the door: "Hello"')
    host.type("/admit 1")
    guest.expect("^room: This is ")
    host.type("/next")
    for program in (host, guest):
        program.expect("^stage: 1 of 10, Welcome, 4 minutes.$")
    host.type("/next")
    for program in (host, guest):
        program.expect("^stage: 2 of 10, Agreements, 6 minutes.$")
    stages = [program.matching(r"^stage: ") for program in (host, guest)]
    assert stages[0] == stages[1]
    assert any(line.startswith("say: ") for line in host.lines)
    assert not any(line.startswith("say: ") for line in guest.lines)


def test_somebody_who_is_removed_reads_it_and_nothing_after(relay: Relay, meet: Meet) -> None:
    meeting = meet(relay.url, "Mara")
    ana, ben = meeting.admit("Ana"), meeting.admit("Ben")
    meeting.host.type("/remove Ben", "y")
    ben.expect("^room: You are no longer a member of this meeting")
    assert ben.program.ends() == 0
    ana.expect("^room: Mara has removed Ben.$")
    meeting.host.type("Only for those who are here.")
    ana.expect("^Mara: Only for those who are here.$")
    assert not ben.program.matching("Only for those")


def test_somebody_who_is_not_admitted_reads_kind_words(relay: Relay, meet: Meet) -> None:
    meeting = meet(relay.url, "Mara")
    guest = meeting._house.start("guest", "holdspace", "join", "--plain")
    guest.type(meeting.code, "y", "Ana", "")
    guest.expect("^room: You knocked")
    meeting.host.expect("^door: Ana is at the door")
    meeting.host.type("/decline 1 We are full tonight.")
    guest.expect("We are full tonight")
    assert guest.ends() == 0


def test_an_over_long_share_is_kept_and_can_be_read_back(relay: Relay, meet: Meet) -> None:
    mara = meet(relay.url, "Mara").host
    long = "word " * 900 + "end"
    mara.type(long)
    mara.expect("^draft: Your words are kept")
    mara.type("/draft")
    assert len(mara.expect("^draft: word.* end$").group()) >= 4500
    mara.type("Shorter.")
    mara.expect("^you: Shorter.$")


def test_ctrl_c_leaves_with_one_line(relay: Relay, meet: Meet) -> None:
    meeting = meet(relay.url, "Mara")
    ana = meeting.admit("Ana")
    ana.program.signal(signal.SIGINT)
    ana.expect("^room: You have left the meeting")
    assert ana.program.ends() == 0
    assert not any("Traceback" in line for line in ana.program.lines)


def test_a_relay_on_this_machine_ends_with_its_host(house: House) -> None:
    host = house.start(
        "host", "holdspace", "host", "--plain", "--here", "--room", "R", "--name", "M"
    )
    address = host.expect(r"at (ws://127\.0\.0\.1:\d+),").group(1)
    host.expect("^holdspace1:")
    host.kill()
    house.until_nobody_listens(address)
    late = house.start("late", *host_command(address, "Mara"))
    late.expect("cannot be reached")
    assert late.ends() == 1


def test_nothing_that_is_said_draws_or_moves_the_cursor(relay: Relay, meet: Meet) -> None:
    meeting = meet(relay.url, "Mara")
    meeting.admit("Ana")
    for command in ("/help", "/who", "/queue", "/agenda", "/about", "/support", "/door"):
        meeting.host.type(command)
    meeting.host.type("/time")
    meeting.host.expect("^time: ")
    for person in meeting.people:
        text = "\n".join(person.program.lines)
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2500-\u259f\u2800-\u28ff]", text)

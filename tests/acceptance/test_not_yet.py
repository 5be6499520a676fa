"""Rows that nothing proves yet: each turns red when an act for it is there, and then needs its test."""

import pytest

from holdspace.client.act_table import ACTS


def has_act(*words: str) -> bool:
    """Tell whether any act is about this."""
    return any(word in act.sentence.lower() for act in ACTS for word in words)


@pytest.mark.xfail(strict=True, reason="there is no scale to enter")
def test_m14_a_private_number_is_in_no_frame_and_on_no_other_client() -> None:
    assert has_act("scale", "check in", "check-in", "your numbers")


@pytest.mark.xfail(strict=True, reason="there is no goal card")
def test_m16_a_goal_card_asks_to_shrink_and_outlives_a_restart_encrypted() -> None:
    assert has_act("goal", "your plan", "small step")


@pytest.mark.xfail(strict=True, reason="there is no flag and no stepping aside")
def test_m26_only_facilitators_read_the_flag_and_only_two_read_what_is_said_aside() -> None:
    assert has_act("not ok", "aside")


@pytest.mark.xfail(strict=True, reason="drafts are in memory only")
def test_m28_a_draft_is_back_after_kill_9_and_never_in_the_clear_on_disk() -> None:
    assert has_act("notebook")

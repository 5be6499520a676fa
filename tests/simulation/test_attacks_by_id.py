"""Where each attack on the list is tried: relay protocol, MLS policy, joining, events in the room.

The ids are those of the threat model. A test that is renamed or gone fails here, by the attack's id.
"""

from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
_BEGINNING = "server/test_relay_beginning.py"
_MEETINGS = "server/test_relay_meetings.py"
_READING = "server/test_relay_reading.py"
_LOBBY = "server/test_relay_lobby.py"
_JOINING = "client/seat/test_attacks_joining.py"
_DOOR = "client/seat/test_attacks_at_the_door.py"
_RELAY = "server/test_relay_attacks.py"
_EVIL = "simulation/test_evil_relay.py"

ATTACKS = {
    "RL01": (_MEETINGS, "test_rl01_an_entry_of_the_epoch_before_is_stale"),
    "RL02": (_MEETINGS, "test_rl02_an_entry_of_the_epoch_after_is_refused"),
    "RL03": (_MEETINGS, "test_rl03_of_two_bundles_for_one_epoch_one_wins"),
    "RL04": (_LOBBY, "test_rl04_the_welcome_of_a_refused_bundle_is_never_seen"),
    "RL05": (_READING, "test_rl05_killed_between_saving_and_acking_there_is_one_copy"),
    "RL07": (_READING, "test_rl07_a_key_reads_up_to_the_commit_that_closes_its_epoch"),
    "RL08": (_READING, "test_rl08_somebody_removed_gets_the_commit_and_then_nothing"),
    "RL09": (_READING, "test_rl09_who_was_away_for_five_epochs_walks_to_the_head"),
    "RL10": (_READING, "test_rl10_a_proof_overheard_is_worth_nothing_elsewhere"),
    "RL11": (_MEETINGS, "test_rl11_a_member_without_a_slot_cannot_change_the_epoch"),
    "RL13": (_MEETINGS, "test_rl13_unsafe_keys_open_nothing"),
    "RL14": (_RELAY, "test_rl14_what_only_the_root_key_may_do_no_facilitators_key_does"),
    "RL16": (_MEETINGS, "test_rl16_a_full_meeting_still_takes_the_removal_of_whoever_filled_it"),
    "RL17": (_MEETINGS, "test_a_full_disk_takes_back_all_that_was_under_way"),
    "RL18": (_RELAY, "test_rl18_a_meeting_forgotten_under_a_reader_ends_and_skips_nothing"),
    "RL20": (
        "server/jetstream/test_refusals.py",
        "test_rl20_nodes_that_acknowledge_before_they_sync_are_refused",
    ),
    "ML01": (_EVIL, "test_ml01_a_members_proposal_silences_nobody"),
    "ML02": (_EVIL, "test_ml02_a_members_commit_is_refused_by_all_alike_though_the_relay_takes_it"),
    "ML03": (
        "protocol/mls/test_commit.py",
        "test_22_nobody_comes_back_from_an_update_as_somebody_else",
    ),
    "ML04": ("protocol/meeting/test_roles.py", "test_ml04_a_list_that_breaks_a_rule_is_refused"),
    "ML07": (_EVIL, "test_ml07_ml08_after_a_false_commit_all_converge_or_are_told_to_knock"),
    "ML08": (_EVIL, "test_ml07_ml08_after_a_false_commit_all_converge_or_are_told_to_knock"),
    "ML09": ("client/seat/test_policy.py", "test_a_room_refuses_what_the_engine_could_follow"),
    "ML11": (
        "client/seat/test_attacks.py",
        "test_ml11_words_sealed_a_second_time_are_not_shown_twice",
    ),
    "ML13": (
        "simulation/test_simulation.py",
        "test_ml13_a_step_of_a_ratchet_taken_twice_is_caught",
    ),
    "ML14": (_DOOR, "test_ml14_of_one_notebook_on_two_devices_the_one_before_says_no_more"),
    "ML15": ("protocol/mls/test_framing.py", "test_checklist_5_padding_is_zero"),
    "JN01": (
        "client/seat/test_attacks.py",
        "test_jn01_a_welcome_into_another_room_is_not_accepted",
    ),
    "JN03": (_DOOR, "test_jn03_a_welcome_five_epochs_late_leads_to_the_head"),
    "JN04": (_JOINING, "test_jn04_a_welcome_after_the_key_package_ran_out_is_refused"),
    "JN06": ("protocol/test_invite.py", "test_a_holder_of_the_invitation_cannot_pose_as_the_host"),
    "JN07": (
        _DOOR,
        "test_jn07_two_who_knock_with_one_code_are_both_shown_and_neither_comes_in_alone",
    ),
    "JN10": (_JOINING, "test_jn10_a_knock_put_in_the_place_of_somebodys_has_other_words"),
    "JN08": (_LOBBY, "test_jn08_ten_thousand_knocks_without_the_key_leave_nothing"),
    "JN12": (
        "client/test_cli.py",
        "test_jn12_a_code_on_the_command_line_is_refused_and_not_repeated",
    ),
    "EV01": ("client/seat/test_attacks.py", "test_ev01_a_member_cannot_act_as_a_facilitator"),
    "EV03": (
        "protocol/meeting/test_state.py",
        "test_ev03_fifty_hands_at_once_make_one_queue_in_log_order",
    ),
    "EV05": (
        "protocol/meeting/test_state.py",
        "test_ev05_an_event_of_another_version_is_ignored_by_all_alike",
    ),
    "EV06": (_EVIL, "test_ev06_one_heartbeat_is_enough_without_a_word_said"),
    "EV07": (_EVIL, "test_ev07_who_is_shown_nothing_sees_in_45_seconds_that_nobody_confirms"),
    "EV09": (_EVIL, "test_ev09_half_an_hour_of_loss_and_reconnecting_raises_no_alarm"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_attack_is_tried(attack: str) -> None:
    place, name = ATTACKS[attack]
    assert f"def {name}(" in (TESTS / place).read_text()

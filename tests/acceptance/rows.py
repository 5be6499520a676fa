"""Every row of the product's feature table: what it asks, and the test that proves it, or why none does yet.

`python tests/acceptance/rows.py > docs/acceptance.md` writes the page; `test_rows.py` holds both to the code.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass

_HERE = "tests/acceptance"
TURNS, COMING, FLOWS, HOLDING, LASTING = (
    f"{_HERE}/test_{name}.py" for name in ("turns", "coming_in", "flows", "holding", "lasting")
)


@dataclass(frozen=True)
class Row:
    """One row: what must be seen, the tests in which it is seen, and what of it is not there yet."""

    name: str
    asks: str
    proofs: tuple[str, ...] = ()
    not_yet: str = ""


MUST = (
    Row("M1", "The relay's disk and memory hold no word, no name and no stage title.",
        (f"{COMING}::test_m01_the_relay_keeps_no_word_no_name_and_no_stage",
         "tests/scenario/test_first_meeting.py::test_a_whole_meeting")),
    Row("M2", "New keys when somebody comes or is removed: no earlier words, and none after.",
        (f"{COMING}::test_m02_new_keys_when_somebody_comes_and_when_somebody_is_removed",)),
    Row("M3", "Five raise hands at once: one order on every client, also on one that joins after.",
        (f"{TURNS}::test_m03_hands_are_in_one_order_for_everybody_and_for_who_comes_after",)),
    Row("M4", "My place in words; at my turn one bell, one line and a title, never repeated.",
        (f"{TURNS}::test_m04_ones_place_is_told_and_ones_turn_rings_once",
         "tests/client/tui/test_signals.py::test_only_being_next_and_having_the_turn_are_signals")),
    Row("M5", "Lower one's own, one's, all hands, with undo; later; close the queue; last word; reorder.",
        (f"{TURNS}::test_m05_hands_go_down_later_and_to_the_front_and_all_of_them_come_back",)),
    Row("M6", "An invitation to speak needs a yes; a no is told to facilitators only.",
        (f"{TURNS}::test_m06_being_asked_to_speak_needs_a_yes_and_a_no_is_nobodys_business",)),
    Row("M7", "A round of eight with two passes and one away: all are offered once, passers again.",
        (f"{TURNS}::test_m07_going_around_everybody_is_offered_a_turn_and_passers_another",)),
    Row("M8", "Gather: drafts stay on the device, counts are shown, release is in one order.",
        (f"{TURNS}::test_m08_gathered_words_stay_here_until_they_are_released_and_come_in_one_order",
         "tests/client/seat/test_readying.py::test_to_send_where_all_write_is_to_be_ready_and_nothing_leaves_the_device")),
    Row("M9", "Without the floor words are kept and why is said; nods are shown as counts.",
        (f"{TURNS}::test_m09_only_who_has_the_floor_is_read_and_the_others_nod",)),
    Row("M10", "Timers are soft, extendable at least ten times, told at half, a minute and the end.",
        (f"{TURNS}::test_m10_time_is_soft_told_thrice_and_given_ten_times_over",)),
    Row("M11", "The introductory flow from end to end: everybody has the same stage and clock.",
        (f"{FLOWS}::test_m11_a_flow_is_led_from_end_to_end_and_everybody_is_at_the_same_stage_and_time",)),
    Row("M12", "The shipped flows are valid for 5, 8 and 12 people, within a tenth of their time.",
        (f"{FLOWS}::test_m12_every_shipped_flow_fits_its_time",
         "tests/client/test_flow_check.py::test_every_shipped_flow_passes")),
    Row("M13", "Nobody is in the encrypted group before they accepted the agreements they were shown.",
        (f"{COMING}::test_m13_nobody_has_keys_before_they_accepted_what_was_shown",
         f"{COMING}::test_m13_who_only_reads_today_is_passed_by_until_they_return",
         "tests/client/seat/test_room_keeping.py::test_changed_agreements_are_accepted_again_first")),
    Row("M14", "Check-in scales: a private value is in no frame and on no other client.",
        ("tests/scenario/test_counting.py::test_m14_a_number_for_oneself_is_nowhere_and_the_spread_is_the_true_one",)),
    Row("M15", "Pacers within 0.2 s; an alternative and rest, by which nothing is sent; no motion.",
        (f"{FLOWS}::test_m15_breathing_is_at_ones_own_pace_and_every_way_out_of_it_sends_nothing",
         "tests/client/test_pacing.py::test_breathing_is_four_in_and_six_out_and_never_drifts",
         "tests/client/tui/test_practice.py::test_the_stage_s_own_exercise_begins_and_can_be_changed")),
    Row("M16", "A goal card that asks to shrink below 7, and outlives a restart encrypted.",
        (f"{FLOWS}::test_m16_a_goal_card_asks_to_shrink_and_outlives_the_program_encrypted",)),
    Row("M17", "The lobby: only the card is learnt there; admit, decline, a private word, lock.",
        (f"{COMING}::test_m17_before_the_door_is_opened_one_learns_the_card_and_no_more",
         "tests/scenario/test_private_words.py::test_m17_a_word_at_the_door_and_a_door_that_is_locked")),
    Row("M18", "Co-facilitators with full powers; the badge follows the signed roles everywhere.",
        (f"{COMING}::test_m18_co_facilitators_lead_as_the_host_does_and_everybody_sees_who_they_are",
         f"{COMING}::test_m18_a_co_facilitator_lets_people_in_while_the_host_is_away",
         "tests/client/seat/test_not_ok.py::test_only_the_facilitators_show_it")),
    Row("M19", "Hold by key, and within 25 s of losing the last facilitator; drafts intact.",
        (f"{HOLDING}::test_m19_the_last_facilitator_is_gone_and_the_room_holds_until_they_are_back",
         f"{HOLDING}::test_m19_one_key_holds_the_room_and_nobody_can_post",
         "tests/client/seat/test_unled.py::test_the_same_key_comes_back_to_a_room_on_hold_and_lets_it_go_on")),
    Row("M20", "Away for three minutes, or a killed relay with twelve people: same place, same words.",
        (f"{HOLDING}::test_m20_who_was_away_for_three_minutes_has_the_same_place_and_the_same_words",
         f"{HOLDING}::test_m20_a_killed_relay_gives_twelve_people_back_their_places",
         "tests/scenario/test_relay_killed.py::test_kill_9_loses_doubles_and_reorders_nothing")),
    Row("M21", "Two facilitators go on at once: once, and the other reads why.",
        (f"{TURNS}::test_m21_two_facilitators_who_go_on_at_once_go_on_once",)),
    Row("M22", "Pause, back to the lobby, remove, fold, take back: told with the reason, and logged.",
        (f"{HOLDING}::test_m22_pausing_folding_and_taking_back_are_told_and_can_be_undone",
         f"{HOLDING}::test_m22_a_nudge_and_the_way_back_to_the_door_are_between_two_people",
         f"{COMING}::test_m02_new_keys_when_somebody_comes_and_when_somebody_is_removed")),
    Row("M23", "Names that look alike are refused or tagged; nobody is the same person in two rooms.",
        (f"{COMING}::test_m23_a_name_that_looks_like_anothers_is_not_taken_as_it_is",
         f"{COMING}::test_m23_nobody_is_the_same_person_in_two_rooms",
         "tests/client/seat/test_attacks_joining.py::test_td04_a_name_that_the_door_would_refuse_always_wears_its_tag")),
    Row("M24", "Roles not signed by the invited key are refused; four words, equal or visibly not.",
        (f"{COMING}::test_m24_everybody_computes_the_hosts_four_words_and_they_are_the_invitations",
         "tests/client/seat/test_attacks.py::test_jn01_a_welcome_into_another_room_is_not_accepted")),
    Row("M25", "The card for hard moments opens offline, in the lobby and on hold, and sends nothing.",
        (f"{HOLDING}::test_m25_the_card_for_hard_moments_opens_anywhere_and_sends_nothing",
         "tests/client/tui/test_desk.py::test_the_card_for_hard_moments_opens_from_everywhere")),
    Row("M26", "A private flag to facilitators, and stepping aside unread by the rest.",
        ("tests/scenario/test_private_words.py::test_m26_a_flag_for_facilitators_and_a_word_nobody_else_reads",
         "tests/client/seat/test_asides_sealed.py::test_who_is_in_the_room_and_has_all_bytes_opens_nothing")),
    Row("M27", "Quick exit: at once, a clean and neutral terminal; to others like a lost connection.",
        (f"{LASTING}::test_m27_to_others_a_quick_exit_is_a_lost_connection",
         "tests/client/tui/test_terminal_bytes.py::test_three_escapes_in_a_real_terminal_close_the_screen",
         "tests/client/tui/test_terminal_bytes.py::test_an_idle_room_writes_nothing_and_leaves_a_clean_terminal_at_once")),
    Row("M28", "Drafts are in memory only, or encrypted on disk and back after kill -9.",
        ("tests/scenario/test_notebook.py::test_kill_minus_nine_mid_sentence",
         "tests/client/test_keeping.py::test_without_a_notebook_it_is_in_memory")),
    Row("M29", "A whole session by lines alone, for members and facilitators; nothing is drawn.",
        (f"{FLOWS}::test_m29_a_whole_session_in_plain_lines_draws_nothing_and_moves_no_cursor",
         "tests/scenario/test_first_meeting.py::test_a_whole_meeting",
         "tests/scenario/test_two_people.py::test_nothing_that_is_said_draws_or_moves_the_cursor")),
    Row("M30", "Every act by a key, a command and the list of commands; no chords; keys can be changed.",
        (f"{LASTING}::test_m30_every_act_has_a_key_without_a_chord_and_a_command_in_help",
         "tests/client/test_settings.py::TestKeys::test_two_acts_can_change_places")),
    Row("M31", "What cannot be undone is asked first; lower all, pass and next can be undone.",
        (f"{TURNS}::test_m31_what_cannot_be_undone_is_asked_first",
         f"{TURNS}::test_m31_what_can_be_undone_is_undone_within_ten_seconds")),
    Row("M32", "A pasted flood is slowed and nothing of it lost; sizes and joining are bounded.",
        (f"{HOLDING}::test_m32_a_flood_is_slowed_and_nothing_of_it_is_lost",
         f"{HOLDING}::test_m32_what_is_too_long_for_one_share_is_kept_whole",
         "tests/server/test_relay_lobby.py::TestKnocking::test_jn08_with_the_key_three_wait_and_the_room_talks_on")),
    Row("M33", "No byte of hostile text is obeyed, in either front end.",
        (f"{FLOWS}::test_m33_text_that_would_command_a_terminal_is_only_text",
         "tests/client/tui/test_hostile_text.py::test_nothing_hostile_is_on_any_line_of_the_room_and_its_pages",
         "tests/client/tui/test_terminal_bytes.py::test_no_byte_of_hostile_text_is_obeyed_and_the_title_is_neutral")),
    Row("M34", "Nothing stays after closing; forgetting a room; one's own words as a file.",
        (f"{LASTING}::test_m34_after_closing_nothing_of_the_meeting_is_on_the_relays_disk",
         f"{LASTING}::test_m34_a_keepsake_holds_ones_own_words_only",
         "tests/scenario/test_rooms_over_time.py::test_two_meetings_of_one_room_and_a_crash_in_the_second")),
    Row("M35", "A relay in one command, behind a TLS proxy, with a check that says pass or fail.",
        ("tests/deploy/test_self_hosting.py::test_the_page_typed_from_top_to_bottom",
         "tests/deploy/test_proxies.py::test_a_meeting_begins_through_it",
         "tests/server/commands/test_doctor.py::test_a_relay_that_runs_is_well")),
    Row("M36", "An hour of eight people in under 1 MB each; usable at 2 s latency and 5 % loss.",
        (f"{LASTING}::test_m36_usable_over_a_slow_and_lossy_line",
         f"{LASTING}::test_m36_an_hour_of_eight_people_costs_each_a_few_megabytes"),
        not_yet="An hour costs each of eight people 3 to 4 MB (10 kbit/s). Below 1.5 MB it cannot be: "
        "everybody is heard every 20 seconds so that silence is noticed, in frames of at least 1 KiB so "
        "that their size says nothing."),
)  # fmt: skip

SHOULD = (
    Row("S1", "Pairs with consent, a call, freeze on hold, return of all.",
        ("tests/scenario/test_pairs.py::test_s1_seven_people_meet_in_pairs",
         "tests/client/seat/test_pairs.py::test_hold_freezes_all_pairs_in_the_order_of_the_log")),
    Row("S2", "Polls, anonymous, with a minimum count.",
        ("tests/client/seat/test_counting.py::test_a_poll_by_hand",
         "tests/client/seat/test_counting.py::test_under_five_nothing_is_asked_of_anybody")),
    Row("S3", "A hand says what it is for: share, respond, question, practical, and a note.",
        ("tests/client/plain/test_answers.py::test_the_queue_names_hands_by_what_they_are_for_and_who_is_still_to_come",)),
    Row("S4", "Not yet heard first; the order is shown to all.",
        ("tests/protocol/meeting/test_waiting.py::test_who_has_not_been_heard_comes_first_and_everybody_sees_the_same_places",)),
    Row("S5", "A reading pause after each share, which a facilitator can end.",
        ("tests/protocol/meeting/test_waiting.py::test_a_share_gives_people_time_to_read_it",
         "tests/protocol/meeting/test_waiting.py::test_a_facilitator_ends_the_pause_once")),
    Row("S6", "Ready phrases and prompt cards in two keys, sent only on confirmation.",
        ("tests/client/tui/test_cards.py::test_two_keys_open_the_cards_and_a_number_copies_a_phrase",
         "tests/client/tui/test_room.py::test_a_ready_phrase_is_copied_and_waits_to_be_sent",
         "tests/client/plain/test_session.py::test_ready_phrases_are_prepared_and_sent_only_on_request")),
    Row("S7", "Running late, the helper names stages to shorten, and nothing changes before a yes.",
        ("tests/client/seat/test_drift.py::test_the_later_it_is_the_more_gives_way_and_never_the_closing",
         "tests/client/seat/test_drift.py::test_only_a_yes_changes_the_plan_and_everybody_has_it")),
    Row("S8", "Rest mode; \"I'm fine, just going\".",
        ("tests/client/seat/test_leading.py::test_who_rests_is_seen_resting_by_those_who_lead",
         "tests/client/seat/test_meeting.py::test_only_facilitators_read_that_who_leaves_is_fine")),
    Row("S9", "Report-back on plans, and a brainstorm board.",
        ("tests/scenario/test_board.py::test_ideas_are_listed_without_names_and_one_is_tried",
         "tests/client/own/test_cards.py::test_all_four_are_good_answers")),
    Row("S10", "Advice only after asking: hidden until its owner says yes.",
        ("tests/client/seat/test_offers.py::test_the_words_do_not_leave_the_device_before_a_yes",)),
    Row("S11", "Feedback, shown only as means of five or more.",
        ("tests/client/seat/test_counting.py::test_feedback_is_means_and_a_choice_for_who_leads_and_a_line_with_a_name",
         "tests/client/seat/test_counting.py::test_feedback_of_four_shows_no_mean")),
    Row("S12", "The next meeting as an .ics file with a neutral title.",
        ("tests/client/test_calendar_file.py::test_it_says_appointment_and_rings_and_each_has_its_own_number",
         "tests/client/test_calendar_file.py::test_six_in_the_evening_stays_six_when_the_clocks_change")),
    Row("S13", "Attendance without identity.",
        ("tests/client/seat/test_room_keeping.py::test_an_attendance_slip_names_nobody_and_no_room",
         "tests/protocol/meeting/test_slips.py::test_an_attendance_slip_verifies_with_the_key_it_names")),
    Row("S14", "Notifications with neutral text, one bell, an off switch.",
        ("tests/client/tui/test_signals.py::test_only_being_next_and_having_the_turn_are_signals",
         "tests/client/tui/test_signals.py::test_what_is_written_names_nobody_and_can_be_off")),
    Row("S15", "Calm themes, contrast of at least 7:1, no colour keeps all meaning.",
        ("tests/client/tui/test_theme.py::test_words_are_readable",
         "tests/client/tui/test_terminal_bytes.py::test_without_colours_no_colour_byte_is_written_from_the_first_page_to_the_last")),
    Row("S16", "The terminal's own cursor, and sizes from 40 columns to 200.",
        ("tests/client/tui/test_room.py::test_the_terminal_cursor_follows_the_focus",
         "tests/client/tui/test_room.py::test_at_the_smallest_size_one_can_read_speak_and_raise_a_hand")),
    Row("S17", "A card of three lines for who comes late or back.",
        ("tests/client/seat/test_catching_up.py::test_who_comes_late_reads_three_lines_and_has_the_clock_of_the_others",)),
    Row("S18", "Other languages, right to left.",
        ("tests/client/test_library.py::test_every_language_has_the_same_of_everything",
         "tests/translations/test_catalogues.py::test_every_sentence_of_every_chapter_is_translated")),
    Row("S19", "Buddies, by both people's wish.", not_yet="Not built."),
    Row("S20", "Rehearsal and writing back, unscored.",
        ("tests/client/test_exercises.py::test_one_writes_the_other_says_back_the_first_marks_it_and_they_change_over",
         "tests/client/test_exercises.py::test_nothing_of_an_exercise_is_counted_and_alone_it_is_a_form")),
    Row("S21", "A visible list of who did what, without words.",
        (f"{HOLDING}::test_m22_pausing_folding_and_taking_back_are_told_and_can_be_undone",)),
    Row("S22", "A demo with simulated people, also in the facilitator's chair.",
        ("tests/scenario/test_demo.py::test_somebody_comes_in_shares_and_leaves",
         "tests/scenario/test_demo.py::test_in_the_facilitators_chair_people_knock_and_take_part")),
    Row("S23", "Meeting the facilitator alone, before the first group.",
        (f"{FLOWS}::test_s23_two_people_meet_before_the_first_group",),
        not_yet="The flow meet-15 is shipped; a note about what somebody needs is not kept."),
    Row("S24", "A debrief for facilitators after closing.",
        ("tests/client/tui/test_cards.py::test_after_closing_a_facilitator_reads_what_helps_and_a_member_does_not",),
        not_yet="There is a card to read; a note to hand over is not kept."),
)  # fmt: skip

_HEAD = """\
# What was asked, and where it is proved

Written from `tests/acceptance/rows.py` by `python tests/acceptance/rows.py`; do not edit. Each line is a
row of the product's feature table. A test named here exists and is run every day. The people in the tests
of `tests/acceptance` use plain lines, with real seats, links and sockets, at a relay process of their own.
What is not built is said so.
"""


def page() -> Iterable[str]:
    """Yield the lines of docs/acceptance.md."""
    yield _HEAD
    for title, rows in (("Must", MUST), ("Should", SHOULD)):
        done = sum(1 for row in rows if row.proofs and not row.not_yet)
        yield f"## {title}\n"
        yield f"{done} of {len(rows)} are proved whole.\n"
        yield "| row | what it asks | where it is proved | not yet |"
        yield "| --- | --- | --- | --- |"
        for row in rows:
            proofs = "<br>".join(map(_link, row.proofs)) or "nowhere"
            yield f"| {row.name} | {row.asks} | {proofs} | {row.not_yet} |"
        yield ""


def _link(proof: str) -> str:
    file, _, test = proof.partition("::")
    return f"[{test.rpartition('::')[2]}](../{file})"


if __name__ == "__main__":
    sys.stdout.write("\n".join(page()).rstrip("\n") + "\n")

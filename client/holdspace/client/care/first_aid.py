"""What a facilitator can do for somebody who is not OK, the same in both front ends."""

from holdspace.protocol.translation import N_

# Look, listen, link: psychological first aid, in the order in which it is done.
CARD = (
    N_("Look: read what they wrote last. Are they safe, and are they still here?"),
    N_(
        "Listen: /aside and their name steps aside with them. Ask what they need, and let them take time."
    ),
    N_("Link: /support is the card with help outside. Who could be with them tonight?"),
    N_(
        "The room: a co-facilitator goes on, or /practice steadies everybody, or /hold lets it rest."
    ),
)

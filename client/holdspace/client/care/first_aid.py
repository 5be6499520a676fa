"""What a facilitator can do for somebody who is not OK, the same in both front ends."""

# Look, listen, link: psychological first aid, in the order in which it is done.
CARD = (
    "Look: read what they wrote last. Are they safe, and are they still here?",
    "Listen: /aside and their name steps aside with them. Ask what they need, and let them take time.",
    "Link: /support is the card with help outside. Who could be with them tonight?",
    "The room: a co-facilitator goes on, or /practice steadies everybody, or /hold lets it rest.",
)

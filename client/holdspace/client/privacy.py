"""What `holdspace explain-privacy` says: who sees what, in plain words, without softening."""

PRIVACY = """\
What holdspace protects, and what it does not.

Who sees what:
  What you write: people in the room. Not the relay, not people at the door.
  Your name here, your role, raised hands, nods, stages: people in the room. Not the relay.
  What you write when you knock: the host. Not the relay.
  That your internet address talked to this relay, and when: the relay, and your network.
  About how many people meet, when, and for how long: the relay.
  Which connection sends something and in which of four sizes: the relay.
  That a facilitator admitted or removed somebody: people in the room, and the relay (not whom).

What is kept:
  On the relay: what is encrypted, until the meeting is closed or its time runs out.
  On your device: nothing of a meeting.

What nobody can promise:
  Anyone in the room can photograph or record it, and signatures could prove which name wrote what.
  The host can admit or remove anyone, always visibly.
  A relay can stop or slow a meeting. Changes are noticed; silence not always.
  Addresses and meeting times show unless you use Tor, and even then meeting times show.
  Python cannot wipe memory.

How: messages are encrypted end to end with MLS (RFC 9420). Room messages and knocks use a hybrid
post-quantum key exchange. The software has not been audited. It is support among people: not
therapy, not a crisis service, not a medical device."""

"""A log that several relays share: one stream of a NATS JetStream cluster, followed by all.

The stream's order is the order. A relay publishes what it is asked (`lanes`), follows all that
the stream hands out (`follower`), and its core judges each record there. Nothing is acknowledged
that did not come back on the stream: a majority of nodes has it on disk then. A meeting's records
are sealed with a key that stands in the record of its beginning, so that erasing that one record
(`eraser`) makes the others unreadable wherever a node still has them.
"""

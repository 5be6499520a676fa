-- Version 1 of what a relay keeps. Every handle and key here is random or derived for one room or
-- one meeting; times are minutes; what members wrote is ciphertext. There is nothing else.

CREATE TABLE room (
    handle          BLOB    PRIMARY KEY CHECK (length(handle) = 16),
    root_key        BLOB    NOT NULL,
    expires_minute  INTEGER NOT NULL
);

CREATE TABLE meeting (
    number          INTEGER PRIMARY KEY,
    handle          BLOB    NOT NULL UNIQUE CHECK (length(handle) = 16),
    room            BLOB    NOT NULL UNIQUE REFERENCES room ON DELETE CASCADE,
    slots           BLOB    NOT NULL,
    expires_minute  INTEGER NOT NULL
);

-- The key of epoch k reads up to and including the commit that opened epoch k + 1.
CREATE TABLE epoch (
    meeting         INTEGER NOT NULL REFERENCES meeting ON DELETE CASCADE,
    epoch           INTEGER NOT NULL,
    access_key      BLOB    NOT NULL,
    opened_by       INTEGER NOT NULL,
    PRIMARY KEY (meeting, epoch)
) WITHOUT ROWID;

-- place = meeting number * 2^32 + seq: one B-tree, to which an append adds at one end.
CREATE TABLE entry (
    place           INTEGER PRIMARY KEY,
    epoch           INTEGER NOT NULL,
    is_commit       INTEGER NOT NULL CHECK (is_commit IN (0, 1)),
    message_id      BLOB    NOT NULL,
    cost            INTEGER NOT NULL,
    payload         BLOB    NOT NULL
);

CREATE TRIGGER meeting_deleted AFTER DELETE ON meeting BEGIN
    DELETE FROM entry WHERE place BETWEEN old.number << 32 AND (old.number + 1 << 32) - 1;
END;

CREATE TABLE invitation (
    room            BLOB    NOT NULL REFERENCES room ON DELETE CASCADE,
    knock_key       BLOB    NOT NULL,
    card            BLOB    NOT NULL,
    expires_minute  INTEGER NOT NULL,
    PRIMARY KEY (room, knock_key)
) WITHOUT ROWID;

CREATE TABLE welcome (
    room            BLOB    NOT NULL REFERENCES room ON DELETE CASCADE,
    knock           BLOB    NOT NULL,
    knock_key       BLOB    NOT NULL,
    meeting         INTEGER NOT NULL REFERENCES meeting ON DELETE CASCADE,
    seq             INTEGER NOT NULL,
    sealed          BLOB    NOT NULL,
    expires_minute  INTEGER NOT NULL,
    PRIMARY KEY (room, knock)
) WITHOUT ROWID;

CREATE INDEX welcome_by_meeting ON welcome (meeting);

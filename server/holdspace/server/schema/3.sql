-- Version 3: the entries of a deleted meeting are erased some at a time, so that nobody else waits
-- for it. Nothing leads to them any more from the moment their meeting is deleted.

CREATE TABLE doomed (
    meeting         INTEGER PRIMARY KEY
);

DROP TRIGGER meeting_deleted;

CREATE TRIGGER meeting_deleted AFTER DELETE ON meeting BEGIN
    INSERT INTO doomed VALUES (old.number);
END;

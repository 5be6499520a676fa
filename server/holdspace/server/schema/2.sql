-- Version 2: the public key of the room code that a room was opened with; empty if none was.

ALTER TABLE room ADD COLUMN code BLOB NOT NULL DEFAULT x'';

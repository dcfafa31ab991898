-- SQLite makes a table of three words each time that it asks whether a mail is one of them, and none for OR.
DROP INDEX outbox_troubled;
CREATE INDEX outbox_troubled ON outbox (state, id) WHERE state = 'held' OR state = 'failed' OR state = 'bounced';

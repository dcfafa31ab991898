-- SQLite gathers no statistics by itself, and without them it reads all tickets of a status rather than take an index that does
-- not begin with the status.
DROP INDEX ticket_by_deadline;
DROP INDEX ticket_asked;
CREATE INDEX ticket_by_deadline ON ticket (status, deadline) WHERE status = 'open';
CREATE INDEX ticket_asked ON ticket (status, asked_at) WHERE status = 'waiting';

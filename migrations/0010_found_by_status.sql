-- Without statistics, which SQLite does not gather by itself, it reads all tickets of a status before it takes an index that
-- does not begin with it.
DROP INDEX ticket_by_deadline;
DROP INDEX ticket_asked;
CREATE INDEX ticket_by_deadline ON ticket (status, deadline) WHERE status = 'open';
CREATE INDEX ticket_asked ON ticket (status, asked_at) WHERE status = 'waiting';

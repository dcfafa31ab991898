-- Retention reads the tickets that may be due, and no others.
CREATE INDEX ticket_closed_whole ON ticket (status, closed_at) WHERE status = 'closed' AND erased_at IS NULL;
CREATE INDEX ticket_answered_whole ON ticket (status, answered_at) WHERE status = 'answered' AND erased_at IS NULL;

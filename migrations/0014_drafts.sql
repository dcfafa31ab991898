-- Mails that wait for somebody's word are reminded of.
ALTER TABLE outbox ADD COLUMN reminded_at TEXT;   -- when those who decide about a held mail were reminded of it

-- Work of staff: words to find a ticket by, the ticket it was merged into; who wrote a mail, and its step of the conversation.
ALTER TABLE ticket ADD COLUMN tags TEXT NOT NULL DEFAULT '';
ALTER TABLE ticket ADD COLUMN merged_into TEXT;
ALTER TABLE outbox ADD COLUMN author TEXT;
ALTER TABLE outbox ADD COLUMN entry_id BIGINT;
CREATE INDEX ticket_by_status ON ticket (status, fiscal_year, serial);
CREATE INDEX ticket_by_answer ON ticket (answered_at) WHERE answered_at IS NOT NULL;

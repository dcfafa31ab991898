-- What is looked for among all mails and tickets of all years is found without reading them.
CREATE INDEX outbox_troubled ON outbox (state, id) WHERE state IN ('held', 'failed', 'bounced');
CREATE INDEX ticket_by_receipt ON ticket (received_at);

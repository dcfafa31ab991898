-- When a ticket's personal data was erased. Erased bytes (message.raw, outbox.bytes) are empty.
ALTER TABLE ticket ADD COLUMN erased_at TEXT;

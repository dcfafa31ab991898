-- The person that a mail counts for: the recipient in the one spelling that `mail/person.rs` makes. Addresses of before have
-- no tags that the desk knows of.
ALTER TABLE outbox ADD COLUMN person TEXT NOT NULL DEFAULT '';
UPDATE outbox SET person = REPLACE(LOWER(recipient), '"', '');
DROP INDEX outbox_by_recipient;
CREATE INDEX outbox_by_person ON outbox (person, created_at);

-- Which messages the mailbox still shows as new, beside the ledger: to strike one out of a column wrote its bytes anew.
CREATE TABLE unsettled (
    message_ref BIGINT PRIMARY KEY REFERENCES message (id)
);
INSERT INTO unsettled (message_ref) SELECT id FROM message WHERE settled = 0;
DROP INDEX message_unsettled;
ALTER TABLE message DROP COLUMN settled;

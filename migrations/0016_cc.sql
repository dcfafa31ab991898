-- Who has an inquiry by its sender's Cc, and so gets the answer, too.
CREATE TABLE cc (
    ticket_id BIGINT NOT NULL REFERENCES ticket (id),
    address TEXT NOT NULL,                    -- in lower case
    PRIMARY KEY (ticket_id, address)
) /* WITHOUT ROWID */;

-- Each table that a mail touches is a page more to write. The last ticket number of each fiscal year goes into the desk's row,
-- which every transaction writes; a JSON object.
ALTER TABLE desk ADD COLUMN numbers TEXT NOT NULL DEFAULT '{}';
UPDATE desk SET numbers = (
    SELECT '{' || COALESCE(STRING_AGG('"' || CAST(fiscal_year AS TEXT) || '":' || CAST(last AS TEXT), ','), '') || '}' FROM number
);
DROP TABLE number;

-- And an attempt is kept under its key alone.
CREATE TABLE tried (
    outbox_id BIGINT NOT NULL REFERENCES outbox (id),
    nth BIGINT NOT NULL,
    at TEXT NOT NULL,
    reply TEXT NOT NULL,
    PRIMARY KEY (outbox_id, nth)
) /* WITHOUT ROWID */;
INSERT INTO tried (outbox_id, nth, at, reply) SELECT outbox_id, nth, at, reply FROM attempt;
DROP TABLE attempt;
ALTER TABLE tried RENAME TO attempt;

-- History is rows: one turn for each time that the desk owed an answer. The ticket's row keeps only the present.
CREATE TABLE turn (
    ticket_id BIGINT NOT NULL REFERENCES ticket (id),
    nth BIGINT NOT NULL,                   -- from 1
    asked_at TEXT NOT NULL,
    due_at TEXT,                           -- the deadline; NULL while held
    held BIGINT NOT NULL,                  -- business seconds in holds that are over
    held_since TEXT,                       -- when the present hold began
    ended_at TEXT,                         -- NULL while the answer is owed
    ending TEXT,                           -- answered, called_back, closed, merged
    ended_by TEXT,                         -- as the audit names the actor
    in_time BIGINT,                        -- 0 or 1; NULL without an answer
    PRIMARY KEY (ticket_id, nth)
) /* WITHOUT ROWID */;
-- All that older tickets remember of their course is the last turn.
INSERT INTO turn (ticket_id, nth, asked_at, due_at, held, held_since, ended_at, ending, ended_by, in_time)
SELECT id, 1, received_at, deadline, 0, CASE WHEN status = 'waiting' THEN received_at END,
    CASE WHEN status IN ('answered', 'closed') THEN COALESCE(answered_at, closed_at, received_at) END,
    CASE WHEN status NOT IN ('answered', 'closed') THEN NULL
         WHEN answered_at IS NOT NULL THEN 'answered'
         WHEN merged_into IS NOT NULL THEN 'merged'
         ELSE 'closed' END,
    CASE WHEN status IN ('answered', 'closed') THEN 'desk' END,
    CASE WHEN status IN ('answered', 'closed') AND answered_at IS NOT NULL AND deadline IS NOT NULL
         THEN CASE WHEN answered_at <= deadline THEN 1 ELSE 0 END END
FROM ticket;

-- The digest finds the parts of a ticket by the ticket that they became a part of. Few tickets are merged.
CREATE INDEX ticket_merged ON ticket (merged_into) WHERE merged_into IS NOT NULL;

-- Each index is a page more to write with every mail: mails of the same content are found by their Message-ID, and tickets
-- of a window by their fiscal year.
DROP INDEX message_by_hash;
DROP INDEX ticket_by_receipt;

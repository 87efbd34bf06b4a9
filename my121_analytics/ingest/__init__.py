"""ERP exports in, the record out: nothing lost, nothing guessed."""

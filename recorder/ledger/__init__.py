"""Parse the API's answers: what the ledger says of runs, as typed values."""

"""What the ledger says: pure parsing of the API's answers. Imports no I/O."""

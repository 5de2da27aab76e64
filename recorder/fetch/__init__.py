"""How the ledger is asked: keys and the client. Nothing here is imported until it is used."""

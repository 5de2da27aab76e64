"""How the ledger is polled: API keys and the HTTP client."""

"""One self-contained page with pictures, of a period's runs: gathered, drawn, and filled into a template."""

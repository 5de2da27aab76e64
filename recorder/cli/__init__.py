"""The command line: data on stdout, all else on stderr. Each command asks the library and prints."""

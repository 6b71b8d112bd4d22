"""The command line: one file a command, which imports nothing heavy until it runs."""

"""The command line: words in, calls of `core.services`, words out. No logic of the program is here."""

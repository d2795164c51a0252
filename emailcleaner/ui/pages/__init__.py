"""The pages of the window. A page shows and asks; the doing is in `operations`."""

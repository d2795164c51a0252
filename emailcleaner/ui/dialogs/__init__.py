"""Windows that ask one thing, or say what cannot wait."""

"""The window: pages over `core.services`. Nothing here decides what an address is worth."""

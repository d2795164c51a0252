"""Email Cleaner: cleans e-mail lists, with a verdict and its evidence for every address."""

__version__ = "0.1.0"

"""Addresses to findings: syntax, categories, suggestions, duplicates, suppression.

Import the classes from here; the modules behind are the package's own.
"""

from emailcleaner.core.checks.checker import AddressChecker
from emailcleaner.core.checks.data import CheckData, load_check_data
from emailcleaner.core.checks.duplicates import find_duplicates
from emailcleaner.core.checks.policy import AddressPolicy
from emailcleaner.core.checks.suppression import SuppressionSet

__all__ = [
    "AddressChecker",
    "AddressPolicy",
    "CheckData",
    "SuppressionSet",
    "find_duplicates",
    "load_check_data",
]

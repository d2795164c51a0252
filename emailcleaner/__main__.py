"""Start of the program: the window, or a command."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the program with the arguments of the process; returns its exit status."""
    from emailcleaner.cli.start import start

    return start(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())

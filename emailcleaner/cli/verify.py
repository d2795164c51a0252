"""`emailcleaner verify`: single addresses, one JSON object a line."""

from __future__ import annotations

from typing import Annotated

import typer

from emailcleaner.cli.clean import _built
from emailcleaner.cli.session import services
from emailcleaner.cli.terminal import print_json
from emailcleaner.core.model import Depth


def verify(
    addresses: Annotated[list[str], typer.Argument(metavar="ADDRESS", help="Addresses to check.")],
    depth: Annotated[Depth, typer.Option(help="How deep to check: syntax or domain.")] = Depth.DOMAIN,
) -> int:
    """Check single addresses; prints one JSON object a line."""
    with services() as opened:
        for found in opened.verify(addresses, _built(depth)):
            print_json(found)
    return 0

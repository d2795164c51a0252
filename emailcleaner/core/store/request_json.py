"""A `CleanRequest` as JSON and back, so that a resumed job does what was asked for.

Fields that a later version added have their defaults when an older record is read.
"""

from __future__ import annotations

import dataclasses
import json
from enum import Enum
from typing import Any, get_origin, get_type_hints

from emailcleaner.core.model import CleanRequest


def request_to_json(request: CleanRequest) -> str:
    """The request as one JSON object."""
    return json.dumps(dataclasses.asdict(request), ensure_ascii=False)


def request_from_json(text: str) -> CleanRequest:
    """The request again, equal to the one that was given. Raises `ValueError` for anything else."""
    data = json.loads(text)
    try:
        request = _build(CleanRequest, data)
    except (TypeError, AttributeError) as fault:
        raise ValueError("this is no request") from fault
    assert isinstance(request, CleanRequest)
    return request


def _build(kind: Any, value: Any) -> Any:
    """`value` as read from JSON, as a `kind` of the types that requests are made of."""
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        known = {f.name for f in dataclasses.fields(kind)}
        return kind(**{name: _build(hints[name], part) for name, part in value.items() if name in known})
    if get_origin(kind) is tuple:
        return tuple(value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    return value

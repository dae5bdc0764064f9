"""JSON → values, safe in threads. The one way from bytes to a Struct.

msgspec (0.19 to 0.22) describes a Struct to itself when it is first decoded, and the description can be seen before it
is finished: two threads that meet there end the process (SIGSEGV, in 37 of 60 tries with eight threads). So a lock
is held while a decoder is made; what it has described is good for all threads from then on.
"""

import threading
from functools import cache
from typing import Any, TypeVar

import msgspec

Value = TypeVar("Value")
DESCRIBING = threading.Lock()


@cache
def decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    """The decoder of one kind. Two threads may make it twice, one after the other."""
    with DESCRIBING:
        return msgspec.json.Decoder(kind)


def decoded(document: bytes | str, kind: type[Value]) -> Value:
    """The value in a document. Raises msgspec.MsgspecError and what else msgspec.json.decode raises."""
    value: Value = decoder(kind).decode(document)  # type: ignore[arg-type]  # every type can be hashed
    return value

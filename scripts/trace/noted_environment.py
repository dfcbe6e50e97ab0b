"""Run by Python at its start in a traced root: names of variables that a program asks ``os.environ`` for go where the shim's go.

Python copies the block of variables at its start, so the C library sees none of these questions.
"""

import os
from typing import Any


class Noted(os._Environ[str]):
    """``os.environ`` that notes each name asked for, set or not; one that is copied as a whole notes what it holds."""

    def __getitem__(self, name: Any) -> Any:
        target = os.fsdecode(self._data.get(b"RESTOW_TRACE_ASKED", b""))
        if target and isinstance(name, str) and name != "RESTOW_TRACE_ASKED":
            with open(target, "a", encoding="utf-8") as noted:
                noted.write(name + "\n")
        return super().__getitem__(name)


os.environ.__class__ = Noted

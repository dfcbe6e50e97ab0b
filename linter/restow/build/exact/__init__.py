"""A RUN computed to the byte: a shell and small programs over a filesystem value, with exit status and output.

Nothing is executed. What is not known (a file's bytes, a time, a program that has no counterpart here, an option) raises
UnknownEffect, and the step becomes a term as before; so an answer from here is the engine's, or there is none.
"""

from restow.build.exact.lookup import is_known_root
from restow.build.exact.runner import Ending, Process, run_process

__all__ = ["Ending", "Process", "is_known_root", "run_process"]

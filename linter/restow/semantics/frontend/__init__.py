"""What BuildKit's frontend refuses in a Dockerfile whose instructions all parse.

These are the errors of the file as a whole (no stage, a stage that copies from itself), of values (a port, a signal, a
mount) and of words that do not expand. ``frontend_errors`` gives all of them, where BuildKit stops at the first.
"""

from restow.semantics.frontend.errors import FrontendError
from restow.semantics.frontend.inputs import UNKNOWN_INPUTS, BuildInputs
from restow.semantics.frontend.whole_file import frontend_errors

__all__ = ["UNKNOWN_INPUTS", "BuildInputs", "FrontendError", "frontend_errors"]

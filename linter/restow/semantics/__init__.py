"""What the instructions mean together: stages and their graph, scopes of variables, the base images."""

from restow.semantics.model import Model, Stage, StageBase, read_model
from restow.semantics.scope import SYMBOLIC, Scope, is_known

__all__ = ["SYMBOLIC", "Model", "Scope", "Stage", "StageBase", "is_known", "read_model"]

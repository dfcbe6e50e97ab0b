"""Engines that build real images, behind one interface; for verification alone, and only when asked for."""

from restow.engines.comparison import STAGES, Progress, RealComparison, compare_builds
from restow.engines.engine import ENGINES, BuildRequest, Engine, find_engine
from restow.engines.failure import EngineError

__all__ = [
    "ENGINES",
    "STAGES",
    "BuildRequest",
    "Engine",
    "EngineError",
    "Progress",
    "RealComparison",
    "compare_builds",
    "find_engine",
]

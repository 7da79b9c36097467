"""The fixtures of batches, for tests of what batches leave behind."""

from tests.engine.batch.conftest import done, exact, folder

__all__ = ["done", "exact", "folder"]

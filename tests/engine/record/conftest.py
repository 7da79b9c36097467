"""The fixtures of batches, for tests of what batches leave behind."""

from tests.engine.batch.conftest import done, folder

__all__ = ["done", "folder"]

"""Things that look like a board, an emulator, a build or a run from outside, for tests."""

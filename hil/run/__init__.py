"""One run: a board, an oracle and samples become facts. Shows nothing, judges nothing itself."""

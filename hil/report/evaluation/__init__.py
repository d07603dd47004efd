"""An evaluation for people and for files: its table, its JSON, its progress. Decides nothing."""

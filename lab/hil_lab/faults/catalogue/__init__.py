"""camhil's own faults, a module for each area."""

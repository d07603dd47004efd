"""What proves camhil itself: seeded faults of the simulated board, and fakes for its own tests.

Not part of the wheel: it is installed from the repository, beside camhil.
"""

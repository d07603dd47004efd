"""Helpers for tests: small models and fakes, for users of the harness and for its own tests."""

"""Small models for tests without a trained network: yours and camhil's own. Knows no board."""

"""Statistics that gates and comparisons rest on. Seeded, distribution-free, numpy only."""

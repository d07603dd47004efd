"""Gates: limits as data, and a verdict that a sample has to earn."""

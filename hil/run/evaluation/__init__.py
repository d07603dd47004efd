"""A labelled data set through a board, or through the oracle alone. Judges nothing."""

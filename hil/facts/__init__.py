"""What was measured, and the files that it is kept in: of a run, of an evaluation.

No verdicts: they are a function of the facts and can be made again, with other tolerances
or gates, without a board (`hil.judge`).
"""

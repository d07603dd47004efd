"""Random mutants of the firmware: does the suite see what nobody told it about?

    python -m hil_lab.mutants --number 200      # 200 fresh ones, a line and a page of them
    python -m hil_lab.mutants --seed 7          # those of this seed; goes on where it ended

A mutant is one small change of a source of firmware/core that nobody chose. The suite runs under
each, then the diagnosis: docs/mutants.md says how to read what comes of it.
"""

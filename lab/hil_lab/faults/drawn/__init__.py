"""Random damage beside the firmware's sources: kernels, weights, the arena, the line, the clock.

    make damage [N=60] [SEED=...]

Each is drawn from a number and is a fault like the seeded ones: `--sim-fault damage-NUMBER` shows
it. See docs/mutants.md.
"""

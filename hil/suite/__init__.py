"""The acceptance suite: what any board with any supported model has to pass.

    pytest --pyargs hil.suite --board SPEC

It uses nothing that a user's own test could not use. A test that takes `photo`
runs once for every photograph of `--photos`.
"""

"""A new project: the files that `hil new` writes, and where they may be written."""

"""What `hil.judge.two_runs` found, on a terminal, as a comment of a pull request, as JSON."""

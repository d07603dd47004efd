"""Speed and size of the harness, each as a ratio measured within one run.

`make bench` prints all of them against their limits; `python -m benchmarks NAME`
runs one. Nothing timed is a test: a loaded machine makes a benchmark slow, not red CI.
"""

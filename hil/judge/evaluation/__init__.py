"""How good the answers over a labelled data set are.

Functions of results and labels: reads no pictures, asks no board (`hil.run.evaluation` does).
"""

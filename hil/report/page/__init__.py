"""One run as one HTML file that needs nothing but itself: no network, no other file.

The HTML is in `template`; the modules make the words, numbers and charts that stand in it.
"""

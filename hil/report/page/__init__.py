"""One run as one HTML file that needs nothing but itself: no network, no other file."""

"""What is measured: every metric declared once, and the numbers of a recorded run by metric."""

"""What a run shows and leaves behind: terminal, page, Markdown, GitHub, pytest-html.

It says what `hil.judge` and `hil.diagnose` found, and judges nothing itself.
"""

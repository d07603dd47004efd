"""What a run shows and leaves behind: terminal table, JSON lines, pytest-html extras."""

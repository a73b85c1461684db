"""Marking, the heart: who waits, is held and marked, by what rules, and who is told of it."""

"""The rules of peer attendance: use cases and ports, standard library only."""

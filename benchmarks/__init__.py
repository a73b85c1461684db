"""Measurements of this machine, not tests: `make bench`.

Each figure stands beside a floor: what the same would cost, in the same minutes, with nothing in
the way that is not needed. Ratios say more than figures, which are of one machine.
"""

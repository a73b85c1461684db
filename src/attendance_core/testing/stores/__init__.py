"""What every store promises: the docstrings of `attendance_core.repositories`, one by one."""

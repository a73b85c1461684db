"""Who uses what is measured: clients in a process of their own, so that a server's CPU is its."""

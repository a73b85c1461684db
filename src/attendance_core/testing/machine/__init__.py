"""Everything that people, sockets, processes and the clock can do, over a store of yours."""

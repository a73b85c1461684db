"""What calls and sockets share: how a head is read, whose turn it is, and what is logged."""

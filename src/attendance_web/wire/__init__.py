"""What calls and sockets read alike."""

"""The web service: HTTP calls, sockets and the command line."""

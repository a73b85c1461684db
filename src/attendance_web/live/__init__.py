"""Live marking over two WebSockets, for any ASGI server."""

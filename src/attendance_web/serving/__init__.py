"""What runs a process of the service: protocols, server, workers, logs and metrics."""

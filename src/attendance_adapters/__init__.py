"""The core's ports made real: databases, files, passwords, notifiers."""

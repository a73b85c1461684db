"""A Django project whose people mark each other."""

"""Figures of reliability, each a bounded run over real services and servers of their own."""

"""The stores in SQL; their statements are the same for every engine."""

"""The stores in SQL: one text of statements for every engine."""

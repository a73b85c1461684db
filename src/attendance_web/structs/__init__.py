"""What calls take and answer, for who serves them and who makes them alike. Contract: 1."""

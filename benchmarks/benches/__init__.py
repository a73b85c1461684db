"""What is measured, a file each: from servers and loads to figures."""

"""Ways for announcements to reach whoever listens, in this process and others."""

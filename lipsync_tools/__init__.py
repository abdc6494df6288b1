"""What people use: the command line ``lipsync``, the workflow behind it, a check-up, and forms for notebooks."""

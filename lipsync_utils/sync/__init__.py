"""Are the lips on the sound? Measured on the finished file, by experts that know nothing of how it was made."""

"""From moved mesh points to pictures: warping, the mouth's interior, head motion."""

"""What may be typed about a plan, its goals and steps."""

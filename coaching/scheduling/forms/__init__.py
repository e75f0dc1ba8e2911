"""What is typed about sessions: `sessions` themselves, and `session_types`."""

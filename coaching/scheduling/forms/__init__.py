"""What is typed about sessions: `sessions` themselves, `session_types`, `availability` and its `hours`."""

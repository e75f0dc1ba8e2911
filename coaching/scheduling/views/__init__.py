"""The pages of sessions: `sessions` for both people, `session_types` for what a coach offers."""

"""The pages of sessions: `sessions` and `calendar` for both people, `booking` for clients.

`session_types` and `availability` are where a coach says what they offer, and when.
"""

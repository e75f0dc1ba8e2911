"""The plan, its goals and its steps, for the client and their coach. Scopes decide who; verbs decide what."""

"""Whether the links of listings still lead somewhere: asked weekly, politely, and never inside a network."""

"""Ways of making a plan, each a command of its own: portfolio in, plan out, progress on the way (`protocol`)."""

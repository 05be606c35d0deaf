"""Portfolios, the rules of good staffing, and the solver that proposes a plan."""

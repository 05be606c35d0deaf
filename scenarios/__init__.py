"""Changes to a portfolio, runs, comparisons, studies and the bundled library."""

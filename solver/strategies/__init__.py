"""Ways to solve a portfolio, all behind `solver.solve`."""

"""The routes, one file for each thing the service has."""

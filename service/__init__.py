"""How the outside reaches the staffing model: command line, REST and the web page."""

"""The commands of `staffing`: a file for each few that belong together, and four for what they share.

`options` declares what several commands take, `inputs` reads it, `solving` solves while somebody looks on, `outputs`
prints, writes and refuses. `service.cli` lists all commands.
"""

"""The commands of `staffing`: a file for each few that belong together, and six for what they share.

`options` declares what several commands take, `inputs` reads it, `solving` solves while somebody looks on, `outputs`
prints, writes and refuses. `elsewhere` has a service do it, over a `session`. `service.cli` lists all commands.
"""

"""How the sample county was drawn: from a few hand-made definitions to the tables beside it.

Nothing here runs when the sample is loaded; ``python -m intake.sample.drawing`` draws the county
again and rewrites the tables. Lengths are metres east and north of the county seat.
"""

"""Where is this? Datums, unit grids, the county's regions, and addresses in words."""

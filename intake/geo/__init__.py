"""Where is this: unit grids, gazetteer, coordinates."""

"""Steps of the schema, run by ``intake.store.migrate``; released steps never change."""

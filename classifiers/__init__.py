"""Suggestions for a report: category, appeal, urgency and place, offline and in milliseconds.

This package knows text. It knows no database and nothing of the intake service.
"""

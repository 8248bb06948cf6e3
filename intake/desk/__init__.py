"""The operators' workbench: pages, JSON API and live stream."""

"""What every HTTP door shares: problems, identity, typed endpoints, uploads, OpenAPI."""

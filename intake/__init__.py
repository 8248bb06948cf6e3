"""The core of the intake service: rules, store, use cases, jobs and the operators' desk."""

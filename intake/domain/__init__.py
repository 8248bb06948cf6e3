"""What things are and what may happen to them: pure rules, no input or output."""

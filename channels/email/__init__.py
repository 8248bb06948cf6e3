"""Mail: an SMTP door, a reader of every mailer's habits, a table of rules, and the way back."""

"""Who may see and do what: roles, the one table of rights, and the person who asks. Pure; no storage."""

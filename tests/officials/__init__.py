"""Officials in chat: who may do what, and what everybody else never learns."""

"""Feedback and recommendations (phản ánh, kiến nghị): handed in, handled, published."""

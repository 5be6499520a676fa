"""What somebody does for themselves in a meeting: a plan, a look back, an idea. Nothing is sent."""

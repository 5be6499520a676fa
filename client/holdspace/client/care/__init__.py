"""What the front ends say alike when they take care of people: cards, logs, prompts. Pure words."""

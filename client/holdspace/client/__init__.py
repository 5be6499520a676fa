"""The person's side: one core, two front ends that can do the same things."""

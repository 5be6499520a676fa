"""One file per screen, its style sheet beside it. Screens draw the view and ask the app, nothing else."""

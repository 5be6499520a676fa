"""One person's place in one meeting, as values and functions: frames and intents in, frames and notices out."""

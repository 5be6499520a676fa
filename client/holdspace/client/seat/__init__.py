"""One person's place in one meeting, as values: frames and intents in, frames and notices out."""

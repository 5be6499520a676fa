"""The plain line mode: append-only sentences for screen readers, braille, dictation and scripts."""

"""A flow with the fewest stages that the rules allow, for tests that need an agenda."""

SMALL_FLOW = """\
format = 1
id = "small"
lang = "en"
title = "A small meeting"
minutes = 10
group = { min = 2, max = 12 }

[policy]
agreement = "agreements/standard.en.toml"
crisis = "crisis/en.toml"

[[stage]]
id = "welcome"
kind = "welcome"
title = "Welcome"
minutes = { base = 2 }
turn = "listen"

[[stage]]
id = "agreements"
kind = "agreement"
title = "Agreements"
minutes = { base = 2 }
turn = "silent"
[stage.consent]
items = ["What is shared stays here."]
version = 1
choices = ["accept", "leave"]

[[stage]]
id = "sharing"
kind = "discussion"
title = "Sharing"
minutes = { base = 3 }
turn = "hands"

[[stage]]
id = "closing"
kind = "closing"
title = "Closing"
minutes = { base = 3 }
turn = "round"
[stage.closing]
words = "Go gently."
"""

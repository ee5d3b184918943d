"""
The offline analyzer: cuts a transcript into clauses, says of each what it is about by cue patterns and by
closeness to example sentences, and quotes it. It writes nothing of its own and guesses no trait; what a
person denies, asks, imagines or says of others yields nothing, what they rule out becomes an EXCLUSION.
English only. The rules are data: `cues.toml`.
"""

"""
The use cases of profile, one module each: profiles (the card and its history), facts (what the user says
about them), analysis (what transcripts say), index (how far matching is).
"""

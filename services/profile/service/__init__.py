"""
The use cases of profile, one module each: profiles (the profile itself and its card), preferences, consents,
facts (what the user says about them), versions (what was), analysis (what transcripts say), prompts (what to
ask next), index (how far matching is). `taking_out` is what deleting a recording and withdrawing share.
"""

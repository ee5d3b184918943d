"""
profile owns what a person has said about themselves: facts with their evidence, corrections, versions, the
public card; and what they want and allow: preferences and consents. It turns transcripts into facts as far as
the consents go, checks every quote, and tells match what to index. The user's own word wins over the analyzer,
always. It never ranks people and never guesses a trait.
"""

"""
The use cases of media, one module each: uploads (recordings begin), recordings (what becomes of them),
transcripts (the user's corrections), clips (a few seconds to hear), account (a whole user). What happens to a
recording in between is in `jobs.py`; the two meet in the recording's row and in the queue.
"""

"""
The media service owns recordings: upload tickets, checking and decoding audio, transcription, and the
transcripts. It drives a recording through its durable steps, from upload to the moment its facts can be
found. It never interprets what was said: that is profile's.
"""

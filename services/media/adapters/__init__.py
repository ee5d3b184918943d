"""One file per neighbour of the media service: the decoder's sandbox, the speech models, S3, profile."""

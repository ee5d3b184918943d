-- What the user agreed to at the time: that their words leave Timbre to be read. match must know it, too.
-- Versions from before say no, so that it learns of it with the next change and sends nothing until then.
ALTER TABLE versions ADD COLUMN external_analysis boolean NOT NULL DEFAULT false;

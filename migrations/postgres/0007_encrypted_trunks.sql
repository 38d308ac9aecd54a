-- The name a trunk's certificate must be for, and whose media is encrypted. NULL: as the server is set up.

ALTER TABLE trunk ADD COLUMN tls_name TEXT;
ALTER TABLE trunk ADD COLUMN srtp TEXT;
ALTER TABLE phone ADD COLUMN srtp TEXT;

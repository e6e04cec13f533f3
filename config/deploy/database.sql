-- The three roles and the database on a PostgreSQL server of your own (15 or newer). Run it once, as a superuser:
--
--   psql -v owner_password=... -v desk_password=... -v public_password=... -f config/deploy/database.sql
--
-- The rights on tables follow with every `manage.py migrate`.

\set ON_ERROR_STOP on

CREATE ROLE tracker_owner  LOGIN PASSWORD :'owner_password';
CREATE ROLE tracker_desk   LOGIN PASSWORD :'desk_password';
CREATE ROLE tracker_public LOGIN PASSWORD :'public_password';
ALTER ROLE tracker_public SET default_transaction_read_only = on;

CREATE DATABASE tracker OWNER tracker_owner TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE tracker FROM PUBLIC;
GRANT CONNECT ON DATABASE tracker TO tracker_desk, tracker_public;

\connect tracker

-- Everybody may otherwise keep large objects, which no right on tables prevents.
REVOKE EXECUTE ON FUNCTION pg_catalog.lo_creat(integer) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION pg_catalog.lo_create(oid) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION pg_catalog.lo_from_bytea(oid, bytea) FROM PUBLIC;

-- The four roles and the database on a PostgreSQL server of your own (15 or newer). Run it once, as a superuser:
--
--   psql -v owner_password=... -v desk_password=... -v public_password=... -v eraser_password=... -f config/deploy/database.sql
--
-- On a server that other software uses as well, add `-v shared=1`: what PostgreSQL gives to everybody in its own databases then stays.
-- The rights on tables follow with every `manage.py migrate`. config/postgres.py does the same for the embedded server; a test compares them.

\set ON_ERROR_STOP on

CREATE ROLE tracker_owner  LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE tracker_desk   LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'desk_password';
CREATE ROLE tracker_public LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'public_password';
-- Erases a person's data when the law asks for it, and does nothing else; keep its password apart from the others.
CREATE ROLE tracker_eraser LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'eraser_password';
-- Not what protects the tables (the rights do), but a mistake is found out sooner.
ALTER ROLE tracker_public SET default_transaction_read_only = on;

CREATE DATABASE tracker OWNER tracker_owner TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE tracker FROM PUBLIC;
GRANT CONNECT ON DATABASE tracker TO tracker_desk, tracker_public, tracker_eraser;

-- Everybody may otherwise go to the server's own databases and keep things there.
\if :{?shared}
\else
REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;
\endif

\connect tracker

-- Everybody may otherwise keep large objects, which no right on tables prevents.
REVOKE EXECUTE ON FUNCTION pg_catalog.lo_creat(integer) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION pg_catalog.lo_create(oid) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION pg_catalog.lo_from_bytea(oid, bytea) FROM PUBLIC;

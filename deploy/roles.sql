-- The two roles and the database of a PostgreSQL that the portal does not bring itself.
--
--   psql --username postgres --set owner_password=… --set web_password=… --file deploy/roles.sql
--
-- Run it once as a superuser, before the first migration. The portal never signs in as a superuser: the owner runs
-- migrations (MIGRATION_DATABASE_URL), the web role serves web, worker and beat (DATABASE_URL). Row-level security
-- binds neither superusers nor owners, so the portal refuses to start with one.
\set ON_ERROR_STOP on

CREATE ROLE portal_owner LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS NOCREATEDB PASSWORD :'owner_password';
CREATE ROLE portal_web LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS NOCREATEDB PASSWORD :'web_password';

-- Sorting follows stored pinyin, so the plain order of code points serves; it never changes with a system library.
CREATE DATABASE portal OWNER portal_owner ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8' TEMPLATE template0;
REVOKE ALL ON DATABASE portal FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE portal TO portal_web;
ALTER DATABASE portal SET timezone = 'Asia/Shanghai';

\connect portal
-- The schema is the owner's alone (it is where PostgreSQL 15 and newer leave it; said again for an older template).
ALTER SCHEMA public OWNER TO portal_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO portal_web;

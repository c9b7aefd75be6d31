#!/bin/sh
# Runs once, when PostgreSQL makes its data folder: the product's own login, which inherits nothing.
set -eu
psql --no-psqlrc --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set=password="$KMIKRO_DB_PASSWORD" <<'SQL'
CREATE ROLE kmikro LOGIN NOINHERIT CREATEROLE CREATEDB NOSUPERUSER PASSWORD :'password';
CREATE DATABASE kmikro OWNER kmikro;
\connect kmikro
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO kmikro;
SQL

#!/bin/sh
# Runs once, when PostgreSQL makes its data folder: the product's own login, which inherits nothing, and RADIUS' login,
# which may do what that one may and has connections that web and workers cannot use up.
set -eu
if [ "$KMIKRO_DB_CONNECTIONS" -lt 100 ]; then
    echo "KMIKRO_DB_CONNECTIONS is $KMIKRO_DB_CONNECTIONS; 50 are RADIUS' own, so it has to be at least 100." >&2
    exit 1
fi
psql --no-psqlrc --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set=password="$KMIKRO_DB_PASSWORD" --set=others="$((KMIKRO_DB_CONNECTIONS - 50))" <<'SQL'
CREATE ROLE kmikro LOGIN NOINHERIT CREATEROLE CREATEDB NOSUPERUSER PASSWORD :'password';
ALTER ROLE kmikro CONNECTION LIMIT :others;
CREATE ROLE kmikro_radius LOGIN INHERIT NOSUPERUSER PASSWORD :'password';
GRANT kmikro TO kmikro_radius;
CREATE DATABASE kmikro OWNER kmikro;
\connect kmikro
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO kmikro;
SQL

#!/bin/sh
# Run by the image of PostgreSQL once, when its volume is new: the service gets a user who may do
# anything in its own database and nothing to the server.
set -eu
psql --set=ON_ERROR_STOP=1 --set=password="$SERVICE_PASSWORD" --username "$POSTGRES_USER" <<'SQL'
CREATE ROLE attendance LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE DATABASE attendance OWNER attendance;
SQL

#!/bin/sh
# Run once by the database container, when its data folder is new: makes the roles with the passwords of .env.
set -eu
psql --username "$POSTGRES_USER" --dbname postgres --set owner_password="$PORTAL_OWNER_PASSWORD" \
  --set web_password="$PORTAL_WEB_PASSWORD" --file /deploy/roles.sql

#!/bin/sh
# What backup.sh has kept, for a service that is stopped: sh restore.sh /srv/backups/monday
#
# The settings are those of the service. It overwrites nothing: the file of SQLite must not be
# there yet, and the database of PostgreSQL has to be there and empty (createdb).
set -eu
umask 077
here=$(dirname "$0")
. "$here/addresses.sh"

from=$1
case $database in
postgresql://*)
    pg_restore --exit-on-error --single-transaction --no-owner --no-privileges \
        --dbname="$database" "$from/database.dump"
    ;;
*)
    if test -e "$database"; then
        echo "restore: $database is there already" >&2
        exit 1
    fi
    mkdir -p "$(dirname "$database")"
    cp "$from/database.sqlite" "$database"
    ;;
esac
case $files in s3://*) exit 0 ;; esac # nor did the backup have them
mkdir -p "$files"
cp -Rp "$from/files/." "$files/"

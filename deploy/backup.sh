#!/bin/sh
# Everything into a new folder, beside a running service: sh backup.sh /srv/backups/monday
#
# The settings are those of the service. With PostgreSQL it needs pg_dump, at least as new as the
# server. A password in the address could be seen by whoever lists processes: ~/.pgpass is better.
set -eu
umask 077
here=$(dirname "$0")
. "$here/addresses.sh"

to=$1
mkdir "$to" "$to/files"

# Files are written before what names them, and deleted after what replaces them: copied before
# the database and again after it, none that it names is missing
copy_files() {
    test ! -d "$files" || cp -Rpu "$files/." "$to/files/"
}
case $files in s3://*) echo "backup: files in a bucket are not copied: it has versions of its own" >&2 ;; esac

copy_files
case $database in
postgresql://*)
    pg_dump --format=custom --no-owner --no-privileges --file="$to/database.dump" "$database"
    ;;
*)
    # SQLite's own online backup: a copy of the file alone would lack what is in its log
    python3 -c '
import sqlite3, sys
source, copy = (sqlite3.connect(f"file:{name}?mode={mode}", uri=True)
                for name, mode in zip(sys.argv[1:], ("rw", "rwc")))
source.backup(copy)
copy.close()' "$database" "$to/database.sqlite"
    ;;
esac
copy_files

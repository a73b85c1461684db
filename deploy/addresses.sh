# Where the database and the files are, by the settings of the service. For backup and restore.

if test -n "${ATTENDANCE_DATABASE_URL_FILE:-}"; then
    ATTENDANCE_DATABASE_URL=$(cat "$ATTENDANCE_DATABASE_URL_FILE")
fi
data=${ATTENDANCE_DATA_DIR:-var}
case ${ATTENDANCE_DATABASE_URL:-} in
'') database=$data/attendance.db ;;
sqlite:///*) database=${ATTENDANCE_DATABASE_URL#sqlite:///} ;;
*) database=postgresql://${ATTENDANCE_DATABASE_URL#*://} ;;
esac
files=${ATTENDANCE_FILES_URL:-}
files=${files#file://}
files=${files:-$data/files}

"""What a zip of somebody's data says of itself, in both languages: nobody chose one for a file."""

from __future__ import annotations

from typing import Final

README: Final = """\
Здесь всё, что сервис хранит о вас, и ваши файлы.
Каждый файл .json - один вид данных: строка на запись, в account, profile и scan запись одна.
Время - секунды UNIX (UTC), имена полей - те же, что в вызовах сервиса.
Паролей, кодов и ключей здесь нет: их сервис не знает. Имена других людей - нынешние.

This is all that the service keeps of you, and your files.
Each .json file is one kind of data: a line a record; account, profile and scan have one.
Times are UNIX seconds (UTC), fields are named as in the calls of the service.
There are no passwords, codes or keys: the service does not know them. Names of others are those of
today.

account         user name, when it was made, how many recovery codes are left
profile         what you show of yourself, karma
scan, scan_log  the check of your record book, and who looked at it
sessions        where you are logged in; known_browsers: where you were; tokens: for your programs
links           who you are at your university, if you log in by it
friends         friends, and requests both ways
events_*        that you created, help in, or joined
holds, sockets  whom you have chosen just now, and what is open just now
scans_*         what you did as a moderator
marks_received  marks of you and their annulments, with the notes about you
marks_given     marks and annulments that you made, with your notes
"""
WHAT_IS_MISSING: Final = """\
Поместилось не всё: в одном файле не больше 200 МиБ. Неполны или отсутствуют: {0}.
Попросите остальное у тех, кто ведёт этот сервис.

Not all of it has fitted in: a file has 200 MiB at most. Cut short, or missing: {0}.
Ask those who run this service for the rest.
"""

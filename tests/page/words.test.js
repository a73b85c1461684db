import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { WORDS as OF_ACCESS } from "../../src/attendance_web/static/access/words.js";
import { WORDS as OF_BOARD } from "../../src/attendance_web/static/board/words.js";
import { WORDS_ABOUT_SOMEBODY, WORDS_BY_CODE } from "../../src/attendance_web/static/refusals/words.js";
import { WORDS as OF_REVIEW } from "../../src/attendance_web/static/review/words.js";
import { WORDS as OF_SHEET } from "../../src/attendance_web/static/sheet/words.js";
import { WORDS as OF_TOKENS, SCOPES } from "../../src/attendance_web/static/tokens/words.js";
import { WORDS } from "../../src/attendance_web/static/words.js";

/** The words that were settled with people who are asked, marked and told by them: ru, en. */
const SETTLED = /** @type {const} */ ({
  "welcome.lead": [
    "Встаньте в список, и вас отметит тот, у кого лист",
    "Join the list, and whoever has the sheet signs you in",
  ],
  "welcome.have": ["Уже есть аккаунт? Войти", "Already have an account? Log in"],
  "welcome.none": ["Впервые здесь? Создать аккаунт", "New here? Sign up"],
  "welcome.name": ["Фамилия и имя (как в списке группы)", "Surname and name (as on the class list)"],
  "me.name": ["Фамилия и имя (как в списке группы)", "Surname and name (as on the class list)"],
  "welcome.username.help": [
    "Без пробелов, например anna.belova",
    "No spaces, for example anna.belova",
  ],
  "welcome.signUp": ["Создать аккаунт", "Create account"],
  "not.loaded": ["Нет связи. Не удалось загрузить", "No connection. Could not load"],
  "not.sent": ["Нет связи. Не отправлено", "No connection. Not sent"],
  "not.answered": [
    "Ответа нет. Проверьте, сохранилось ли, и повторите",
    "No answer. Check whether it went through, then try again",
  ],
  "events.create": ["Новое занятие", "New class"],
  "new.title": ["Новое занятие", "New class"],
  "classes.title": ["Мои занятия", "My classes"],
  "events.later": ["Скоро", "Upcoming"],
  "events.searchFrom": ["Введите хотя бы 3 буквы", "Type at least 3 letters"],
  "event.by": ["Организатор: {name}", "Organised by {name}"],
  "event.marked": [
    "Вы отмечены в {time}. Лист был у: {name}",
    "You were marked at {time} by {name}",
  ],
  "event.markMe": ["Внесите меня в лист", "Add me to the sheet"],
  "event.canMark": ["Лист у меня", "I have the sheet"],
  "event.leave": ["Не участвовать", "Leave class"],
  "attendance.title": ["Участники", "Attendance"],
  "attendance.marked": ["Отмечены {n} из {all}", "{n} of {all} marked"],
  "state.joined": ["ещё не в списке", "joined"],
  "state.held": ["сейчас отмечают", "being marked"],
  "state.marked": ["есть отметка", "marked"],
  "wait.connecting": ["Добавляем вас в список…", "Joining the list…"],
  "wait.open.help": [
    "Вас видят те, у кого лист. Не закрывайте страницу",
    "Whoever has the sheet can see you. Keep this page open",
  ],
  "wait.lost.help": ["Место за вами ещё {n} с", "Your place is kept for {n} s"],
  "wait.gone.help": [
    "Место потеряно. Вернём вас в список, как только появится связь",
    "You lost your place. We will re-add you when you are back",
  ],
  "wait.ended": ["Вы больше не в списке", "You are off the list"],
  "wait.stop": ["Убрать меня из списка", "Leave the list"],
  "mark.open": ["Список обновляется сам", "Live"],
  "mark.none": [
    "Пока никто не ждёт. Новые люди появятся здесь",
    "Nobody is waiting yet. New people appear here",
  ],
  "mark.begins": ["Отметка откроется: {time}", "Marking opens {time}"],
  "hold.help": [
    "Сейчас этого человека можете отметить только вы",
    "Only you can mark this person now",
  ],
  "hold.marked": ["Отметить", "Mark"],
  "hold.notNow": ["Вернуть в список", "Put back"],
  "told.faster": ["{name}: уже отмечает другой человек", "{name}: someone else has them"],
  "told.expired": ["{name}: время вышло, отметки нет", "{name}: time ran out, not marked"],
  "told.marked": ["{name}: есть отметка. {text}", "{name} is marked. {text}"],
  "people.requests": ["Заявки в друзья", "Friend requests"],
  "people.pending": ["заявка отправлена", "request sent"],
  "people.noFriends": [
    "Друзей пока нет. Когда вы отмечаете, друзья стоят первыми",
    "No friends yet. Friends come first when you mark",
  ],
  me: ["Профиль", "Profile"],
  "me.attendance": ["Мои отметки", "My attendance"],
  "me.noAttendance": ["Отметок пока нет", "Nothing yet"],
  "code.username_taken": ["Такой логин уже занят", "This login is taken"],
  "code.wrong_credentials": ["Неверный логин или пароль", "Wrong login or password"],
  "code.body_too_large": [
    "Файл больше 10 МБ или 40 мегапикселей",
    "The file is over 10 MB or 40 megapixels",
  ],
  "code.bad_picture": ["Нужен файл JPEG, PNG или WebP", "Use JPEG, PNG or WebP"],
  "code.common_password": [
    "Слишком простой пароль, придумайте другой",
    "This password is too easy to guess",
  ],
  "code.bad_times": [
    "Конец должен быть позже начала и ещё не наступить",
    "The end must be after the start, and not past",
  ],
  "code.not_joined": ["Вы не участвуете", "You have not joined"],
  "code.already_joined": ["Вы уже участвуете", "You have already joined"],
  "code.not_the_creator": ["Это может сделать только организатор", "Only an organiser can do this"],
  "code.yourself": ["Себя отметить нельзя", "You cannot mark yourself"],
});

const COUNTED = /** @type {const} */ ({
  "attendance.waiting": [
    { one: "ждёт {count}", few: "ждут {count}", many: "ждут {count}" },
    { one: "{count} waiting", other: "{count} waiting" },
  ],
  "told.paid": [{ other: "+{count} к карме" }, { other: "+{count} karma" }],
  tooOften: [
    {
      one: "Слишком много попыток. Повторите через {count} минуту",
      few: "Слишком много попыток. Повторите через {count} минуты",
      many: "Слишком много попыток. Повторите через {count} минут",
    },
    {
      one: "Too many attempts. Try again in {count} minute",
      other: "Too many attempts. Try again in {count} minutes",
    },
  ],
});

/** @typedef {"ru" | "en"} Language */
/** @typedef {{key: string, language: Language, text: string}} Text */

const OF_PARTS = [OF_ACCESS, OF_BOARD, OF_REVIEW, OF_SHEET, OF_TOKENS, SCOPES];
const TABLES = [WORDS, WORDS_BY_CODE, WORDS_ABOUT_SOMEBODY, ...OF_PARTS];
/** @type {Text[]} every text there is, each of its forms */
const TEXTS = TABLES.flatMap(Object.entries).flatMap(([key, texts]) =>
  /** @type {Language[]} */ (["ru", "en"]).flatMap((language) => {
    const worded = texts[language];
    const forms = typeof worded === "string" ? [worded] : Object.values(worded);
    return forms.map((text) => ({ key, language, text }));
  }),
);

/**
 * Those in which it is found.
 * @param {RegExp} wrong
 * @param {Language} [only]
 */
const having = (wrong, only) =>
  TEXTS.filter(({ language, text }) => (only ?? language) === language && wrong.test(text));

describe("the words", () => {
  for (const [key, [ru, en]] of Object.entries({ ...SETTLED, ...COUNTED })) {
    it(`of ${key} are the ones that were settled`, () => {
      const worded = JSON.stringify(
        WORDS[/** @type {keyof typeof WORDS} */ (key)] ?? WORDS_BY_CODE[key.replace("code.", "")],
      );
      // Where no line breaks was not settled
      assert.deepEqual(JSON.parse(worded.replaceAll("\u00a0", " ")), { ru, en });
    });
  }

  it("address nobody by a gender, and nobody as a friend", () => {
    assert.deepEqual(having(/\(\p{L}{1,3}\)|\p{L}\/\p{L}{1,3}(?!\p{L})/u), []);
    assert.deepEqual(having(/(?<!\p{L})(ты|тебя|тебе|тобой|тво\p{L}+)(?!\p{L})/iu, "ru"), []);
    assert.deepEqual(having(/(?<!\p{L})вы \p{L}*(ал|ил|ел|ял)(?!\p{L})/iu, "ru"), []);
  });

  it("are put in the quotation marks of their language", () => {
    assert.deepEqual(having(/[«»"„]/, "en"), []);
    assert.deepEqual(having(/[“”"„]/, "ru"), []);
  });

  it("join no two sentences by a colon: it stands beside what is filled in", () => {
    assert.deepEqual(having(/(?<!\}):(?! \{)/), []);
  });

  it("of the label of a name end no line in a word of one letter", () => {
    const labels = having(/\(\S+/, "ru").filter(({ key }) => key.endsWith(".name"));
    assert.equal(labels.length, 2);
    assert.deepEqual(labels.filter(({ text }) => /\(.*[ \u00a0]\p{L} /u.test(text)), []);
  });

  it("call a class a class", () => {
    assert.deepEqual(having(/событи/i, "ru"), []);
    assert.deepEqual(having(/(?<![\p{L}{])events?(?!\p{L})/iu, "en"), []);
  });
});

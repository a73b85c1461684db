/** The texts of tokens for programs. */

export const WORDS = {
  title: { ru: "Токены для программ", en: "Tokens for programs" },
  help: {
    ru: "С токеном программа действует от вашего имени без пароля. Смена пароля токены не отзывает",
    en: "With a token a program acts for you without your password. A change of your password does not revoke it",
  },
  none: { ru: "Токенов нет", en: "No tokens" },
  make: { ru: "Создать токен", en: "Make a token" },
  name: { ru: "Название", en: "Name" },
  nameHelp: { ru: "Какой программе он нужен", en: "Which program it is for" },
  scopes: { ru: "Что можно программе", en: "What the program may do" },
  noScope: { ru: "Выберите хотя бы одно", en: "Choose at least one" },
  days: { ru: "Сколько дней действует", en: "For how many days" },
  daysHelp: { ru: "От 1 до 365", en: "From 1 to 365" },
  shown: {
    ru: "Больше мы его не покажем. Программа присылает его в заголовке Authorization после слова Bearer",
    en: "It is not shown again. The program sends it in the header Authorization, after the word Bearer",
  },
  kept: { ru: "Токен сохранён", en: "I have kept it" },
  copied: { ru: "Токен скопирован", en: "The token is copied" },
  toCopy: { ru: "Токен {name}", en: "Token {name}" },
  since: { ru: "Создан: {day}", en: "Made {day}" },
  used: { ru: "последний раз: {at}", en: "last used {at}" },
  unused: { ru: "ещё не использован", en: "not used yet" },
  until: { ru: "Действует до: {at}", en: "Expires {at}" },
  expired: { ru: "истёк", en: "expired" },
  revoke: { ru: "Отозвать", en: "Revoke" },
  revokeNamed: { ru: "Отозвать токен: {name}", en: "Revoke the token {name}" },
  revokeAsked: { ru: "Отозвать токен «{name}»?", en: "Revoke the token “{name}”?" },
  revokeHelp: {
    ru: "Программа сразу потеряет доступ",
    en: "The program loses its access at once",
  },
  revoked: { ru: "Токен отозван", en: "The token is revoked" },
};

/** What each scope opens, as the service names it. Contract: 9.3. */
export const SCOPES = {
  read: {
    ru: "Видеть занятия, участников, людей и отметки",
    en: "See classes, who attends, people and marks",
  },
  events: {
    ru: "Создавать, менять и удалять занятия, участвовать в них",
    en: "Create, change and delete classes, and join them",
  },
  mark: {
    ru: "Ждать отметки, отмечать других и отменять отметки",
    en: "Wait to be marked, mark others and cancel marks",
  },
  export: {
    ru: "Скачивать списки участников",
    en: "Download who attended",
  },
};

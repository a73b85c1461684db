/** The texts that the board alone needs, in Russian and English; the others are in `words.js`. */

export const WORDS = {
  now: { ru: "Идёт до {time}", en: "Until {time}" },
  later: { ru: "Начало: {time}", en: "Starts: {time}" },
  marked: { ru: "Отмечены", en: "Marked" },
  waiting: { ru: "Ждут", en: "Waiting" },
  held: { ru: "Сейчас отмечают", en: "Being marked" },
  pace: { ru: "Отметок в минуту: {count}", en: "Marks a minute: {count}" },
  asOf: { ru: "Показано на {time}, соединяемся…", en: "As of {time}, connecting…" },
  away: { ru: "Нет связи, показано на {time}", en: "No connection, as of {time}" },
  logIn: {
    ru: "Чтобы видеть эту доску, войдите как организатор",
    en: "Log in as an organiser to see this board",
  },
  linkEnded: {
    ru: "Эта ссылка на доску больше не действует. Попросите у организатора новую",
    en: "This link to the board has ended. Ask an organiser for a new one",
  },
};

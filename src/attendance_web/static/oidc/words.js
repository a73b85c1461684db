/** The texts of log-in by the university. */

export const WORDS = {
  title: { ru: "Вход через {name}", en: "Log-in with {name}" },
  way: { ru: "Войти через {name}", en: "Log in with {name}" },
  help: {
    ru: "Привязанный аккаунт открывает этот: с ним пароль не нужен",
    en: "A linked account opens this one: you need no password with it",
  },
  link: { ru: "Привязать {name}", en: "Link {name}" },
  linked: { ru: "Привязан {day}", en: "Linked on {day}" },
  unlink: { ru: "Отвязать", en: "Unlink" },
  unlinkNamed: { ru: "Отвязать: {name}", en: "Unlink {name}" },
  unlinkAsked: {
    ru: "Отвязать? Войти этим аккаунтом больше не получится",
    en: "Unlink it? That account will not let you in any more",
  },
  unlinked: { ru: "Аккаунт отвязан", en: "The account is unlinked" },
  proof: { ru: "Сначала подтвердите, что это вы", en: "First show that it is you" },
  wrong: { ru: "Неверный пароль", en: "Wrong password" },
  notLetIn: { ru: "Войти не получилось", en: "You are not logged in" },
  notLinked: { ru: "Привязать не получилось", en: "The account is not linked" },
  again: { ru: "Войти заново", en: "Log in again" },
  back: { ru: "Вход и устройства", en: "Log-in and devices" },
  silent: {
    ru: "Университет сейчас не отвечает. Попробуйте через минуту",
    en: "The university does not answer just now. Try again in a minute",
  },
  other: { ru: "Что-то пошло не так. Попробуйте ещё раз", en: "Something went wrong. Try again" },
};

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
  onlyWayIn: {
    ru: "Это единственный способ войти. Сначала привяжите другой аккаунт",
    en: "It is your only way in. Link another account first",
  },
  logInAgain: {
    ru: "Выйдите и войдите ещё раз, потом привяжите",
    en: "Log out and in again, then link it",
  },
  proof: { ru: "Сначала подтвердите, что это вы", en: "First show that it is you" },
  wrong: { ru: "Неверный пароль", en: "Wrong password" },
  notLetIn: { ru: "Войти не получилось", en: "You are not logged in" },
  notLinked: { ru: "Привязать не получилось", en: "The account is not linked" },
  again: { ru: "Войти заново", en: "Log in again" },
  back: { ru: "Вход и устройства", en: "Log-in and devices" },
  other: { ru: "Что-то пошло не так. Попробуйте ещё раз", en: "Something went wrong. Try again" },
};

/** By the code of what is refused. */
export const CODES = {
  log_in_not_begun: {
    ru: "Вход начат не в этом браузере или слишком давно. Начните заново",
    en: "It was not begun in this browser, or too long ago. Begin again",
  },
  provider_refused: {
    ru: "Университет не подтвердил вход",
    en: "The university has not let you in",
  },
  provider_distrusted: {
    ru: "Ответу университета нельзя доверять. Начните заново; если не поможет, скажите тем, кто ведёт этот сервис",
    en: "The university's answer cannot be trusted. Begin again; if that does not help, tell those who run this service",
  },
  linked_to_another: {
    ru: "С этим аккаунтом университета здесь входит кто-то другой",
    en: "That university account lets somebody else in here",
  },
  too_many_links: {
    ru: "Слишком много привязанных аккаунтов. Сначала отвяжите какой-нибудь",
    en: "Too many accounts are linked. Unlink one first",
  },
  no_provider: {
    ru: "Входа через университет здесь нет",
    en: "There is no log-in by a university here",
  },
  unavailable: {
    ru: "Университет сейчас не отвечает. Попробуйте через минуту",
    en: "The university does not answer just now. Try again in a minute",
  },
};

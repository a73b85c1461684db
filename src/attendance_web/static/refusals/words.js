/**
 * What is said of a refusal, by its code, but for what a first visit may meet: that is with the
 * page's own texts. Contract: 1.15.
 */

/** @typedef {Record<import("../texts.js").Language, string>} Texts */

const OUT_OF_DATE = {
  ru: "Страница устарела, загрузите её заново",
  en: "This page is out of date, please reload it",
};
const TOO_LARGE = {
  ru: "Файл больше 10 МБ или 40 мегапикселей",
  en: "The file is over 10 MB or 40 megapixels",
};
const FOR_ORGANISERS = {
  ru: "Это может сделать только организатор",
  en: "Only an organiser can do this",
};

/** Whole sentences: of whom or of what it is may not be known. @type {Record<string, Texts>} */
export const WORDS_BY_CODE = {
  event_over: { ru: "Занятие закончилось", en: "The class is over" },
  event_not_found: { ru: "Такого занятия больше нет", en: "There is no such class any more" },
  event_not_started: { ru: "Занятие ещё не началось", en: "The class has not started yet" },
  left_event: { ru: "Вы больше не участвуете", en: "You have left the class" },
  may_not_mark: {
    ru: "Организаторы не разрешили вам отмечать других",
    en: "The organisers have not let you mark others",
  },
  not_logged_in: { ru: "Вы вышли из аккаунта", en: "You are logged out" },
  you_are_waiting: {
    ru: "Вы сами ждёте отметки. Чтобы отмечать других, уберите себя из списка",
    en: "You are waiting yourself. Leave the list to mark others",
  },
  holding_somebody: {
    ru: "Вы сейчас отмечаете другого человека. Сначала отметьте или верните в список",
    en: "You are marking somebody. Mark them or put them back first",
  },
  already_holding: {
    ru: "Вы уже отмечаете человека в другом окне",
    en: "You are marking somebody in another window",
  },
  nobody_held: {
    ru: "Время вышло, отметки нет",
    en: "Time ran out, not marked",
  },
  changed: {
    ru: "Это тем временем изменил кто-то другой. Посмотрите ещё раз",
    en: "Someone else has changed this meanwhile. Look at it again",
  },
  missing_scope: { ru: "Здесь нужно войти самому", en: "Log in yourself for this" },
  not_held: { ru: "Отметка не записана", en: "The mark is not recorded" },
  unavailable: {
    ru: "Сервис не ответил. Не записано, попробуйте ещё раз",
    en: "The service did not answer. Not recorded, try again",
  },
  other_person: {
    ru: "На этом устройстве вошёл другой человек",
    en: "Somebody else has logged in here",
  },
  too_soon: {
    ru: "Этот человек только что был у вас. Дайте отметить другим",
    en: "You have just had this person. Let others mark them",
  },
  taken: { ru: "Уже отмечает другой человек", en: "Someone else has them" },
  not_waiting: { ru: "Этот человек больше не ждёт", en: "This person is not waiting any more" },
  already_marked: { ru: "У этого человека уже есть отметка", en: "Already marked" },
  yourself: { ru: "Себя отметить нельзя", en: "You cannot mark yourself" },
  too_many_sockets: {
    ru: "Открыто слишком много окон с занятиями. Закройте лишние",
    en: "Too many windows with classes are open. Close some of them",
  },
  too_many_frames: {
    ru: "Слишком много нажатий. Подождите немного",
    en: "Too many taps. Wait a moment",
  },
  bad_event_id: { ru: "В ссылке ошибка", en: "There is a mistake in the link" },
  foreign_origin: {
    ru: "Откройте страницу по её обычному адресу",
    en: "Open the page at its usual address",
  },
  body_too_large: TOO_LARGE,
  picture_too_large: TOO_LARGE,
  bad_picture: { ru: "Нужен файл JPEG, PNG или WebP", en: "Use JPEG, PNG or WebP" },
  heic_picture: {
    ru: "Это фото в формате HEIC, его видят не все браузеры. Сделайте снимок экрана с ним и пришлите его, или выберите в айфоне Настройки, Камера, Форматы, Наиболее совместимые",
    en: "This is a HEIC picture, which many browsers cannot show. Send a screenshot of it, or choose Settings, Camera, Formats, Most Compatible on the iPhone",
  },
  body_too_slow: {
    ru: "Слишком медленная связь. Попробуйте ещё раз",
    en: "The connection is too slow. Try again",
  },
  bad_times: {
    ru: "Конец должен быть позже начала и ещё не наступить",
    en: "The end must be after the start, and not past",
  },
  event_name_taken: {
    ru: "Занятие с таким названием уже есть",
    en: "There is a class of this name already",
  },
  event_started: {
    ru: "Занятие уже началось, начало изменить нельзя",
    en: "The class has started, so its start cannot change",
  },
  too_many_rows: {
    ru: "Участников слишком много для одного файла",
    en: "Too many people for one file",
  },
  too_many_events: {
    ru: "У вас слишком много занятий, которые не закончились",
    en: "You have too many classes that are not over",
  },
  not_joined: { ru: "Вы не участвуете", en: "You have not joined" },
  already_joined: { ru: "Вы уже участвуете", en: "You have already joined" },
  not_the_creator: FOR_ORGANISERS,
  not_an_organiser: FOR_ORGANISERS,
  somebody_was_marked: {
    ru: "На этом занятии есть отметки, удалить его нельзя",
    en: "People were marked here, so it cannot be deleted",
  },
  somebody_took_part: {
    ru: "Занятие закончилось, и в нём участвовали другие. Удалить его нельзя",
    en: "The class is over and others took part, so it cannot be deleted",
  },
  helper_of_oneself: { ru: "Вы и так организатор", en: "You organise this class already" },
  too_many_helpers: {
    ru: "Помощников может быть не больше 20",
    en: "There can be at most 20 helpers",
  },
  may_not_annul: { ru: "Эту отметку вы отменить не можете", en: "You cannot cancel this mark" },
  person_not_found: { ru: "Такого человека нет", en: "There is no such person" },
  friend_of_oneself: { ru: "Себя в друзья добавить нельзя", en: "You cannot be your own friend" },
  too_short: { ru: "Введите больше букв", en: "Type more letters" },
  log_in_again: {
    ru: "Для этого войдите ещё раз, вход был давно",
    en: "Log in again for this, you logged in long ago",
  },
  wrong_password: { ru: "Неверный пароль", en: "Wrong password" },
  wrong_recovery_code: { ru: "Неверный логин или код", en: "Wrong login or code" },
  wrong_reset_link: {
    ru: "Ссылка больше не действует. Попросите новую",
    en: "This link no longer works. Ask for a new one",
  },
  too_many_tokens: {
    ru: "У вас слишком много токенов. Отзовите лишние",
    en: "You have too many tokens. Revoke some of them",
  },
  board_not_found: {
    ru: "Ссылка на доску больше не действует. Попросите новую",
    en: "This board link no longer works. Ask for a new one",
  },
  not_a_moderator: { ru: "Это могут только модераторы", en: "Only moderators can do this" },
  may_not_review: {
    ru: "Свой скан и сканы друзей проверяет кто-то другой",
    en: "Someone else judges your own scan and those of friends",
  },
  not_taken: {
    ru: "Этот скан больше не у вас. Возьмите его ещё раз",
    en: "You no longer have this scan. Take it again",
  },
  scan_not_found: { ru: "Такого скана больше нет", en: "There is no such scan any more" },
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
  only_way_in: {
    ru: "Это единственный способ войти. Сначала привяжите другой аккаунт",
    en: "It is your only way in. Link another account first",
  },
  head_too_large: {
    ru: "Браузер прислал слишком много. Удалите данные этого сайта",
    en: "The browser sent too much. Clear the data of this site",
  },
  // The page asks for what the service of another version has, or something on the way spoilt it
  bad_body: OUT_OF_DATE,
  bad_frame: OUT_OF_DATE,
  bad_params: OUT_OF_DATE,
  bad_request: OUT_OF_DATE,
  csrf_failed: OUT_OF_DATE,
  invalid_argument: OUT_OF_DATE,
  missing_argument: OUT_OF_DATE,
  repeated_argument: OUT_OF_DATE,
  unknown_message: OUT_OF_DATE,
  unknown_path: OUT_OF_DATE,
  unsupported_media_type: OUT_OF_DATE,
  wrong_method: OUT_OF_DATE,
};

/** The same where a name and seconds are known. @type {Record<string, Texts>} */
export const WORDS_ABOUT_SOMEBODY = {
  changed: {
    ru: "{name}: отметку уже изменил кто-то другой",
    en: "{name}: someone else has changed this mark already",
  },
  too_soon: {
    ru: "Этот человек только что был у вас. Дайте отметить другим или подождите {seconds} с",
    en: "You have just had this person. Let others mark them, or wait {seconds} s",
  },
};

/** The texts of the review desk. */

export const WORDS = {
  title: { ru: "Проверка зачёток", en: "Review of records" },
  none: { ru: "Проверять нечего", en: "Nothing to review" },
  waiting: { ru: "Ждут проверки: {count}", en: "Waiting for review: {count}" },
  begin: { ru: "Начать проверку", en: "Start reviewing" },
  sent: { ru: "Прислано: {when}", en: "Sent {when}" },
  taken: { ru: "смотрит другой человек", en: "someone else is looking" },
  image: { ru: "Скан зачётки: {name}", en: "Scan of the record of {name}" },
  noImage: { ru: "Скан не открылся", en: "The scan did not open" },
  closer: { ru: "Ближе", en: "Zoom in" },
  further: { ru: "Дальше", en: "Zoom out" },
  turn: { ru: "Повернуть", en: "Rotate" },
  approve: { ru: "Подтвердить", en: "Approve" },
  reject: { ru: "Отклонить", en: "Reject" },
  skip: { ru: "Пропустить", en: "Skip" },
  approved: { ru: "{name}: зачётка подтверждена", en: "{name} is approved" },
  rejected: { ru: "{name}: зачётка отклонена", en: "{name} is rejected" },
  reason: { ru: "Почему отклонить", en: "Reason for rejecting" },
  note: { ru: "Примечание, его увидит студент", en: "A note, which the student sees" },
  keys: {
    ru: "Клавиши. A подтвердить, R отклонить, S пропустить, T повернуть, + и − размер",
    en: "Keys. A approves, R rejects, S skips, T rotates, + and − zoom",
  },
  gone: { ru: "Время проверки вышло", en: "The time to review ran out" },
  isTaken: { ru: "Этот скан уже смотрит другой человек", en: "Someone else is looking at this scan" },
  changed: {
    ru: "Имя или скан тем временем изменились. Скан снова в очереди",
    en: "The name or the scan has changed meanwhile. It is back in the queue",
  },
  whoLooked: { ru: "Кто смотрел", en: "Who has looked" },
  nobodyLooked: { ru: "Сканы никто не открывал", en: "Nobody has opened a scan" },
};

/** What was done with a scan. Contract: GetConfirmationLog. */
export const ACTS = {
  taken: { ru: "Взят на проверку", en: "Taken for review" },
  looked: { ru: "Открыт", en: "Opened" },
  returned: { ru: "Возвращён в очередь", en: "Put back in the queue" },
  approved: { ru: "Подтверждён", en: "Approved" },
  rejected: { ru: "Отклонён", en: "Rejected" },
};

/** Who did it. */
export const JUDGES = {
  moderator: { ru: "модератор", en: "moderator" },
  operator: { ru: "администратор", en: "operator" },
  service: { ru: "автоматически", en: "automatically" },
};

/** Why a scan was rejected, as the service names it. Contract: 9.8. */
export const REASONS = {
  unreadable: { ru: "Не прочитать", en: "Not readable" },
  not_a_record_book: { ru: "Это не зачётка", en: "Not a student record" },
  name_differs: { ru: "Другое имя", en: "Another name" },
  expired: { ru: "Зачётка просрочена", en: "Out of date" },
  other: { ru: "Другая причина", en: "Another reason" },
};

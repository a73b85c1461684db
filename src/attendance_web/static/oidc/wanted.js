/** Where, in this tab, one wanted to be before one was sent to the university to log in. */
export const WANTED = "wanted";

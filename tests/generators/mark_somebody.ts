/**
 * Marks somebody by the client that @hey-api/openapi-ts has made of our description.
 *
 * It is compiled strictly beside that client, and run with the address of a service.
 */

import { createClient, createConfig, type Client } from "./generated/client/index.js";
import {
  createEvent,
  createToken,
  getAttendance,
  getCurrentUserId,
  joinEvent,
  logIn,
  logOut,
  markParticipant,
  signUp,
  watchAttendance,
} from "./generated/sdk.gen.js";
import type { ErrorEnvelope } from "./generated/types.gen.js";

const password = "like tea at five";
const UNKNOWN_USER_ID = 10 ** 9;
const [address = ""] = process.argv.slice(2);

/** What an answer has, which is no refusal: `error` alone tells it from one. */
function said<T>(answer: { data?: { error: 0; response: T } | ErrorEnvelope }): T {
  if (answer.data?.error !== 0) throw new Error(JSON.stringify(answer.data));
  return answer.data.response;
}

function expect(isSo: boolean, what: unknown): void {
  if (!isSo) throw new Error(JSON.stringify(what));
}

/** A fetch that keeps cookies, and repeats csrftoken in a header: a browser's, and our page's. */
function browsing(): typeof fetch {
  const cookies = new Map<string, string>();
  return async (input, init) => {
    const request = new Request(input, init);
    const shown = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    if (shown) request.headers.set("Cookie", shown);
    request.headers.set("X-CSRFToken", cookies.get("csrftoken") ?? "");
    const answer = await fetch(request);
    for (const each of answer.headers.getSetCookie()) {
      const [name = "", value = ""] = (each.split(";")[0] ?? "").split("=");
      cookies.set(name, value);
    }
    return answer;
  };
}

async function somebody(username: string): Promise<{ client: Client; userId: number }> {
  const client = createClient(createConfig({ baseUrl: address, fetch: browsing() }));
  expect(said(await getCurrentUserId({ client })).user_id === null, "somebody is logged in");
  const signedUp = said(await signUp({ client, body: { username, password } }));
  await logOut({ client, body: {} });
  const loggedIn = said(await logIn({ client, body: { username, password } }));
  expect(signedUp.user_id === loggedIn.user_id, [signedUp, loggedIn]);
  return { client, userId: loggedIn.user_id };
}

const anna = await somebody("anna.types");
const boris = await somebody("boris.types");
const now = Math.floor(Date.now() / 1000);
const lecture = { name: "Types", time_from: now - 60, time_to: now + 3600 };
const { event_id } = said(await createEvent({ client: boris.client, body: lecture }));
await joinEvent({ client: anna.client, body: { event_id } });
const wanted = { name: "A script", scopes: ["mark" as const, "read" as const], password };
const { token } = said(await createToken({ client: boris.client, body: wanted }));
const program = createClient(
  createConfig({
    baseUrl: address,
    auth: (auth) => (auth.scheme === "bearer" ? token : undefined),
  }),
);
const body = { event_id, user_id: anna.userId, note: "late" };
expect(said(await markParticipant({ client: program, body })).n === 1, "another mark");
const sheet = said(await getAttendance({ client: program, query: { event_id } }));
const row = sheet.participants.find((each) => each.user_id === anna.userId);
expect(row?.state === "marked" && row.marked_by === boris.userId && row.origin === "hand", row);
const hangingUp = new AbortController();
const watching = { client: program, query: { event_id }, signal: hangingUp.signal };
for await (const counts of (await watchAttendance(watching)).stream) {
  expect(counts.marked === 1, counts);
  break;
}
hangingUp.abort();
const unknown = { event_id, user_id: UNKNOWN_USER_ID };
const refusal = await markParticipant({ client: program, body: unknown });
const code: ErrorEnvelope["code"] = "person_not_found"; // one of those that there are
if (refusal.data && refusal.data.error !== 0 && refusal.data.code === code) console.log(code);

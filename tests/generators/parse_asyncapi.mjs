/** Has AsyncAPI's own parser read ./asyncapi.json, and prints what it finds wrong. */

import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const described = readFileSync("./asyncapi.json", "utf8");
const { document, diagnostics } = await new Parser().parse(described);
// It tells everybody that there is a newer version of AsyncAPI than 3.0
const wrong = diagnostics.filter((each) => each.code !== "asyncapi-latest-version");
for (const each of wrong) console.log(each.code, each.message, each.path.join("."));
const names = document?.operations().all().map((each) => each.id()) ?? [];
console.log(names.sort().join(" "));

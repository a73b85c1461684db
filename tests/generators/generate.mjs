/** Has @hey-api/openapi-ts make a client in ./generated of the description in ./openapi.json. */

import { createClient } from "@hey-api/openapi-ts";

await createClient({
  input: "./openapi.json",
  output: { path: "./generated", importFileExtension: ".js" },
  plugins: ["@hey-api/client-fetch", "@hey-api/typescript", "@hey-api/sdk"],
});

// Makes src/api/generated/schema.ts from the server's OpenAPI document. `--check` only compares.
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const document = JSON.parse(readFileSync(new URL("../../server/openapi.json", import.meta.url), "utf8"));
// Operations are named by method and path; the server's function names repeat between resources.
for (const methods of Object.values(document.paths)) for (const operation of Object.values(methods)) delete operation.operationId;
const target = new URL("../src/api/generated/schema.ts", import.meta.url);
const text = `/** Generated from server/openapi.json by \`npm run types\`. */\n\n${astToString(await openapiTS(document))}`;
if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== text) {
    process.stderr.write("the API types are out of date: npm --prefix web run types\n");
    process.exit(1);
  }
} else writeFileSync(target, text);

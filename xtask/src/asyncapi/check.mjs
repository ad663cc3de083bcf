// Reads AsyncAPI documents with AsyncAPI's own parser: what is wrong with each, a line a document.

import { Parser, fromFile } from "@asyncapi/parser";

const WARNING = 1;

const parser = new Parser();
// Evaluated, not run from a file: there is no name of a script among the arguments.
for (const file of process.argv.slice(1)) {
  const { diagnostics } = await fromFile(parser, file).parse();
  const faults = diagnostics
    .filter(({ severity }) => severity <= WARNING)
    .map(({ path, message }) => `${path.join("/")}: ${message}`);
  console.log(JSON.stringify(faults));
}

// Writes each compiled dashboard into a folder: node write.cjs COMPILED FOLDER.
const { writeFileSync } = require("node:fs");
const { join, resolve } = require("node:path");

const [compiled, folder] = process.argv.slice(2);
const { all } = require(resolve(compiled, "all.js"));
for (const [name, dashboard] of Object.entries(all)) {
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(dashboard, null, 2) + "\n");
}

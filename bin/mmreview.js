#!/usr/bin/env node
// Imports the built command line and nothing else. Written for old versions of Node too, so that they can say what is wrong.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 12)) {
  process.stderr.write(`mmreview needs Node 20.12 or newer; this is ${process.versions.node}.\n`);
  process.exitCode = 4;
} else {
  import("../dist/cli/main.js").then(
    ({ main }) => main(),
    (error) => {
      const unbuilt = error.code === "ERR_MODULE_NOT_FOUND" && /[\\/]dist[\\/]cli[\\/]main\.js'/.test(error.message);
      process.stderr.write(unbuilt ? "mmreview is not built yet: run `npm run build` first.\n" : `${error.stack}\n`);
      process.exitCode = 4;
    },
  );
}

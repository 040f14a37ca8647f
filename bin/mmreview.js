#!/usr/bin/env node
// Starts the built command line and nothing else. Written for old versions of Node too, so that they can say what is wrong.
"use strict";
const fs = require("fs");
const path = require("path");

const [major, minor] = process.versions.node.split(".").map(Number);
const dist = path.join(__dirname, "../dist");

function refuse(text) {
  process.stderr.write(text);
  process.exitCode = 4;
}

if (major < 20 || (major === 20 && minor < 12)) {
  refuse(`mmreview needs Node 20.12 or newer; this is ${process.versions.node}.\n`);
} else if (fs.existsSync(path.join(dist, "cli/main.js"))) {
  // Compiled since the last bundle (scripts/bundle.ts).
  import("../dist/cli/main.js").then(({ main }) => main(), (error) => refuse(`${error.stack}\n`));
} else if (fs.existsSync(path.join(dist, "start.cjs"))) {
  try {
    require("../dist/start.cjs").main();
  } catch (error) {
    refuse(`${error.stack}\n`);
  }
} else {
  refuse("mmreview is not built yet: run `npm run build` first.\n");
}

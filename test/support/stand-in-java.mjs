#!/usr/bin/env node
/**
 * Stands in for `java -jar elle-cli.jar`: the "JAR" is a JSON file that says what to do, such as
 * replaying what the real elle-cli printed (fixtures/elle-cli), hanging, dying or printing
 * rubbish. Runs as a program of its own, so it is plain JavaScript.
 */

import { spawn } from "node:child_process";
import { appendFileSync, readFileSync, writeSync } from "node:fs";
import { basename } from "node:path";

const TRANSCRIPTS = new URL("../../fixtures/elle-cli/", import.meta.url);

const all = process.argv.slice(2);
const at = all.indexOf("-jar");
const jar = JSON.parse(readFileSync(all[at + 1], "utf8"));
const args = all.slice(at + 2);
if (jar.log !== undefined) {
  const file = args.at(-1);
  const input = file.startsWith("-") ? "" : readFileSync(file, "utf8");
  appendFileSync(jar.log, `${JSON.stringify({ args, input })}\n`);
}

function say(stream, text) {
  const bytes = Buffer.from(text);
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(stream, bytes, written);
    } catch (error) {
      // The reader is slower than we are.
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

function replay(name) {
  const read = (suffix) => readFileSync(new URL(`${name}.${suffix}`, TRANSCRIPTS), "utf8");
  say(1, (jar.before ?? "") + read("stdout") + (jar.after ?? ""));
  say(2, read("stderr"));
  process.exit(jar.exit ?? JSON.parse(read("json")).exit);
}

const WAYS = {
  replay() {
    replay(jar.answers[basename(args.at(-1))] ?? jar.transcript);
  },
  print() {
    say(1, jar.stdout ?? "");
    say(2, jar.stderr ?? "");
    process.exit(jar.exit ?? 0);
  },
  "huge-log"() {
    const line = `INFO [2026-01-01] jepsen.core - {:not "an answer}"}\n{:index 1\n`;
    for (let i = 0; i < 450; i++) say(1, line.repeat(1_000));
    replay(jar.transcript);
  },
  hang() {
    process.on("SIGTERM", () => {});
    // A child of its own that hangs as well, and holds the pipe.
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    if (jar.pids !== undefined) appendFileSync(jar.pids, `${process.pid}\n${child.pid}\n`);
    say(1, "INFO still working\n");
    setInterval(() => {}, 1_000);
  },
  die() {
    process.kill(process.pid, "SIGKILL");
  },
};

if (args.includes("--help")) {
  const help = readFileSync(new URL("help.stdout", TRANSCRIPTS), "utf8");
  if (jar.help === "none") WAYS[jar.way]();
  else say(1, jar.help === "new" ? help.replace("--verbose", "--output OUTPUT") : help);
} else WAYS[jar.way]();

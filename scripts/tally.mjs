#!/usr/bin/env node
// tally: reads what test runners report, shows what people need of it and counts.
//
//   go test -json ./... | tally.mjs go        the lines of go test, and the whole output of what failed
//   tally.mjs vitest FILE                     counts Vitest's JSON report
//   tally.mjs files FILE                      names the test files of a TAP report in which something failed
//   tally.mjs tap NAME FILE [AGAIN]           counts a TAP report of node --test; AGAIN is one of the failed files, run once more
//   tally.mjs check NAME STATUS               counts a check that is not made of tests, by its exit status
//   tally.mjs sum                             prints "N passed, N failed" over all of them
//
// Counts are kept in the file that $TALLY names. Exit status 1 says that something failed.
import { appendFileSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const book = process.env.TALLY;
if (!book) {
  console.error("tally: TALLY must name a file");
  process.exit(2);
}

// What failed and the first of why is said where it happened, and once more beside the sum: of a long run often only the end is kept.
const failures = [];

function fail(name, why = [], when = "") {
  console.log(`failed: ${when}${name}`);
  const lines = why.map((l) => l.trimEnd()).filter((l) => l.trim());
  failures.push({ name: `${when}${name}`, why: lines.slice(0, 12).map((l) => (l.length > 300 ? `${l.slice(0, 300)}…` : l)) });
}

function enter(name, counts) {
  appendFileSync(book, `${JSON.stringify({ name, ...counts, failures })}\n`);
  process.exitCode = counts.failed > 0 ? 1 : 0;
}

// A test that has subtests is their sum and not counted itself, unless it failed though none of them did.
function countGo(results) {
  const groups = new Set();
  const failedBelow = new Set();
  for (const [key, action] of results) {
    for (let i = key.lastIndexOf("/"); i > key.indexOf("\t"); i = key.lastIndexOf("/", i - 1)) {
      groups.add(key.slice(0, i));
      if (action === "fail") failedBelow.add(key.slice(0, i));
    }
  }
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const failed = [];
  for (const [key, action] of results) {
    if (groups.has(key) && !(action === "fail" && !failedBelow.has(key))) continue;
    if (action === "pass") counts.passed++;
    if (action === "skip") counts.skipped++;
    if (action === "fail") {
      counts.failed++;
      failed.push(key);
    }
  }
  return { counts, failed };
}

async function go() {
  const results = new Map(); // "package\ttest" → action
  const outputs = new Map(); // the same key, or the package, → lines
  const whys = new Map(); // the same, of what failed
  const skips = new Map(); // reason → how many
  const broken = []; // packages that failed without a failing test
  const failing = new Set(); // packages with a failing test
  const add = (key, text) => {
    if (!outputs.has(key)) outputs.set(key, []);
    outputs.get(key).push(text);
  };
  const show = (key) => {
    for (const text of (outputs.get(key) ?? []).join("").split(/(?<=\n)/)) {
      process.stdout.write(text.length > 2000 ? `${text.slice(0, 2000)}… (${text.length} characters)\n` : text);
    }
  };
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    let event;
    try {
      event = JSON.parse(line);
    } catch {
      console.log(line); // the go command speaking for itself
      continue;
    }
    const { Action: action, Package: pkg, Test: test, Output: text, ImportPath: built } = event;
    if (action === "build-output") {
      add(`build ${built}`, text);
    } else if (action === "build-fail") {
      show(`build ${built}`);
    } else if (action === "output") {
      add(test ? `${pkg}\t${test}` : pkg, text);
      if (!test && /^(ok|FAIL)\s+\S/.test(text)) process.stdout.write(text);
    } else if (test && (action === "pass" || action === "fail" || action === "skip")) {
      const key = `${pkg}\t${test}`;
      results.set(key, action);
      if (action === "fail") {
        failing.add(pkg);
        show(key);
        const said = (outputs.get(key) ?? []).filter((l) => !/^\s*(===|---)/.test(l));
        whys.set(key, said.slice(Math.max(0, said.findLastIndex((l) => /_test\.go:\d+: /.test(l)) - 4)));
      }
      if (action === "skip") {
        const reason = (outputs.get(key) ?? []).filter((l) => !/^\s*(===|---)/.test(l)).join(" ").trim().replace(/^\S+\.go:\d+: /, "");
        skips.set(reason, (skips.get(reason) ?? 0) + 1);
      }
      outputs.delete(key);
    } else if (!test && action === "fail" && !failing.has(pkg)) {
      // It did not build, panicked, or ran out of time: what was running has no result of its own.
      for (const [key] of [...outputs].filter(([k]) => k.startsWith(`${pkg}\t`))) show(key);
      show(pkg);
      broken.push(pkg);
    }
  }
  const { counts, failed } = countGo(results);
  for (const pkg of broken) {
    counts.failed++;
    failed.push(pkg);
  }
  for (const [reason, n] of skips) console.log(`skipped ${n}: ${reason || "without a reason"}`);
  for (const key of failed) fail(key.replace("\t", " "), whys.get(key) ?? outputs.get(key));
  if (counts.passed + counts.failed === 0) {
    console.log("failed: go test ran nothing");
    counts.failed = 1;
  }
  enter("go test", counts);
}

function vitest(file) {
  const report = JSON.parse(readFileSync(file, "utf8"));
  const skipped = report.numPendingTests + (report.numTodoTests ?? 0);
  // A file that could not be loaded has no tests to fail.
  const unloaded = report.testResults.filter((f) => f.status === "failed" && f.assertionResults.length === 0).length;
  for (const file of report.testResults) {
    for (const test of file.assertionResults.filter((t) => t.status === "failed")) fail(test.fullName, test.failureMessages.join("\n").split("\n"));
    if (file.status === "failed" && file.assertionResults.length === 0) fail(file.name, file.message.split("\n"));
  }
  const ran = report.numPassedTests + report.numFailedTests > 0;
  if (!ran) console.log("failed: vitest ran nothing");
  enter("vitest", { passed: report.numPassedTests, failed: report.numFailedTests + unloaded + (ran || unloaded ? 0 : 1), skipped });
}

function readTap(file) {
  const text = readFileSync(file, "utf8");
  const count = (word) => Number(new RegExp(`^# ${word} (\\d+)$`, "m").exec(text)?.[1] ?? Number.NaN);
  const counts = { passed: count("pass"), failed: count("fail") + count("cancelled"), skipped: count("skipped") };
  if (Number.isNaN(counts.passed) || counts.passed + counts.failed === 0) counts.failed = 1;
  const failed = [];
  // What failed only because something within it did is not named.
  for (const [, test, block] of text.matchAll(/^ *not ok \d+ - (.*)\n((?: +.*\n)*? *\.\.\.\n)/gm)) {
    if (/failureType: '?subtestsFailed/.test(block)) continue;
    const why = /\n( +)error: (?:\|-\n((?:\1  .*\n|\n)*)|(.*)\n)/.exec(`\n${block}`);
    const place = /location: '(.*)'/.exec(block)?.[1];
    failed.push({ test, place, file: place?.replace(/:\d+:\d+$/, ""), why: (why?.[2] ?? why?.[3] ?? "").split("\n") });
  }
  return { counts: { ...counts, passed: counts.passed || 0 }, failed };
}

function files(report) {
  for (const file of new Set(readTap(report).failed.map((f) => f.file))) if (file?.endsWith(".test.mjs")) console.log(file);
}

// A test that passed only when its file was run once more counts as passed, and is named with what it failed on: it is a fault of the test or of
// Tellus that shows now and then, and somebody's work.
function tap(name, report, again) {
  const { counts, failed } = readTap(report);
  const second = again ? readTap(again) : { counts: { passed: 0, failed: 1 }, failed: [] };
  const stillFails = (f) => second.counts.passed === 0 || second.failed.some((s) => s.file === f.file) || (second.counts.failed > 0 && second.failed.length === 0);
  for (const f of failed) {
    if (stillFails(f)) {
      fail(`${f.test} (${f.place ?? name})`, f.why);
      continue;
    }
    counts.failed--;
    counts.passed++;
    counts.unsteady = (counts.unsteady ?? 0) + 1;
    fail(`${f.test} (${f.place ?? name})`, f.why, "the first time only: ");
  }
  enter(name, counts);
}

function sum() {
  const total = { passed: 0, failed: 0, skipped: 0 };
  const entries = readFileSync(book, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
  for (const { name, why } of entries.flatMap((e) => e.failures ?? []).slice(0, 20)) {
    console.log(`failed: ${name}`);
    for (const line of why) console.log(`    ${line.trim()}`);
  }
  for (const { name, passed, failed, skipped, unsteady } of entries) {
    const more = [skipped && `${skipped} skipped`, unsteady && `${unsteady} of those that passed only the second time`].filter(Boolean);
    console.log(`${failed > 0 ? "FAIL" : "ok  "}  ${[`${name}: ${passed} passed`, `${failed} failed`, ...more].join(", ")}`);
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  console.log(`${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
}

const [what, ...rest] = process.argv.slice(2);
switch (what) {
  case "go":
    await go();
    break;
  case "vitest":
    vitest(rest[0]);
    break;
  case "tap":
    tap(rest[0], rest[1], rest[2]);
    break;
  case "files":
    files(rest[0]);
    break;
  case "check":
    enter(rest[0], rest[1] === "0" ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 });
    break;
  case "sum":
    sum();
    break;
  default:
    console.error("tally: go, vitest, files, tap, check or sum");
    process.exitCode = 2;
}

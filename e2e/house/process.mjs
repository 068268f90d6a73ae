// Processes and ports: what the servers of a journey have in common.
import { spawn } from "node:child_process";
import { createServer } from "node:net";

/** freePort returns a port of the loopback that nothing listens on. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/**
 * eventually calls look until it returns something true, and returns that. It fails, naming what was waited for, after limit milliseconds: many, since
 * a busy machine is slow and waiting costs nothing where the program works.
 */
export async function eventually(what, look, limit = 60_000) {
  const end = Date.now() + limit;
  let last;
  for (;;) {
    try {
      const found = await look();
      if (found) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`did not happen within ${limit} ms: ${what}${last ? ` (${last.message})` : ""}`);
    await new Promise((done) => setTimeout(done, 25));
  }
}

/** within is what work comes to, and fails, naming it, where that takes longer than limit milliseconds. */
export async function within(limit, what, work) {
  let late;
  try {
    return await Promise.race([
      work,
      new Promise((_, fail) => {
        late = setTimeout(() => fail(new Error(`not done within ${limit / 1000} s: ${what}`)), limit);
      }),
    ]);
  } finally {
    clearTimeout(late);
  }
}

// A file of journeys that took too long is asked to end, and ends what it started.
process.once("SIGTERM", () => process.exit(143));

const running = new Set();

/** complaints are the last lines in which a program that runs has warned of something, or said that it failed. */
export function complaints(most = 8) {
  return [...running].flatMap((said) => said.text.split("\n").filter((line) => /level=(WARN|ERROR)|panic|goroutine 1 /.test(line))).slice(-most);
}

/** run starts a program and keeps what it says. */
export function run(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  const said = { text: "" };
  running.add(said);
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (text) => {
      said.text += text;
    });
  }
  const over = new Promise((resolve) => {
    child.once("error", (error) => {
      said.text += `${error}\n`;
      resolve(-1);
    });
    child.once("exit", (code) => resolve(code ?? -1));
  });
  // A journey that dies must leave nothing running.
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  over.then(() => {
    process.removeListener("exit", kill);
    running.delete(said);
  });
  return { child, said, over };
}

// The real binary on a free port, with a data folder and a database of its own.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { eventually, freePort, run } from "./process.mjs";

/** binary is what journeys run. */
export const binary = process.env.TELLUS_BINARY ?? fileURLToPath(new URL("../../bin/tellus", import.meta.url));

let databases = 0;

/** database makes a database on the PostgreSQL of the run, and says how to drop it. */
function postgres() {
  const server = process.env.TELLUS_TEST_POSTGRES;
  if (!server) return undefined;
  databases++;
  const name = `tellus_journey_${process.pid}_${databases}`;
  const psql = (sql) => execFileSync("psql", [server, "-qc", sql], { stdio: ["ignore", "ignore", "inherit"] });
  psql(`CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.toString(), drop: () => psql(`DROP DATABASE ${name} WITH (FORCE)`) };
}

/** listens says whether something takes connections at a port: pages are answered a moment before mail is. */
const listens = (port) =>
  new Promise((done) => {
    const socket = connect(port, "127.0.0.1");
    for (const [event, is] of [["connect", true], ["error", false]]) {
      socket.once(event, () => {
        socket.destroy();
        done(is);
      });
    }
  });

/**
 * startTellus starts `tellus serve` and waits until it answers. With store "postgres" it uses the server that TELLUS_TEST_POSTGRES names, and
 * returns undefined where there is none. env is added to its environment.
 */
export async function startTellus({ store = "sqlite", env = {} } = {}) {
  const base = store === "postgres" ? postgres() : { drop() {} };
  if (!base) return undefined;
  const data = mkdtempSync(join(tmpdir(), "tellus-journey-"));
  const port = await freePort();
  const smtpPort = await freePort();
  const desk = {
    url: `http://localhost:${port}`,
    smtpPort,
    data,
    database: base.url,
    process: undefined,
    /** said is everything that the server has printed. */
    get said() {
      return this.process.said.text;
    },
    async start() {
      const args = ["serve", "--listen", `127.0.0.1:${port}`, "--smtp-listen", `127.0.0.1:${smtpPort}`, "--data", data];
      if (base.url) args.push("--database", base.url);
      this.process = run(binary, args, { env: { ...process.env, TZ: "UTC", ...env } });
      await eventually("the server answers", async () => {
        if (this.process.child.exitCode !== null) throw new Error(`it ended:\n${this.said}`);
        return (await fetch(`${this.url}/api/v1/status`)).ok && (await listens(smtpPort));
      });
    },
    /** kill ends the server as a power cut would. */
    async kill() {
      this.process.child.kill("SIGKILL");
      await this.process.over;
    },
    /** end asks the server to stop, and returns its exit status. */
    async end() {
      this.process.child.kill("SIGTERM");
      const late = setTimeout(() => this.process.child.kill("SIGKILL"), 60_000);
      const status = await this.process.over;
      clearTimeout(late);
      return status;
    },
    /** stop ends the server and removes what it had. */
    async stop() {
      await this.end();
      base.drop();
      rmSync(data, { recursive: true, force: true });
    },
    /** setupLink is what the server prints for the first administrator. */
    setupLink() {
      return eventually("the server prints a set-up link", () => /https?:\/\/\S+\/app\/setup\?token=[\w-]+/.exec(this.said)?.[0]);
    },
  };
  try {
    await desk.start();
  } catch (error) {
    await desk.stop();
    throw error;
  }
  return desk;
}

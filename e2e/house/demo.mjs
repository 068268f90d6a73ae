// The demo on a free port, built anew in a folder of its own.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Api } from "./api.mjs";
import { eventually, freePort, run } from "./process.mjs";
import { binary } from "./tellus.mjs";

/** startDemo builds and serves the demo. */
export async function startDemo() {
  const data = mkdtempSync(join(tmpdir(), "tellus-demo-"));
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const demo = run(binary, ["demo", "--data", data, "--listen", `127.0.0.1:${port}`]);
  const stop = async () => {
    demo.child.kill("SIGTERM");
    await demo.over;
    rmSync(data, { recursive: true, force: true });
  };
  try {
    await eventually(
      "the demo is built and answers",
      async () => {
        if (demo.child.exitCode !== null) throw new Error(`it ended:\n${demo.said.text}`);
        return (await fetch(`${url}/api/v1/status`)).ok;
      },
      300_000,
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    said: demo.said,
    stop,
    /** as signs one of the demo's people in, by the first name. */
    async as(name) {
      const api = new Api(url);
      await api.post("/session", { email: `${name}@koksvolts.example`, password: "wood and volts" });
      return api;
    },
  };
}

/** settled waits until a page has stopped changing: no skeleton, no frame on its way. */
export const settled = (page) =>
  eventually("the page has settled", () =>
    page.evaluate(
      () =>
        document.readyState === "complete" &&
        !document.querySelector("[aria-busy=true]") &&
        document.querySelector("main, h1, [role=main]") !== null &&
        Array.from(document.querySelectorAll("iframe")).every((f) => f.contentDocument?.readyState === "complete"),
    ),
  );

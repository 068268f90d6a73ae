// The API as a program uses it, signed in by cookie: for what a journey needs and is not about.

/** Api remembers the session's cookie. */
export class Api {
  constructor(url) {
    this.url = url;
    this.cookie = "";
  }

  /** call sends a request below /api/v1 and returns the answer's body. It throws what the server refuses, with its words. */
  async call(method, path, body, headers = {}) {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(this.cookie ? { Cookie: this.cookie } : {}),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const set = response.headers.getSetCookie().find((c) => c.startsWith("tellus_session="));
    if (set) this.cookie = set.split(";")[0];
    const text = await response.text();
    const answer = text ? JSON.parse(text) : undefined;
    if (!response.ok) {
      throw Object.assign(new Error(`${method} ${path}: ${response.status} ${text}`), { status: response.status, problem: answer });
    }
    return answer;
  }

  get = (path) => this.call("GET", path);
  post = (path, body = {}, headers) => this.call("POST", path, body, headers);
  patch = (path, body) => this.call("PATCH", path, body);
  put = (path, body) => this.call("PUT", path, body);
  delete = (path) => this.call("DELETE", path);

  /** setUp makes the first owner with the link that the server printed, and is signed in as him. */
  setUp(link, owner) {
    return this.post("/setup", { token: new URL(link).searchParams.get("token"), ...owner });
  }

  /** enter signs a browser's window in as this session. */
  async enter(page) {
    const [name, value] = this.cookie.split("=");
    await page.context().addCookies([{ name, value, url: this.url, httpOnly: true, sameSite: "Lax" }]);
  }
}

/** ann is the owner of every journey's desk. */
export const ann = {
  name: "Ann Liepa",
  email: "ann@desk.test",
  password: "four plain words here",
  language: "en",
  timeZone: "Europe/Riga",
  company: "Liepa Shoes",
};

/** inbox is one that takes mail by the built-in receiver and sends by a sink on the loopback. */
export function inbox({ sink, ...changes }) {
  return {
    id: 0,
    version: 0,
    kind: "email",
    name: "Help",
    address: "help@desk.test",
    aliases: [],
    fromName: "Liepa Shoes",
    language: "en",
    teams: [],
    acknowledge: false,
    answerWithin: 240,
    reopen: "within",
    reopenDays: 14,
    replyToken: false,
    active: true,
    receive: { method: "smtp" },
    submit: { host: "127.0.0.1", port: sink.port, security: "none", auth: "none" },
    ...changes,
  };
}

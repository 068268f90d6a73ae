import { Problem, type ProblemBody } from "./problem";

/** Where the API lives; same origin, cookie session. */
export const base = "/api/v1";

type Query = Record<string, string | number | boolean | undefined | null>;

interface Options {
  query?: Query;
  body?: unknown;
  /** Makes a creating call safe to repeat. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

let began = "";

/** Where the event log stood when the first thing was fetched since the last call of forgetBegan: the live line goes on from there. */
export const cursorBegan = () => began;
export function forgetBegan() {
  began = "";
}

const signedOutListeners = new Set<() => void>();

/** Calls back whenever the server says that the session is over. */
export function onSignedOut(listener: () => void): () => void {
  signedOutListeners.add(listener);
  return () => signedOutListeners.delete(listener);
}

export function address(path: string, query?: Query): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== "") params.set(key, String(value));
  }
  const text = params.toString();
  return base + path + (text ? `?${text}` : "");
}

/** Asks the API. It throws a Problem for every answer that is no success, and for no answer. */
export async function call<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  if (options.idempotencyKey) headers["Idempotency-Key"] = options.idempotencyKey;
  let answer: Response;
  try {
    answer = await fetch(address(path, options.query), {
      method,
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal,
      credentials: "same-origin",
    });
  } catch (err) {
    if (options.signal?.aborted) throw err;
    throw new Problem(0, { detail: err instanceof Error ? err.message : "no connection" });
  }
  return read<T>(answer);
}

async function read<T>(answer: Response): Promise<T> {
  began ||= answer.headers.get("Tellus-Cursor") ?? "";
  const text = await answer.text();
  const body = parse(text);
  if (answer.ok) return body as T;
  const problem = new Problem(answer.status, (body ?? {}) as ProblemBody);
  if (answer.status === 401 && problem.code === "signed_out") for (const listener of signedOutListeners) listener();
  throw problem;
}

function parse(text: string): unknown {
  if (!text) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return { detail: text.slice(0, 200) }; // a proxy's error page
  }
}

export const get = <T>(path: string, query?: Query, signal?: AbortSignal) => call<T>("GET", path, { query, signal });
export const post = <T>(path: string, body?: unknown, idempotencyKey?: string) =>
  call<T>("POST", path, { body: body ?? {}, idempotencyKey });
export const put = <T>(path: string, body?: unknown) => call<T>("PUT", path, { body: body ?? {} });
export const patch = <T>(path: string, body: unknown) => call<T>("PATCH", path, { body });
export const del = <T = void>(path: string) => call<T>("DELETE", path);

/** A key for one deliberate act, kept over its repetitions. */
export function newKey(): string {
  return crypto.randomUUID?.() ?? `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
}

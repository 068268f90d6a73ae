/** What the API answers when it refuses (RFC 9457), or what kept us from asking. */
export interface ProblemBody {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  code?: string;
  /** Why, of a closed list that the desk has words for. */
  reason?: string;
  /** What goes into those words. */
  values?: Record<string, unknown>;
  errors?: { location?: string; message?: string; reason?: string; values?: Record<string, unknown> }[];
  details?: unknown;
}

/** A refused or failed request. `code` is "offline" where the server was not reached. */
export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  readonly reason: string | undefined;
  readonly values: Record<string, unknown> | undefined;
  readonly errors: NonNullable<ProblemBody["errors"]>;
  readonly details: unknown;

  constructor(status: number, body: ProblemBody) {
    super(body.detail ?? body.title ?? `HTTP ${status}`);
    this.name = "Problem";
    this.status = status;
    this.code = body.code ?? (status === 0 ? "offline" : "other");
    this.reason = body.reason;
    this.values = body.values;
    this.errors = body.errors ?? [];
    this.details = body.details;
  }

  /** What the server said about one field, such as "body.email". */
  field(location: string): string | undefined {
    return this.errors.find((e) => e.location === location || e.location === `body.${location}`)?.message;
  }
}

export function isProblem(err: unknown, code?: string): err is Problem {
  return err instanceof Problem && (code === undefined || err.code === code);
}

import type { Reason, Schemas } from "./types";

/** The API refused, in its own words. Never show `message`: it is for developers; see `useErrorText`. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly reason: Reason | undefined;
  /** What the reason is about, by name. */
  readonly metadata: Readonly<Record<string, string>>;
  /** How long to wait before the same call may succeed. */
  readonly retryAfterMs: number | undefined;
  /** Fields of the request that were not accepted, by their path, with a sentence for developers. */
  readonly fields: ReadonlyMap<string, string>;
  /** What operators find the call by. */
  readonly requestId: string | undefined;

  constructor(status: number, error: Partial<Schemas["Error"]>, requestId?: string) {
    super(error.message ?? `The API answered ${status}.`);
    this.status = status;
    this.requestId = requestId;
    const fields = new Map<string, string>();
    let metadata = {};
    for (const detail of error.details ?? []) {
      if (detail["@type"] === "type.googleapis.com/google.rpc.ErrorInfo") {
        this.reason = detail.reason;
        metadata = detail.metadata;
      } else if (detail["@type"] === "type.googleapis.com/google.rpc.RetryInfo") {
        this.retryAfterMs = parseFloat(detail.retryDelay) * 1000;
      } else if (detail["@type"] === "type.googleapis.com/google.rpc.BadRequest") {
        for (const violation of detail.fieldViolations) fields.set(violation.field, violation.description);
      }
    }
    this.metadata = metadata;
    this.fields = fields;
  }

  /** Read an answer that is no success, whoever it comes from. */
  static async of(response: Response): Promise<ApiError> {
    const requestId = response.headers.get("x-request-id") ?? undefined;
    try {
      return new ApiError(response.status, (await response.json()) as Schemas["Error"], requestId);
    } catch {
      return new ApiError(response.status, {}, requestId); // a proxy's page, or nothing
    }
  }
}

/** Nobody answered: offline, blocked, or the server is gone. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** Whether the same call may succeed later without anybody changing anything. */
export function canRetry(error: unknown): boolean {
  if (error instanceof Unreachable) return true;
  if (!(error instanceof ApiError)) return false;
  return error.retryAfterMs !== undefined || error.status >= 500 || [408, 429].includes(error.status);
}

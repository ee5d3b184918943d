import createClient, { type Client } from "openapi-fetch";
import { ApiError, canRetry, Unreachable } from "./api-error";
import type { paths } from "./schema";
import type { Reason } from "./types";

/** The typed API: `await answer(api.GET("/v1/matches/{match}", { params: { path: { match } } }))`. */
export type Api = Client<paths, "application/json">;

/** What carries a request to the server. */
export type Transport = (request: Request) => Promise<Response>;

/** What the client asks of a session. */
export interface Credentials {
  /** An access token that is still good, or none. */
  token: () => Promise<string | undefined>;
  /** Get another one without the person; false if that cannot be. */
  renew: () => Promise<boolean>;
  /** The server no longer takes what we have. */
  drop: () => void;
}

interface Options {
  baseUrl: string;
  credentials: Credentials;
  transport?: Transport;
  /** How long to wait before the second and the third try. */
  pauses?: readonly number[];
}

const longestWait = 5_000;
const final = new Set<Reason | undefined>(["TOKEN_REVOKED", "ACCOUNT_DISABLED", "ACCOUNT_ERASED"]);

/**
 * The API's client. It adds the token, and to each create and custom write a key of its own, so that a call whose
 * answer was lost is made again without a second effect. Throws `ApiError` or `Unreachable` for all that is no success.
 */
export function createApi(options: Options): Api {
  const { baseUrl, credentials, pauses = [300, 1_200] } = options;
  const transport = options.transport ?? ((request) => fetch(request));

  async function attempt(request: Request): Promise<Response> {
    const token = await credentials.token();
    const copy = request.clone();
    if (token) copy.headers.set("authorization", `Bearer ${token}`);
    try {
      return await transport(copy);
    } catch (error) {
      if (request.signal.aborted) throw error;
      throw new Unreachable("No answer", { cause: error });
    }
  }

  /** Ask, and ask again where asking twice does nothing twice. */
  async function insist(request: Request): Promise<Response> {
    const repeatable = request.method === "GET" || request.headers.has("idempotency-key");
    for (let tries = 0; ; tries++) {
      const pause = repeatable ? pauses[tries] : undefined;
      try {
        const response = await attempt(request);
        if (response.ok) return response;
        throw await ApiError.of(response);
      } catch (error) {
        const wait = error instanceof ApiError ? (error.retryAfterMs ?? pause) : pause;
        if (pause === undefined || wait === undefined || wait > longestWait || !canRetry(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.max(wait, pause)));
        request.signal.throwIfAborted();
      }
    }
  }

  async function send(request: Request): Promise<Response> {
    try {
      return await insist(request);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      if (!final.has(error.reason) && (await credentials.renew())) {
        try {
          return await insist(request);
        } catch (again) {
          if (again instanceof ApiError && again.status === 401) credentials.drop();
          throw again;
        }
      }
      credentials.drop();
      throw error;
    }
  }

  const client = createClient<paths, "application/json">({ baseUrl, fetch: send });
  client.use({
    onRequest({ request }) {
      const writes = request.method === "POST" || request.method === "DELETE";
      if (writes && !request.headers.has("idempotency-key")) {
        request.headers.set("idempotency-key", crypto.randomUUID());
      }
      return request;
    },
  });
  return client;
}

/** The body of an answer. The client has thrown where there is none. */
export async function answer<T>(call: Promise<{ data?: T }>): Promise<T> {
  const { data } = await call;
  return data as T;
}

/** The last part of a resource's name: what paths take. */
export function idOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

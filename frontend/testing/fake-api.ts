import { createApi, type Api, type Credentials } from "@/api/client";
import type { paths } from "@/api/schema";
import type { Reason, Schemas } from "@/api/types";

type Verb = "get" | "post" | "patch" | "delete";
type Path = keyof paths;
type OperationOf<P extends Path, V extends Verb> = Exclude<paths[P][V], undefined>;

/** A method of the API as `GET /v1/matches/{match}`. */
export type Method = {
  [P in Path]: { [V in Verb]: [OperationOf<P, V>] extends [never] ? never : `${Uppercase<V>} ${P}` }[Verb];
}[Path];

type Operation<M extends Method> = M extends `${infer U} ${infer P extends Path}`
  ? OperationOf<P, Lowercase<U> & Verb>
  : never;
type Part<O, K extends string> = O extends { parameters: Record<K, infer X> }
  ? X
  : O extends { parameters: Partial<Record<K, infer X>> }
    ? X
    : undefined;
type Body<O> = O extends { requestBody?: { content: { "application/json": infer B } } } ? B : undefined;
type Answer<O> = O extends { responses: { 200: { content: { "application/json": infer A } } } } ? A : never;

/** What a handler is asked: what the page sent, taken apart. */
export interface Call<M extends Method> {
  path: NonNullable<Part<Operation<M>, "path">>;
  query: NonNullable<Part<Operation<M>, "query">>;
  body: Body<Operation<M>>;
  headers: Headers;
  signal: AbortSignal;
}

type Result<M extends Method> = M extends `${string}:watch`
  ? Iterable<Answer<Operation<M>>> | AsyncIterable<Answer<Operation<M>>>
  : Answer<Operation<M>> | Promise<Answer<Operation<M>>>;

/** For each method that a test needs, what it answers; `refuse(…)` makes it an error. */
export type Handlers = { [M in Method]?: (call: Call<M>) => Result<M> };

/** What a handler throws to refuse, as the services would. */
class Refusal {
  readonly status: number;
  readonly body: Schemas["Error"];

  constructor(status: number, body: Schemas["Error"]) {
    this.status = status;
    this.body = body;
  }
}

/** Refuse a call: `throw refuse(404, "MATCH_NOT_FOUND")`. */
export function refuse(status: number, reason: Reason, metadata: Record<string, string> = {}): Error {
  const details: Schemas["ErrorDetail"][] = [
    { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason, domain: "timbre.dev", metadata },
  ];
  return Object.assign(new Error(reason), {
    refusal: new Refusal(status, { code: 0, message: reason, details }),
  });
}

/** Fail as a broken network does. */
export function unreachable(): Error {
  return new TypeError("network");
}

const nobody: Credentials = {
  token: () => Promise.resolve(undefined),
  renew: () => Promise.resolve(false),
  drop: () => undefined,
};

/** The real client on top of typed functions instead of a network; a call without a handler is a mistake of the test. */
export function fakeApi(handlers: Handlers, credentials: Credentials = nobody): Api {
  return createApi({
    baseUrl: "http://timbre.test",
    credentials,
    pauses: [],
    transport: (request) => serve(handlers, request),
  });
}

async function serve(handlers: Handlers, request: Request): Promise<Response> {
  const url = new URL(request.url);
  for (const [method, handler] of Object.entries(handlers)) {
    const [verb = "", template = ""] = method.split(" ");
    const path = verb === request.method ? match(template, url.pathname) : undefined;
    if (!path) continue;
    const text = await request.text();
    const call = {
      path,
      query: queryOf(url.searchParams),
      body: text ? (JSON.parse(text) as unknown) : undefined,
      headers: request.headers,
      signal: request.signal,
    };
    return respond(handler as (call: unknown) => unknown, call, template.endsWith(":watch"));
  }
  const missing = `The fake API has no handler for ${request.method} ${url.pathname}.`;
  console.error(missing);
  throw new Error(missing);
}

async function respond(
  handler: (call: unknown) => unknown,
  call: unknown,
  streams: boolean,
): Promise<Response> {
  try {
    const result = await handler(call);
    return streams ? new Response(ndjson(result as AsyncIterable<unknown>)) : Response.json(result);
  } catch (error) {
    const refusal = error instanceof Error && "refusal" in error ? error.refusal : undefined;
    if (!(refusal instanceof Refusal)) throw error;
    return Response.json(refusal.body, { status: refusal.status });
  }
}

function ndjson(events: Iterable<unknown> | AsyncIterable<unknown>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  const iterator = (async function* () {
    for await (const event of events) yield encoder.encode(`${JSON.stringify(event)}\n`);
  })();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: () => void iterator.return(undefined),
  });
}

function match(template: string, path: string): Record<string, string> | undefined {
  const pattern = template.replace(/[.:]/g, "\\$&").replace(/\{(\w+)\}/g, "(?<$1>[^/:]+)");
  const found = new RegExp(`^${pattern}$`).exec(path);
  return found ? { ...found.groups } : undefined;
}

function queryOf(search: URLSearchParams): Record<string, unknown> {
  return Object.fromEntries(search.entries());
}

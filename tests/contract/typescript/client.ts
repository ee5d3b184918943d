// A client of the kind that a frontend writes once, typed by nothing but the document; and calls that must
// compile, beside calls that must not.
import type { components, paths } from "./timbre";

type Verb = "get" | "post" | "patch" | "delete";
type Operation<P extends keyof paths, V extends Verb> = NonNullable<paths[P][V]>;

type Parameters<O> = O extends { parameters: infer P } ? P : never;
type PathParameters<O> = Parameters<O> extends { path: infer P } ? { path: P } : { path?: never };
type QueryParameters<O> = Parameters<O> extends { query: infer Q }
  ? { query: Q }
  : Parameters<O> extends { query?: infer Q }
    ? { query?: Q }
    : { query?: never };
type Body<O> = O extends { requestBody: { content: { "application/json": infer B } } }
  ? { body: B }
  : O extends { requestBody?: { content: { "application/json": infer B } } }
    ? { body?: B }
    : { body?: never };
type Options<O> = PathParameters<O> & QueryParameters<O> & Body<O> & { idempotencyKey?: string };
type Answer<O> = O extends { responses: { 200: { content: { "application/json": infer A } } } } ? A : never;

type Schemas = components["schemas"];
type Reason = Schemas["ErrorReason"];

export class Refused extends Error {
  constructor(readonly error: Schemas["Error"]) {
    super(error.message);
  }

  get reason(): Reason | undefined {
    for (const detail of this.error.details) {
      if (detail["@type"] === "type.googleapis.com/google.rpc.ErrorInfo") return detail.reason;
    }
    return undefined;
  }
}

export interface Timbre {
  call<P extends keyof paths, V extends Verb & keyof paths[P]>(
    verb: V,
    path: P,
    options: Options<Operation<P, V>>,
  ): Promise<Answer<Operation<P, V>>>;
  stream<P extends keyof paths>(path: P, options: Options<Operation<P, "get">>): AsyncIterable<Answer<Operation<P, "get">>>;
}

export async function introduce(timbre: Timbre): Promise<string> {
  const created = await timbre.call("post", "/v1/recordings", {
    body: { spoken: { contentType: "audio/webm", sizeBytes: "25000" }, prompt: "What do you seek?" },
    idempotencyKey: "an-intent",
  });
  const fields: Record<string, string> = created.ticket?.fields ?? {};
  const recording = (created.recording?.name ?? "").replace("recordings/", "");
  const state = (await timbre.call("post", "/v1/recordings/{recording}:complete", { path: { recording } })).state;
  for await (const event of timbre.stream("/v1/recordings/{recording}:watch", { path: { recording } })) {
    if (event.ended) return event.ended.recording?.failure?.reason ?? event.partialTranscript;
    if (event.error) throw new Error(event.error.message);
  }
  return `${state} ${Object.keys(fields).length}`;
}

export async function correct(timbre: Timbre): Promise<Schemas["Fact"] | "changed meanwhile"> {
  const page = await timbre.call("get", "/v1/facts", { query: { facet: "FACET_SEEK", pageSize: 200 } });
  const [first] = page.facts;
  if (!first) throw new Error("there is none");
  try {
    return await timbre.call("patch", "/v1/facts/{fact}", {
      path: { fact: first.name.replace("facts/", "") },
      query: { updateMask: "text" },
      body: { text: "wooden boats", etag: first.etag },
    });
  } catch (error) {
    if (error instanceof Refused && error.reason === "CONCURRENT_CHANGE") return "changed meanwhile";
    throw error;
  }
}

export async function leave(timbre: Timbre): Promise<string> {
  const session = await timbre.call("get", "/v1/session", {});
  const exported = await timbre.call("post", "/v1/exports", {});
  const size: string = exported.sizeBytes;
  const erasure = await timbre.call("delete", "/v1/account", {});
  const done = await timbre.call("get", "/v1/erasures/{erasure}", {
    path: { erasure: erasure.name.replace("erasures/", "") },
  });
  return done.state === "STATE_DONE" ? (done.receipt?.payload ?? "") : `${session.userId} ${size}`;
}

export async function mistakes(timbre: Timbre): Promise<void> {
  // @ts-expect-error: there is no such path
  await timbre.call("get", "/v1/nonsense", {});
  // @ts-expect-error: an update needs a mask
  await timbre.call("patch", "/v1/profile", { body: { headline: "I build boats." } });
  // @ts-expect-error: an enum has names
  await timbre.call("get", "/v1/facts", { query: { facet: "NONSENSE" } });
  // @ts-expect-error: what a path names must be given
  await timbre.call("get", "/v1/recordings/{recording}", {});
  // @ts-expect-error: a 64-bit integer is a string
  await timbre.call("post", "/v1/recordings", { body: { spoken: { contentType: "audio/webm", sizeBytes: 1 } } });
  // @ts-expect-error: what the server decides cannot be sent
  await timbre.call("post", "/v1/facts", { body: { fact: { facet: "FACET_SEEK", text: "a", source: "SOURCE_USER" } } });
  // @ts-expect-error: a reaction must be one that can be given
  await timbre.call("post", "/v1/matches/{match}:react", { path: { match: "x" }, body: {} });
  const profile = await timbre.call("get", "/v1/profile", {});
  // @ts-expect-error: unset times are absent
  const _time: string = profile.updateTime;
}

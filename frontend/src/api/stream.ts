import { ApiError, canRetry } from "./api-error";

/** The events of newline-delimited JSON, as they arrive; ends when the connection does. */
export async function* readLines<T>(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<T, void> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const lines = (rest + value).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line.trim()) yield JSON.parse(line) as T;
    }
    // What is left has no end: it was cut, and is no event.
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

interface Follow<T> {
  /** Connect; the signal ends the connection. */
  open: (signal: AbortSignal) => Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;
  /** Whether an event is the one that says there will be no more. */
  isLast: (event: T) => boolean;
  signal: AbortSignal;
  /** Called when a connection was lost and another is made. */
  onReconnect?: () => void;
  /** Silence that means that the connection is dead; the server says something every 15 seconds. */
  silenceMs?: number;
  pauses?: readonly number[];
}

/**
 * The events of a stream that ends in band: a connection that closes without the last event was cut, and is made
 * again, at once if it had brought something. Throws when asking again cannot help, or did not several times.
 */
export async function* follow<T>(options: Follow<T>): AsyncGenerator<T, void> {
  const { signal, silenceMs = 40_000, pauses = [500, 2_000, 5_000, 10_000] } = options;
  for (let failures = 0; ;) {
    const connection = new AbortController();
    const stop = () => connection.abort(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    let watchdog: ReturnType<typeof setTimeout> | undefined;
    const heard = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => connection.abort(new Error("silence")), silenceMs);
    };
    let problem: unknown;
    try {
      heard();
      for await (const event of readLines<T>(await options.open(connection.signal))) {
        heard();
        failures = 0;
        yield event;
        if (options.isLast(event)) return;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ApiError && !canRetry(error)) throw error;
      problem = error;
    } finally {
      clearTimeout(watchdog);
      signal.removeEventListener("abort", stop);
      connection.abort();
    }
    const pause = pauses[failures];
    failures += 1;
    if (pause === undefined) {
      throw problem instanceof Error ? problem : new Error("The stream ended early, again and again.");
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
    signal.throwIfAborted();
    options.onReconnect?.();
  }
}

import { answer, idOf, type Api } from "@/api/client";
import type { Schemas } from "@/api/types";

type Recording = Schemas["Recording"];
export type Ticket = Schemas["UploadTicket"];

export interface Announced {
  contentType: string;
  sizeBytes: number;
  sha256: string | undefined;
  prompt: string;
}

/** What sending asks of the API. */
export interface Recordings {
  /** The same key gives the same recording, with a new ticket while it waits for its upload. */
  create: (key: string, take: Announced) => Promise<{ recording: Recording; ticket: Ticket | undefined }>;
  complete: (key: string, name: string) => Promise<Recording>;
  remove: (name: string) => Promise<void>;
}

export function recordingsOf(api: Api): Recordings {
  const pathOf = (name: string) => ({ path: { recording: idOf(name) } });
  return {
    async create(key, { contentType, sizeBytes, sha256, prompt }) {
      const spoken = { contentType, sizeBytes: String(sizeBytes), ...(sha256 ? { sha256 } : {}) };
      const headers = { "Idempotency-Key": key };
      const { recording, ticket } = await answer(
        api.POST("/v1/recordings", { headers, body: { spoken, prompt } }),
      );
      if (!recording) throw new Error("The API made no recording.");
      return { recording, ticket };
    },
    complete: (key, name) =>
      answer(
        api.POST("/v1/recordings/{recording}:complete", {
          headers: { "Idempotency-Key": key },
          params: pathOf(name),
          body: {},
        }),
      ),
    async remove(name) {
      await answer(api.DELETE("/v1/recordings/{recording}", { params: pathOf(name) }));
    },
  };
}

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as limits from "./limits";

const contract = JSON.parse(readFileSync("../gateway/openapi.json", "utf8")) as {
  components: { schemas: Record<string, { description: string; properties: Record<string, Property> }> };
};
interface Property {
  maxLength: number;
  maximum?: number;
  pattern: string;
  description: string;
}
const { schemas } = contract.components;

function numberIn(text: string | undefined, before: RegExp): number {
  const found = before.exec(text ?? "")?.[1];
  return Number(found?.replace(/,/g, ""));
}

describe("the limits are those of the contract", () => {
  test("of length", () => {
    const reasons = schemas.ErrorReason?.description;
    expect(limits.longestMs).toBe(numberIn(reasons, /Longer than (\d+) minutes/) * 60_000);
    expect(limits.shortestMs).toBe(numberIn(reasons, /Shorter than (\d+) second/) * 1_000);
    expect(limits.stopAtMs).toBeLessThan(limits.longestMs);
  });

  test("of size", () => {
    const size = schemas["CreateRecordingRequest.Spoken"]?.properties.sizeBytes;
    expect(limits.biggestBytes).toBe(numberIn(size?.description, /1 to ([\d,]+)/));
  });

  test("of texts", () => {
    expect(limits.longestText).toBe(schemas["CreateRecordingRequest.Typed"]?.properties.text?.maxLength);
    expect(limits.longestPrompt).toBe(schemas.CreateRecordingRequest?.properties.prompt?.maxLength);
  });

  test.each(["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4", "audio/x-m4a", "video/webm"])(
    "of kinds: %s",
    (type) => {
      const pattern = schemas["CreateRecordingRequest.Spoken"]?.properties.contentType?.pattern ?? "^$";
      expect(limits.contentTypeOf(type)).toBe(type);
      expect(type).toMatch(new RegExp(pattern));
    },
  );
});

describe("the kind of a file", () => {
  test("is found by its ending where the browser does not know it", () => {
    expect(limits.contentTypeOf("", "Note 1.M4A")).toBe("audio/mp4");
    expect(limits.contentTypeOf("application/ogg", "note.opus")).toBe("audio/ogg");
  });

  test("loses parameters that the contract does not know", () => {
    expect(limits.contentTypeOf("audio/webm; rate=48000")).toBe("audio/webm");
  });

  test("is none for what is no audio", () => {
    expect(limits.contentTypeOf("application/pdf", "cv.pdf")).toBeUndefined();
    expect(limits.contentTypeOf("", "noending")).toBeUndefined();
  });
});

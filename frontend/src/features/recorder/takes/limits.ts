/** What the services take; `limits.test.ts` holds it against the contract. */
export const longestMs = 10 * 60_000;
export const shortestMs = 1_000;
export const biggestBytes = 25_000_000;
export const longestText = 10_000;
export const longestPrompt = 500;

/** What a take is stopped at: encoders end a little later than they are told to. */
export const stopAtMs = longestMs - 1_500;
export const stopAtBytes = biggestBytes - 500_000;

/** From here on the end is announced. */
export const warnAtMs = longestMs - 30_000;

const accepted =
  /^(audio\/(webm|ogg|mp4|x-m4a|m4a|aac|mpeg|mp3|wav|wave|x-wav|flac|x-flac|opus)|video\/(webm|mp4))( ?; ?codecs=["A-Za-z0-9.,_-]{1,60})?$/;

const byEnding: Readonly<Record<string, string>> = {
  webm: "audio/webm",
  weba: "audio/webm",
  ogg: "audio/ogg",
  oga: "audio/ogg",
  opus: "audio/ogg",
  mp4: "audio/mp4",
  m4a: "audio/mp4",
  aac: "audio/aac",
  mp3: "audio/mpeg",
  wav: "audio/wav",
  flac: "audio/flac",
};

/** The content type to announce for what a recorder or a file says it is; none if it would be refused. */
export function contentTypeOf(type: string, fileName = ""): string | undefined {
  const said = type.trim();
  if (accepted.test(said)) return said;
  const bare = said.split(";", 1)[0]?.trim() ?? "";
  if (accepted.test(bare)) return bare;
  return byEnding[fileName.slice(fileName.lastIndexOf(".") + 1).toLowerCase()];
}

/** For the dialog that chooses a file. */
export const fileTypes = [
  "audio/*",
  "video/webm",
  "video/mp4",
  ...Object.keys(byEnding).map((end) => `.${end}`),
];

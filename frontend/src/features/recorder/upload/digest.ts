/** SHA-256 in hex; none where the browser has no cryptography (an address without https). */
export async function digest(file: Blob): Promise<string | undefined> {
  const subtle = crypto.subtle as SubtleCrypto | undefined;
  if (!subtle) return undefined;
  const bytes = new Uint8Array(await subtle.digest("SHA-256", new Uint8Array(await file.arrayBuffer())));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

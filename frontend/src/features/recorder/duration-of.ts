/** How long a file is, as far as the browser can tell from its beginning. */
export function durationOf(file: File): Promise<number | undefined> {
  return new Promise((resolve) => {
    const address = URL.createObjectURL(file);
    const audio = new Audio();
    const end = (ms: number | undefined) => {
      clearTimeout(timer);
      URL.revokeObjectURL(address);
      resolve(ms);
    };
    const timer = setTimeout(() => end(undefined), 3_000);
    audio.addEventListener("loadedmetadata", () =>
      end(Number.isFinite(audio.duration) ? audio.duration * 1000 : undefined),
    );
    audio.addEventListener("error", () => end(undefined));
    audio.preload = "metadata";
    audio.src = address;
  });
}

/** Measures a stream without keeping anything of it. */
export function meterOf(stream: MediaStream): { loudness: () => number; close: () => void } {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 4096;
  const samples = new Float32Array(analyser.fftSize);
  context.createMediaStreamSource(stream).connect(analyser);
  // Some browsers begin it suspended, and then everything would look silent.
  void context.resume();
  return {
    loudness() {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      return 10 * Math.log10(power);
    },
    close: () => void context.close(),
  };
}

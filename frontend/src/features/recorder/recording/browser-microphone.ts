import { meterOf } from "./meter";
import { MicrophoneError, type Capture, type Microphone, type Opening } from "./microphone";

const formats = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
/** Speech needs no more; ten minutes are five megabytes. */
const audioBitsPerSecond = 64_000;

const problems: Readonly<Record<string, MicrophoneError["problem"]>> = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

/** The browser's own microphones. Undefined parts are what older browsers, and insecure addresses, lack. */
export function browserMicrophone(): Microphone {
  const media = navigator.mediaDevices as MediaDevices | undefined;
  const format =
    typeof MediaRecorder === "undefined"
      ? undefined
      : formats.find((type) => MediaRecorder.isTypeSupported(type));
  return {
    isSupported: media !== undefined && format !== undefined,
    async devices() {
      const found = (await media?.enumerateDevices()) ?? [];
      return found
        .filter((device) => device.kind === "audioinput" && device.label !== "")
        .map((device) => ({ id: device.deviceId, label: device.label }));
    },
    watch(listener) {
      media?.addEventListener("devicechange", listener);
      return () => media?.removeEventListener("devicechange", listener);
    },
    async open(options) {
      if (!media || format === undefined) throw new MicrophoneError("unsupported");
      const stream = await ask(media, options.deviceId);
      try {
        return capture(stream, format, options);
      } catch (error) {
        stream.getTracks().forEach((track) => track.stop());
        throw new MicrophoneError("broken", { cause: error });
      }
    },
  };
}

async function ask(media: MediaDevices, deviceId: string | undefined): Promise<MediaStream> {
  try {
    return await media.getUserMedia({
      audio: { channelCount: 1, ...(deviceId === undefined ? {} : { deviceId: { ideal: deviceId } }) },
    });
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    throw new MicrophoneError(problems[name] ?? "broken", { cause: error });
  }
}

function capture(stream: MediaStream, format: string, { onSlice, onLost }: Opening): Capture {
  const recorder = new MediaRecorder(stream, { mimeType: format, audioBitsPerSecond });
  const meter = meterOf(stream);
  const track = stream.getAudioTracks()[0];
  recorder.addEventListener("dataavailable", ({ data }) => {
    if (data.size > 0) onSlice(data);
  });
  recorder.addEventListener("error", onLost);
  track?.addEventListener("ended", onLost);
  return {
    contentType: recorder.mimeType || format,
    deviceId: track?.getSettings().deviceId,
    start: (sliceMs) => recorder.start(sliceMs),
    pause: () => recorder.pause(),
    resume: () => recorder.resume(),
    async stop() {
      if (recorder.state === "inactive") return; // the browser ended it, after the last slice
      const stopped = new Promise((resolve) => recorder.addEventListener("stop", resolve, { once: true }));
      recorder.stop();
      await stopped;
    },
    loudness: meter.loudness,
    close() {
      track?.removeEventListener("ended", onLost);
      recorder.removeEventListener("error", onLost);
      meter.close();
      stream.getTracks().forEach((each) => each.stop());
    },
  };
}

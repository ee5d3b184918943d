import { useEffect, useState } from "react";
import { storage } from "@/lib/storage";
import type { Device, Microphone } from "./recording/microphone";

const key = "timbre.microphone";

/** The microphones to choose from, and the one that was chosen on this device. `opened` asks for them again. */
export function useDevices(microphone: Microphone, opened: boolean) {
  const [devices, setDevices] = useState<readonly Device[]>([]);
  const [chosen, setChosen] = useState(() => storage("local").getItem(key) ?? undefined);

  useEffect(() => {
    let gone = false;
    const look = () =>
      microphone.devices().then(
        (found) => gone || setDevices(found),
        () => undefined, // without a list there is no choice, and the browser's own one is used
      );
    void look();
    const stop = microphone.watch(() => void look());
    return () => {
      gone = true;
      stop();
    };
  }, [microphone, opened]);

  function choose(id: string) {
    storage("local").setItem(key, id);
    setChosen(id);
  }
  return { devices, chosen: devices.some(({ id }) => id === chosen) ? chosen : undefined, choose };
}
